"""Addresses of rehearsals."""

from django.urls import URLPattern, path

from handraise.feedback.rehearsal import views

urlpatterns: list[URLPattern] = [
    path("", views.rehearsals, name="rehearsals"),
    path("bars/", views.bars, name="rehearsal_bars"),
    path("<int:pk>/", views.rehearsal, name="rehearsal"),
    path("<int:pk>/progress/", views.progress, name="rehearsal_progress"),
]
