"""Every address of the product, step by step."""

from django.urls import URLPattern, URLResolver, include, path

from handraise.api.urls import urlpatterns as api_urls
from handraise.capture.tracker import tracker

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("handraise.desk.urls")),
    path("", include("handraise.talk.urls")),
    path("", include("handraise.post.urls")),
    path("", include("handraise.desk.pipeline.urls")),
    path("", include("handraise.consent.urls")),
    path("", include("handraise.sends.urls")),
    path("", include("handraise.responses.urls")),
    path("forms/", include("handraise.forms.urls")),
    path("messages/", include("handraise.messaging.urls")),
    path("journeys/", include("handraise.nurture.urls")),
    path("agreement/drafts/", include("handraise.feedback.editor.urls")),
    path("agreement/", include("handraise.agreement.urls")),
    path("agreement/", include("handraise.feedback.preview.urls")),
    path("agreement/", include("handraise.feedback.routing.urls")),
    path("enablement/", include("handraise.enablement.urls")),
    path("feedback/", include("handraise.feedback.urls")),
    path("weekly/", include("handraise.feedback.weekly.urls")),
    path("frameworks/", include("handraise.qualification.urls")),
    path("bulk/", include("handraise.desk.bulk.urls")),
    path("lists/", include("handraise.lists.urls")),
    path("imports/", include("handraise.capture.urls")),
    path("account/", include("handraise.team.urls")),
    path("api/v1/", include((api_urls, "api"))),
    path("ui/", include("handraise.ui.urls")),
    path("t.js", tracker, name="tracker"),
]
