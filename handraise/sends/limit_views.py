"""Settings of sending: how many mails a lead may get, and when nobody gets any."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from handraise.consent.queries import purposes
from handraise.kit import clock
from handraise.sends.limit_forms import LimitsForm
from handraise.sends.limiting import history, in_force
from handraise.sends.limits import Limits, checked, sentences
from handraise.sends.zones import zone_of_country
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused

PLACE = "Germany"  # where the lead of the example lives
VERSIONS = 20  # shown


@needs(Permission.NURTURE)
def sending_limits(request: HttpUserRequest) -> HttpResponse:
    """The limits in force, and a form to change them."""
    at, now = clock.now(), in_force()
    form = LimitsForm(request.POST or None, now=now, purposes=purposes())
    if request.method == "POST" and form.is_valid():
        try:
            made = form.save(by=request.user, at=at)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Version {made.number} of the limits is in force.")
            return redirect("sending_limits")
    context = {"form": form, "now": now, "versions": history(limit=VERSIONS),
               **_meaning(now.limits, at)}  # fmt: skip
    return render(request, "sends/limits.html", context)


@require_POST
@needs(Permission.NURTURE)
def sending_limits_preview(request: HttpUserRequest) -> HttpResponse:
    """What the limits would mean that are being written."""
    at = clock.now()
    form = LimitsForm(request.POST, now=in_force(), purposes=purposes())
    if not form.is_valid():
        fault = next(str(faults[0]) for faults in form.errors.values())
        return render(request, "sends/_meaning.html", {"fault": fault})
    try:
        limits = checked(form.limits(), today=timezone.localdate(at))
    except Refused as refused:
        return render(request, "sends/_meaning.html", {"fault": str(refused)})
    return render(request, "sends/_meaning.html", _meaning(limits, at))


def _meaning(limits: Limits, at: datetime) -> dict[str, object]:
    """What the limits say of a lead, and what holds for one at this moment."""
    zone = ZoneInfo(zone_of_country(PLACE) or settings.TIME_ZONE)
    opens = limits.quiet().open_from(at, zone)
    return {
        "sentences": sentences(limits, place=PLACE),
        "place": PLACE,
        "there": at.astimezone(zone),
        "opens": None if opens is None else opens.astimezone(zone),
        "is_quiet": opens is None or opens > at,
        "house_zone": settings.TIME_ZONE,
    }
