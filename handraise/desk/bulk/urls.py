"""Addresses of bulk actions, under /bulk/. What is posted makes or ends the thing it names."""

from django.urls import URLPattern, path

from handraise.desk.bulk import views

urlpatterns: list[URLPattern] = [
    path("", views.bulks, name="bulks"),
    path("choice/", views.choice, name="bulk_choice"),
    path("<int:pk>/", views.bulk, name="bulk"),
    path("<int:pk>/preview/", views.preview, name="bulk_preview"),
    path("<int:pk>/start/", views.start, name="bulk_start"),
    path("<int:pk>/progress/", views.progress, name="bulk_progress"),
    path("<int:pk>/stopping/", views.stopping, name="bulk_stopping"),
    path("<int:pk>/resuming/", views.resuming, name="bulk_resuming"),
    path("<int:pk>/undoing/", views.undoing, name="bulk_undoing"),
    path("<int:pk>/refused.csv", views.refused, name="bulk_refused"),
]
