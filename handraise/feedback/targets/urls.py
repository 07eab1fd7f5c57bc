"""Addresses of targets."""

from django.urls import URLPattern, path

from handraise.feedback.targets import views

urlpatterns: list[URLPattern] = [path("", views.targets, name="targets")]
