"""Where news reach a person, and the secret address of their calendar."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.talk.actions import prefer
from handraise.talk.feeds import renew_feed, revoke_feed
from handraise.talk.forms import PreferencesForm
from handraise.talk.queries import feed_of
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.SEE)
def preferences(request: HttpUserRequest) -> HttpResponse:
    """For each kind of news where it reaches one; the digest's hour; the calendar."""
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            prefer(request.user, wished=form.wished(), digest_hour=form.cleaned_data["hour"])
        except Refused as refused:
            form.add_error("hour", str(refused))
        else:
            messages.success(request, "Saved. It holds for what comes from now on.")
            return redirect("preferences")
    return _page(request, form)


@never_cache
@require_POST
@needs(Permission.SEE)
def calendar_address(request: HttpUserRequest) -> HttpResponse:
    """Make the address of one's calendar, shown in this answer only; with `revoke` end it."""
    at = clock.now()
    if "revoke" in request.POST:
        revoke_feed(by=request.user, at=at, via=Via.WEB)
        messages.success(request, "The address of your calendar leads nowhere any more.")
        return redirect("preferences")
    token = renew_feed(by=request.user, at=at, via=Via.WEB)
    address = settings.ADDRESS + reverse("calendar", args=[token])
    return _page(request, PreferencesForm(user=request.user), address)


def _page(request: HttpUserRequest, form: PreferencesForm, address: str = "") -> HttpResponse:
    context = {"form": form, "feed": feed_of(request.user), "address": address}
    return render(request, "talk/preferences.html", context)
