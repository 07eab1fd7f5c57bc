"""Addresses of sends. The unsubscribe link is public."""

from django.urls import URLPattern, path

from handraise.sends import hook_views, limit_views, unsubscribe_views

urlpatterns: list[URLPattern] = [
    path("hooks/mail/", hook_views.mail_hook, name="mail_hook"),
    path("u/<str:token>/", unsubscribe_views.unsubscription, name="unsubscription"),
    path("sending-limits/", limit_views.sending_limits, name="sending_limits"),
    path(
        "sending-limits/preview/", limit_views.sending_limits_preview,
        name="sending_limits_preview",
    ),
]  # fmt: skip
