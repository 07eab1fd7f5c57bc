"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.agreement import talk_pages, views

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
    path("versions/<int:number>/talk/", talk_pages.talk, name="agreement_talk"),
    path("talk/<int:thread_id>/answer/", talk_pages.answer, name="agreement_answer"),
    path("talk/<int:thread_id>/resolution/", talk_pages.resolution, name="agreement_resolution"),
    path("talk/<int:thread_id>/reopening/", talk_pages.reopening, name="agreement_reopening"),
]
