"""Addresses of consent. Preference and confirmation links are public; the rest is for people."""

from django.urls import URLPattern, path

from handraise.consent import public_views

urlpatterns: list[URLPattern] = [
    path("preferences/<str:token>/", public_views.preferences, name="consent_preferences"),
    path("confirm/<str:token>/", public_views.confirmation, name="consent_confirmation"),
]
