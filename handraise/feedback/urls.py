"""Addresses of this step."""

from django.urls import URLPattern, URLResolver, include, path

from handraise.feedback import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.feedback, name="feedback"),
    path("", include("handraise.feedback.standing.urls")),
    path("funnel/", include("handraise.feedback.funnel.urls")),
    path("rehearsal/", include("handraise.feedback.rehearsal.urls")),
]
