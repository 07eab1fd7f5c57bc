"""Addresses of this part."""

from django.urls import URLPattern, path

from handraise.feedback.standing import views

urlpatterns: list[URLPattern] = [
    path("fresh/", views.standing_refreshing, name="standing_refreshing"),
    path("fresh/state/", views.standing_state, name="standing_state"),
]
