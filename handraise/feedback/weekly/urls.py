"""Addresses of the week."""

from django.urls import URLPattern, path

from handraise.feedback.weekly import views

urlpatterns: list[URLPattern] = [
    path("", views.weekly, name="weekly"),
    path("decisions/", views.weekly_decisions, name="weekly_decisions"),
    path("decisions/<int:pk>/doing/", views.decision_doing, name="decision_doing"),
    path("decisions/<int:pk>/removal/", views.decision_removal, name="decision_removal"),
]
