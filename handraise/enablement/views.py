"""Pages: playbooks, scripts, assets, key messages, and what of them works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from handraise.agreement.faults import AgreementError
from handraise.agreement.queries import published
from handraise.enablement import actions, files, forms, queries
from handraise.enablement.actions import Overtaken, Refused
from handraise.enablement.language import VARIABLES
from handraise.enablement.matching import count, unaskable
from handraise.enablement.previewing import lead_named, previewed
from handraise.enablement.using import worked
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.scoring.plan import CompileError
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@dataclass(frozen=True, slots=True)
class Noun:
    """One of the four things that people write here: its words, its door, its form."""

    one: str
    many: str
    door: Callable[..., Any]
    form: Any


NOUNS = {
    "playbook": Noun("playbook", "playbooks", queries.playbooks_visible_to, forms.PlaybookForm),
    "script": Noun("script", "scripts", queries.scripts_visible_to, forms.ScriptForm),
    "asset": Noun("asset", "assets", queries.assets_visible_to, forms.AssetForm),
    "key_message": Noun(
        "key message", "key messages", queries.messages_visible_to, forms.MessageForm
    ),
}


@require_safe
@needs(Permission.SEE)
def things(request: HttpUserRequest, noun: str) -> HttpResponse:
    """All of one kind, those in use first."""
    found = list(NOUNS[noun].door(request.user))
    context: dict[str, Any] = {"things": found, "noun": NOUNS[noun]}
    if noun == "key_message":
        context["places"] = queries.places_of(found)
        context["silent"] = queries.scripts_that_cite_none(request.user)
    return _page(request, f"enablement/{noun}s.html", noun, context)


@require_http_methods(["GET", "POST"])
@needs(Permission.EQUIP_SALES)
def new(request: HttpUserRequest, noun: str) -> HttpResponse:
    """Write down a new one."""
    form = NOUNS[noun].form(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _saved(request, noun, form)
    return _page(request, f"enablement/{noun}.html", noun, {"form": form})


@require_http_methods(["GET", "POST"])
@needs(Permission.SEE)
def thing(request: HttpUserRequest, noun: str, pk: int) -> HttpResponse:
    """One of them: to read, and to change for those who may."""
    found = _found(lambda: NOUNS[noun].door(request.user).get(pk=pk))
    if request.method == "POST":
        return _changed(request, noun, found)
    filled = {**NOUNS[noun].form.filled(found), "owner": found.owner_id, "seen": found.version}
    form = NOUNS[noun].form(thing=found, initial=filled)
    return _page(request, f"enablement/{noun}.html", noun, _of(found, noun, form))


@needs(Permission.EQUIP_SALES)
def _changed(request: HttpUserRequest, noun: str, found: Any) -> HttpResponse:
    form = NOUNS[noun].form(request.POST, request.FILES, thing=found)
    if form.is_valid():
        return _saved(request, noun, form)
    return _page(request, f"enablement/{noun}.html", noun, _of(found, noun, form))


def _saved(request: HttpUserRequest, noun: str, form: Any) -> HttpResponse:
    try:
        kept = form.save(by=request.user, at=clock.now(), via=Via.WEB)
    except Overtaken as overtaken:
        form.data = form.data.copy()
        # Sent again it replaces theirs knowingly.
        form.data["seen"] = str(overtaken.version)
        context = {**_of(form.thing, noun, form), "overtaken": str(overtaken)}
        return _page(request, f"enablement/{noun}.html", noun, context)
    except Refused as refused:
        form.add_error(None, str(refused))
        context = _of(form.thing, noun, form) if form.thing else {"form": form}
        return _page(request, f"enablement/{noun}.html", noun, context)
    messages.success(request, f"Kept: {kept}.")
    return redirect(noun, kept.pk)


def _of(found: Any, noun: str, form: Any) -> dict[str, Any]:
    """What the page of one thing shows beside its form."""
    context: dict[str, Any] = {"form": form, "thing": found}
    if noun == "key_message":
        context["places"] = queries.places_of([found])[found.pk]
    if noun == "playbook":
        agreed = published()
        document = agreed.document if agreed else None
        context["unaskable"] = unaskable(found.condition, document=document, at=clock.now())
    else:
        context["versions"] = found.versions.select_related("by").order_by("-number")
    return context


@require_POST
@needs(Permission.EQUIP_SALES)
def retirement(request: HttpUserRequest, noun: str, pk: int) -> HttpResponse:
    """Take it out of use, or bring it back."""
    found = _found(lambda: NOUNS[noun].door(request.user).get(pk=pk))
    is_back = request.POST.get("deed") == "restore"
    deed = actions.restore if is_back else actions.retire
    deed(found, by=request.user, at=clock.now(), via=Via.WEB)
    messages.success(request, f"{found} is {'in use again' if is_back else 'out of use'}.")
    return redirect(noun, pk)


@require_POST
@needs(Permission.EQUIP_SALES)
def preview(request: HttpUserRequest) -> HttpResponse:
    """A script as it is typed, for one real lead, with its faults."""
    lead = lead_named(request.user, request.POST.get("lead", ""))
    body = request.POST.get("body", "").replace("\r\n", "\n")
    context = previewed(body, lead, seller=request.user.name, at=clock.now())
    return render(request, "enablement/_preview.html", context)


@require_POST
@needs(Permission.EQUIP_SALES)
def holding(request: HttpUserRequest) -> HttpResponse:
    """For how many leads a condition holds now, as it is typed, or where its fault lies."""
    text, agreed = request.POST.get("condition", ""), published()
    document, context = agreed.document if agreed else None, dict[str, Any]()
    try:
        context["fault"] = unaskable(text, document=document, at=clock.now())
        if not context["fault"]:
            context["count"] = count(text, document=document, at=clock.now())
    except (AgreementError, CompileError) as error:
        context["fault"] = str(error)
    return render(request, "enablement/_holding.html", context)


@require_safe
@needs(Permission.SEE)
def asset_file(request: HttpUserRequest, pk: int) -> HttpResponse:
    """The file of an asset, for download only: what people upload is never shown as a page."""
    asset = _found(lambda: queries.assets_visible_to(request.user).get(pk=pk))
    path = files.kept(asset.file)
    if path is None:
        raise Http404("This asset has no file.")
    # Whole, since it is small: what streams from a file is read ahead by the server all the same.
    answer = HttpResponse(path.read_bytes(), content_type="application/octet-stream")
    name = content_disposition_header(as_attachment=True, filename=asset.file_name)
    answer.headers["Content-Disposition"] = name or "attachment"
    return answer


@require_POST
@needs(Permission.EQUIP_SALES)
def confirmation(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say that a place still fits the message as it is worded now."""
    citation = _found(lambda: queries.citation_visible_to(request.user, pk))
    try:
        actions.confirm(citation, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("key_message", citation.message_id)


@require_safe
@needs(Permission.SEE)
def works(request: HttpUserRequest) -> HttpResponse:
    """What was used and what then happened, and what should be looked at."""
    at = clock.now()
    context = {
        "rows": [row for row in worked(at=at) if row.uses or not row.retired],
        "stale": queries.stale(request.user, today=at.date()),
    }
    return _page(request, "enablement/works.html", "works", context)


def _page(
    request: HttpUserRequest, template: str, noun: str, context: dict[str, Any]
) -> HttpResponse:
    told = {
        "tabs": [(name, reverse(f"{one}s" if one != "works" else one), one == noun)
                 for one, name in TABS.items()],
        "name": noun,
        "may_write": may(request.user, Permission.EQUIP_SALES),
        "variables": sorted(VARIABLES),
        **context,
    }  # fmt: skip
    return render(request, template, told)


TABS = {
    "playbook": "Playbooks",
    "script": "Scripts",
    "asset": "Assets",
    "key_message": "Key messages",
    "works": "What works",
}


def _found(door: Callable[[], Any]) -> Any:
    try:
        return door()
    except ObjectDoesNotExist:
        raise Http404 from None


__all__ = [
    "asset_file", "confirmation", "holding", "new", "preview",
    "retirement", "thing", "things", "works",
]  # fmt: skip
