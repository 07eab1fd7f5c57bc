"""Addresses of attribution."""

from django.urls import URLPattern, path

from handraise.feedback.attribution import views

urlpatterns: list[URLPattern] = [path("", views.attribution, name="attribution")]
