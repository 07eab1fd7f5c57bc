"""Write keys: what a website or an app needs to send what people do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from handraise.capture.keys import KeyKind, create_key, revoke_key
from handraise.capture.models import WriteKey
from handraise.kit import clock
from handraise.leads.decide import SourceKind, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission

_KINDS: dict[str, KeyKind] = {"website": SourceKind.WEBSITE, "server": SourceKind.API}


@never_cache
@needs(Permission.ADMINISTER)
def keys(request: HttpUserRequest) -> HttpResponse:
    """All keys; a new one is shown once, in the answer to its making, with snippets to paste."""
    made, plaintext = None, ""
    kind = _KINDS.get(request.POST.get("of", ""))
    name = request.POST.get("name", "").strip()[:120]
    if request.method == "POST" and name and "\x00" not in name and kind is not None:
        made, plaintext = create_key(
            kind=kind, name=name, by=request.user, at=clock.now(), via=Via.WEB
        )
    elif request.method == "POST":
        messages.error(request, "Say what the key is for, and whether pages or a server hold it.")
    context = {
        "keys": WriteKey.objects.select_related("source", "created_by").order_by(
            "revoked_at", "-created_at"
        ),
        "made": made,
        "is_a_website": kind is SourceKind.WEBSITE,
        "plaintext": plaintext,
        "host": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "desk/keys.html", context)


@require_POST
@needs(Permission.ADMINISTER)
def revocation(request: HttpUserRequest, pk: int) -> HttpResponse:
    """End a key for good."""
    key = get_object_or_404(WriteKey.objects.select_related("source"), pk=pk)
    revoke_key(key, by=request.user, at=clock.now(), via=Via.WEB)
    messages.success(request, f"The key of {key.source.name} writes nothing any more.")
    return redirect("keys")
