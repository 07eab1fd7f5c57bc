"""Addresses of journeys, under /journeys/. The code of a journey is its name in them."""

from django.urls import URLPattern, path

from handraise.nurture.views import drafts, enrolments, journey, journeys, publishing, walks

urlpatterns: list[URLPattern] = [
    path("", journeys.journeys, name="journeys"),
    path("new/", journeys.new_journey, name="new_journey"),
    path("suggestions/", drafts.suggestions, name="journey_suggestions"),
    path("inside/<int:pk>/", enrolments.enrolment, name="enrolment"),
    path("inside/<int:pk>/leaving/", enrolments.leaving, name="enrolment_leaving"),
    path("<slug:code>/", journey.journey, name="journey"),
    path("<slug:code>/versions/<int:number>/", journey.version, name="journey_version"),
    path("<slug:code>/publishing/", publishing.publishing, name="journey_publishing"),
    path("<slug:code>/state/", publishing.state, name="journey_state"),
    path("<slug:code>/draft/", drafts.draft, name="journey_draft"),
    path("<slug:code>/draft/rules/", drafts.head, name="journey_rules"),
    path("<slug:code>/draft/text/", drafts.text, name="journey_text"),
    path("<slug:code>/draft/undoing/", drafts.undo, name="journey_undoing"),
    path("<slug:code>/draft/new/", drafts.kinds, name="journey_kinds"),
    path("<slug:code>/draft/new/<slug:kind>/", drafts.new_step, name="journey_step_new"),
    path("<slug:code>/draft/walk/", walks.walk, name="journey_walk"),
    path("<slug:code>/draft/steps/<str:place>/", drafts.step, name="journey_step"),
    path("<slug:code>/draft/steps/<str:place>/removal/", drafts.removal,
         name="journey_step_removal"),
    path("<slug:code>/draft/steps/<str:place>/move/", drafts.move, name="journey_step_move"),
]  # fmt: skip
