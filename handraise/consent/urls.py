"""Addresses of consent. Preference and confirmation links are public; the rest is for people."""

from django.urls import URLPattern, path

from handraise.consent import lead_views, public_views, suppression_views, views

urlpatterns: list[URLPattern] = [
    path("preferences/<str:token>/", public_views.preferences, name="consent_preferences"),
    path("confirm/<str:token>/", public_views.confirmation, name="consent_confirmation"),
    path("lead/<int:pk>/consents/", lead_views.consents, name="consents"),
    path("lead/<int:pk>/consent/", lead_views.lead_consent, name="lead_consent"),
    path("consent/", views.purposes, name="purposes"),
    path("consent/new/", views.new_purpose, name="new_purpose"),
    path("consent/<int:pk>/", views.purpose, name="purpose"),
    path("consent/<int:pk>/retirement/", views.purpose_retirement, name="purpose_retirement"),
    path("consent/<int:pk>/topics/", views.purpose_topics, name="purpose_topics"),
    path("consent/topics/<int:pk>/", views.purpose_topic, name="purpose_topic"),
    path("consent/suppressed/", suppression_views.suppressions, name="suppressions"),
    path(
        "consent/suppressed/<int:pk>/lifting/", suppression_views.suppression_lifting,
        name="suppression_lifting",
    ),
    path(
        "consent/lists/new/", suppression_views.new_suppression_list, name="new_suppression_list"
    ),
    path("consent/lists/<int:pk>/", suppression_views.suppression_list, name="suppression_list"),
    path(
        "consent/lists/<int:pk>/doing/", suppression_views.suppression_list_doing,
        name="suppression_list_doing",
    ),
]  # fmt: skip
