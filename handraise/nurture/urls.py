"""Addresses of nurture."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
