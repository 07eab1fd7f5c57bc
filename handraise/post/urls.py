"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.post import mail_views, meeting_views, views

urlpatterns: list[URLPattern] = [
    path("lead/<int:pk>/post/", views.lead_post, name="lead_post"),
    path("lead/<int:pk>/letters/new/", views.new_letter, name="new_letter"),
    path("letter/<int:pk>/", views.letter, name="letter"),
    path("letter/<int:pk>/undoing/", views.letter_undoing, name="letter_undoing"),
    path("letter/<int:pk>/sending/", views.letter_sending, name="letter_sending"),
    path("lead/<int:pk>/meetings/new/", meeting_views.new_meeting, name="new_meeting"),
    path("meeting/<int:pk>/", meeting_views.meeting, name="meeting"),
    path(
        "meeting/<int:pk>/calling-off/", meeting_views.meeting_calling_off,
        name="meeting_calling_off",
    ),
    path("meeting/<int:pk>/answer/", meeting_views.meeting_answer, name="meeting_answer"),
    path("mail/", mail_views.mail_settings, name="mail_settings"),
    path("mail/tests/", mail_views.mail_testing, name="mail_testing"),
    path("mail/team/<int:pk>/", mail_views.team_server, name="team_server"),
    path("mail/outgoing/<int:pk>/sending/", mail_views.outgoing_sending, name="outgoing_sending"),
]  # fmt: skip
