"""Addresses of responses: what mails ask for, and the page about who did it."""

from django.urls import URLPattern, path

from handraise.responses import tracked_views, views

urlpatterns: list[URLPattern] = [
    path("c/<str:token>", tracked_views.click, name="click"),
    path("o/<str:token>.gif", tracked_views.opening, name="opening_of_mail"),
    path("responses/", views.answers, name="mail_answers"),
    path("responses/<int:pk>/ruling/", views.ruling, name="mail_answer_ruling"),
    path("responses/rulings/", views.rulings, name="mail_answer_rulings"),
    path("responses/beliefs/", views.beliefs, name="mail_beliefs"),
]
