"""Addresses of rehearsals of routes; they lie beside the version that each is about."""

from django.urls import URLPattern, path

from handraise.feedback.routing import views

urlpatterns: list[URLPattern] = [
    path("versions/<int:number>/routes/", views.rehearsals, name="agreement_routes"),
    path("versions/<int:number>/routes/<int:pk>/", views.rehearsal, name="agreement_routes_tried"),
    path(
        "versions/<int:number>/routes/<int:pk>/progress/",
        views.progress,
        name="agreement_routes_progress",
    ),
]
