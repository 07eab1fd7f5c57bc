"""Addresses of the previews; they lie beside the version that each is about."""

from django.urls import URLPattern, path

from handraise.feedback.preview import views

urlpatterns: list[URLPattern] = [
    path("rescoring/", views.rescoring, name="agreement_rescoring"),
    path("versions/<int:number>/preview/", views.preview, name="agreement_preview"),
    path("versions/<int:number>/preview/part/", views.part, name="agreement_preview_part"),
    path("versions/<int:number>/preview/asking/", views.asking, name="agreement_preview_asking"),
    path(
        "versions/<int:number>/preview/leads.csv", views.leads_file, name="agreement_preview_leads"
    ),
]
