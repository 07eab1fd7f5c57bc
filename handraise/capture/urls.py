"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.capture import drop_views, views

urlpatterns: list[URLPattern] = [
    path("", views.imports, name="imports"),
    path("new/", views.new_import, name="new_import"),
    path("new/<str:token>/", views.import_draft, name="import_draft"),
    path("new/<str:token>/start/", views.import_start, name="import_start"),
    path("drops/", drop_views.drops, name="drops"),
    path("drops/replays/", drop_views.drop_replays, name="drop_replays"),
    path("<int:pk>/", views.import_page, name="import"),
    path("<int:pk>/progress/", views.import_progress, name="import_progress"),
    path("<int:pk>/refused.csv", views.import_errors, name="import_errors"),
    path("<int:pk>/resuming/", views.import_resuming, name="import_resuming"),
    path("<int:pk>/undoing/", views.import_undoing, name="import_undoing"),
]
