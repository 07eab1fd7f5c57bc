"""Journeys for pages: what is not there is a page not found, what cannot be read says so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from handraise.agreement.faults import AgreementError
from handraise.nurture import editing
from handraise.nurture.models import Journey
from handraise.nurture.queries import journey_visible_to
from handraise.nurture.steps import Place, read
from handraise.team.access import HttpUserRequest
from handraise.team.models import User


def journey_or_404(user: User, code: str) -> Journey:
    try:
        return journey_visible_to(user, code)
    except Journey.DoesNotExist:
        raise Http404(f"There is no journey {code}.") from None


def value_or_text(request: HttpUserRequest, journey: Journey) -> dict[str, Any] | HttpResponse:
    """What the draft says; for a text that is no YAML the page on which it is mended."""
    try:
        return editing.value_of(journey.draft)
    except AgreementError as error:
        said = error.faults[0]
        messages.error(request, f"The text cannot be read: line {said.line}: {said.sentence}")
        return to(request, "journey_text", journey.code)


def place_or_404(text: str) -> Place:
    try:
        return read(text)
    except LookupError:
        raise Http404("There is no such place.") from None


def to(request: HttpUserRequest, name: str, *args: object, at: str = "") -> HttpResponse:
    """To another page, as a whole: htmx would put it into a corner of this one."""
    url = reverse(name, args=args) + (f"#{at}" if at else "")
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
