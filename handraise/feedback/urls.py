"""Addresses of this step."""

from django.urls import URLPattern, URLResolver, include, path

from handraise.feedback import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.feedback, name="feedback"),
    path("rehearsal/", include("handraise.feedback.rehearsal.urls")),
    path("review/", include("handraise.feedback.review.urls")),
]
