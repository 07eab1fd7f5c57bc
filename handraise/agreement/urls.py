"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.agreement import views

urlpatterns: list[URLPattern] = [
    path("", views.agreement, name="agreement"),
    path("propose/", views.propose, name="agreement_propose"),
    path("schema.json", views.schema_file, name="agreement_schema"),
    path("compare/<int:before>/<int:after>/", views.compare, name="agreement_compare"),
    path("versions/", views.versions, name="agreement_versions"),
    path("versions/<int:number>/", views.version, name="agreement_version"),
    path("versions/<int:number>/text/", views.text, name="agreement_text"),
    path("versions/<int:number>/edit/", views.edit, name="agreement_edit"),
    path("versions/<int:number>/proposal/", views.proposal, name="agreement_proposal"),
    path("versions/<int:number>/signature/", views.signature, name="agreement_signature"),
    path("versions/<int:number>/withdrawal/", views.withdrawal, name="agreement_withdrawal"),
]
