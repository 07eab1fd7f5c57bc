"""Addresses of sends."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
