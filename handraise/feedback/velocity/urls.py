"""Addresses of this part."""

from django.urls import URLPattern, path

from handraise.feedback.velocity import views

urlpatterns: list[URLPattern] = [
    path("", views.velocity, name="velocity"),
    path("sleeping/", views.sleeping, name="sleeping"),
    path("touch/", views.touch, name="speed_to_touch"),
    path("leads/", views.leads, name="velocity_leads"),
]
