"""Addresses of sends. The unsubscribe link is public."""

from django.urls import URLPattern, path

from handraise.sends import limit_views, unsubscribe_views

urlpatterns: list[URLPattern] = [
    path("u/<str:token>/", unsubscribe_views.unsubscription, name="unsubscription"),
    path("sending-limits/", limit_views.sending_limits, name="sending_limits"),
    path(
        "sending-limits/preview/", limit_views.sending_limits_preview,
        name="sending_limits_preview",
    ),
]  # fmt: skip
