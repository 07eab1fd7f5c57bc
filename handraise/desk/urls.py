"""Addresses of the pages people live in."""

from django.urls import URLPattern, path

from handraise.desk.views import profile, today

urlpatterns: list[URLPattern] = [
    path("", today.today, name="today"),
    path("profile/", profile.profile, name="profile"),
]
