"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.enablement import views


def _of(noun: str, folder: str) -> list[URLPattern]:
    """The four addresses of one kind of thing."""
    of = {"noun": noun}
    return [
        path(f"{folder}", views.things, of, name=f"{noun}s"),
        path(f"{folder}new/", views.new, of, name=f"new_{noun}"),
        path(f"{folder}<int:pk>/", views.thing, of, name=noun),
        path(f"{folder}<int:pk>/retirement/", views.retirement, of, name=f"{noun}_retirement"),
    ]


urlpatterns: list[URLPattern] = [
    path("", views.things, {"noun": "playbook"}, name="enablement"),
    path("scripts/preview/", views.preview, name="script_preview"),
    path("playbooks/holding/", views.holding, name="playbook_holding"),
    path("assets/<int:pk>/file/", views.asset_file, name="asset_file"),
    path("citations/<int:pk>/confirmation/", views.confirmation, name="confirmation"),
    path("works/", views.works, name="works"),
    *_of("playbook", "playbooks/"),
    *_of("script", "scripts/"),
    *_of("asset", "assets/"),
    *_of("key_message", "messages/"),
]
