"""Every address of the product, step by step."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("handraise.desk.urls")),
    path("", include("handraise.desk.pipeline.urls")),
    path("agreement/drafts/", include("handraise.feedback.editor.urls")),
    path("agreement/", include("handraise.agreement.urls")),
    path("agreement/", include("handraise.feedback.preview.urls")),
    path("feedback/", include("handraise.feedback.urls")),
    path("imports/", include("handraise.capture.urls")),
    path("account/", include("handraise.team.urls")),
    path("ui/", include("handraise.ui.urls")),
]
