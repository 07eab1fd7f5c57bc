"""Addresses of reports."""

from django.urls import URLPattern, path

from handraise.feedback.reports import views

urlpatterns: list[URLPattern] = [
    path("", views.reports, name="reports"),
    path("all.zip", views.report_files, name="report_files"),
    path("wish/", views.report_wish, name="report_wish"),
    path("tables/<slug:code>.<str:form>", views.report_table, name="report_table"),
    path("<slug:code>/", views.report, name="report"),
    path("<slug:code>/rest/", views.report_rest, name="report_rest"),
]
