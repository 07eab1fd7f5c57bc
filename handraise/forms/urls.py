"""Addresses of forms. Those with a number are for who works here, those with a code for all."""

from django.urls import URLPattern, path

from handraise.forms import public_views, views

urlpatterns: list[URLPattern] = [
    path("", views.forms, name="forms"),
    path("new/", views.new_form, name="new_form"),
    path("<int:pk>/", views.form, name="form"),
    path("<int:pk>/edit/", views.edit_form, name="edit_form"),
    path("<int:pk>/preview/", views.form_preview, name="form_preview"),
    path("<int:pk>/closing/", views.form_closing, name="form_closing"),
    path("submission/<int:pk>/release/", views.submission_release, name="submission_release"),
    path("content/<str:token>/", public_views.content, name="content"),
    path("<slug:code>/", public_views.hosted_form, name="hosted_form"),
    path("<slug:code>/thanks/", public_views.form_thanks, name="form_thanks"),
]
