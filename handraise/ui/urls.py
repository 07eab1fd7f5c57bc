"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.ui import views

urlpatterns: list[URLPattern] = [path("patterns/", views.patterns, name="patterns")]
