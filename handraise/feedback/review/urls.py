"""Addresses of reviews."""

from django.urls import URLPattern, path

from handraise.feedback.review import views

urlpatterns: list[URLPattern] = [
    path("", views.reviews, name="reviews"),
    path("<int:pk>/", views.review, name="review"),
    path("<int:pk>/progress/", views.progress, name="review_progress"),
    path("<int:pk>/taking/", views.taking, name="review_taking"),
    path("<int:pk>/dismissal/", views.dismissal, name="review_dismissal"),
]
