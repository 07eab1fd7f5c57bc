"""Addresses of this part."""

from django.urls import URLPattern, path

from handraise.feedback.keeping import views

urlpatterns: list[URLPattern] = [
    path("", views.keeping, name="keeping"),
    path("handovers/", views.handovers, name="keeping_handovers"),
]
