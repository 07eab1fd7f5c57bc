"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.feedback import views

urlpatterns: list[URLPattern] = [path("", views.feedback, name="feedback")]
