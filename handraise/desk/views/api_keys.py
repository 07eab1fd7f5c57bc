"""One's own API keys: what lets a program act as oneself."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.api_keys import api_keys_of, create_api_key, revoke_api_key
from handraise.team.decide import Permission


@never_cache
@needs(Permission.SEE)
def api_keys(request: HttpUserRequest) -> HttpResponse:
    """All of one's keys; a new one is shown once, in the answer to its making."""
    plaintext, at = "", clock.now()
    if request.method == "POST":
        name, may_write = request.POST.get("name", ""), "may_write" in request.POST
        try:
            with transaction.atomic():
                key, plaintext = create_api_key(
                    request.user, name=name, may_write=may_write, by=request.user, at=at
                )
                _write(request, "team.api_key_created", f"The API key {key.name} was made.")
        except Refused as refused:
            messages.error(request, str(refused))
    context = {
        "keys": api_keys_of(request.user),
        "plaintext": plaintext,
        "host": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "desk/api_keys.html", context)


@require_POST
@needs(Permission.SEE)
def api_key_revocation(request: HttpUserRequest, pk: int) -> HttpResponse:
    """End one of one's own keys for good."""
    key = get_object_or_404(api_keys_of(request.user), pk=pk)
    with transaction.atomic():
        if revoke_api_key(key, by=request.user, at=clock.now()):
            _write(request, "team.api_key_revoked", f"The API key {key.name} was revoked.")
    messages.success(request, f"{key.name} opens nothing any more.")
    return redirect("api_keys")


def _write(request: HttpUserRequest, kind: str, said: str) -> None:
    journal.write(kind, at=clock.now(), via=Via.WEB, by=request.user, said=said)
