"""Addresses of this step."""

from django.urls import URLPattern, URLResolver, include, path

from handraise.feedback import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.feedback, name="feedback"),
    path("", include("handraise.feedback.standing.urls")),
    path("targets/", include("handraise.feedback.targets.urls")),
    path("funnel/", include("handraise.feedback.funnel.urls")),
    path("velocity/", include("handraise.feedback.velocity.urls")),
    path("keeping/", include("handraise.feedback.keeping.urls")),
    path("value/", include("handraise.feedback.value.urls")),
    path("attribution/", include("handraise.feedback.attribution.urls")),
    path("reports/", include("handraise.feedback.reports.urls")),
    path("review/", include("handraise.feedback.review.urls")),
    path("learned/", include("handraise.feedback.learned.urls")),
    path("rehearsal/", include("handraise.feedback.rehearsal.urls")),
]
