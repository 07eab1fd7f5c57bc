"""Addresses of value."""

from django.urls import URLPattern, path

from handraise.feedback.value import views

urlpatterns: list[URLPattern] = [
    path("", views.value, name="value"),
    path("costs/", views.value_costs, name="value_costs"),
    path("costs/told/", views.value_costs_told, name="value_costs_told"),
    path("assumed/", views.value_assumed, name="value_assumed"),
]
