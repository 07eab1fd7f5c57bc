"""What capture is measured against: a plain Django view that inserts one row for each request.

It checks no key and validates nothing but that the body is JSON; same table, same durability.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

django.setup()
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []  # the plainest there is: nothing but the view
application = ASGIHandler()
threaded = WSGIHandler()

from handraise.capture.models import Inbox  # noqa: E402  (its apps must be ready)


@csrf_exempt
def track(request: HttpRequest) -> JsonResponse:
    json.loads(request.body)
    Inbox.objects.create(
        received_at=datetime.now(UTC), source_id=1, endpoint="track", body=request.body
    )
    return JsonResponse({"success": True})


urlpatterns = [path("v1/track", track)]
