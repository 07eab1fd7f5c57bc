"""Addresses of this part."""

from django.urls import URLPattern, path

from handraise.feedback.funnel import views

urlpatterns: list[URLPattern] = [
    path("", views.funnel, name="funnel"),
    path("leads/", views.funnel_leads, name="funnel_leads"),
    path("compare/", views.funnel_compare, name="funnel_compare"),
]
