"""The API and its addresses, under /api/v1/. What is refused is answered with a sentence."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI

from handraise.api import handovers, leads
from handraise.api.auth import KeyAuth
from handraise.leads.decide import Refused

api = NinjaAPI(
    title="Handraise", version=settings.APP_VERSION,
    description="Leads, touches and handovers, for programs.",
    auth=KeyAuth(), docs_url=None, urls_namespace="api",
)  # fmt: skip
api.add_router("", leads.router)
api.add_router("", handovers.router)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, why: Refused) -> HttpResponse:
    return api.create_response(request, {"error": str(why)}, status=409)


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, why: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"error": str(why)}, status=403)


@api.exception_handler(ObjectDoesNotExist)
def _missing(request: HttpRequest, _: ObjectDoesNotExist) -> HttpResponse:
    return api.create_response(request, {"error": "There is no such thing."}, status=404)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, _: RequestDataTooBig) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
    said = f"The body is larger than {most} MiB. Send fewer leads at a time."
    return api.create_response(request, {"error": said}, status=413)


def _open(patterns: list[URLResolver | URLPattern]) -> list[URLResolver | URLPattern]:
    """Signed in by a key, not by a session: the pages' door does not stand before these."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback.login_required = False  # type: ignore[attr-defined]
    return patterns


urlpatterns = _open(api.urls[0])
