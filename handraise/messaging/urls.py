"""Addresses of messages, under /messages/."""

from django.urls import URLPattern, path

from handraise.messaging import views

urlpatterns: list[URLPattern] = [
    path("", views.mails, name="messages"),
    path("new/", views.new_mail, name="new_message"),
    path("house/", views.house, name="house"),
    path("citations/<int:pk>/confirmation/", views.confirmation, name="mail_confirmation"),
    path("<slug:code>/", views.mail, name="message"),
    path("<slug:code>/check/", views.check, name="message_check"),
    path("<slug:code>/sheet/", views.sheet, name="message_sheet"),
    path("<slug:code>/test/", views.test, name="message_test"),
    path("<slug:code>/settings/", views.settled, name="message_settings"),
    path("<slug:code>/versions/", views.versions, name="message_versions"),
    path("<slug:code>/retirement/", views.retirement, name="message_retirement"),
]
