"""Addresses of the learned score."""

from django.urls import URLPattern, path

from handraise.feedback.learned import views

urlpatterns: list[URLPattern] = [
    path("", views.learned, name="learned"),
    path("anew/", views.asking, name="learned_asking"),
    path("disagreeing/<str:way>/", views.disagreeing, name="learned_disagreeing"),
    path("progress/<int:pk>/", views.progress, name="learned_progress"),
]
