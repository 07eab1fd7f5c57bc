"""Pages: the agreement in force, its versions, what changed, proposing and signing."""

from __future__ import annotations

import json
from difflib import unified_diff
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from handraise.agreement import actions, queries, schema, shipped, version_page
from handraise.agreement.actions import Overtaken, Refused
from handraise.agreement.decide import Side, State
from handraise.agreement.differences import differences
from handraise.agreement.faults import AgreementError
from handraise.agreement.forms import TextForm
from handraise.agreement.models import Version
from handraise.agreement.shipped import Shipped
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


@require_GET
@needs(Permission.SEE)
def agreement(request: HttpUserRequest) -> HttpResponse:
    """The agreement in force, read as a document."""
    held = queries.published()
    visible = queries.versions_visible_to(request.user)
    waiting = visible.filter(state=State.PROPOSED)
    drafts = visible.filter(state=State.DRAFT)
    if held is None:
        context: dict[str, Any] = {
            "waiting": waiting, "drafts": drafts, "unreadable": queries.unreadable(),
        }  # fmt: skip
        return _page(request, "agreement/none.html", context)
    version = _version(request.user, held.number)
    context = {
        "waiting": waiting,
        "drafts": drafts,
        "version": version,
        "document": held.document,
        "sides": version_page.sides(version),
        "talk": version_page.talk(version, held.document),
    }
    return _page(request, "agreement/agreement.html", context)


@require_GET
@needs(Permission.SEE)
def versions(request: HttpUserRequest) -> HttpResponse:
    """Every version with who signed it."""
    found = list(queries.versions_visible_to(request.user))
    older: list[int | None] = [version.number for version in found[1:]]
    rows = [
        (version, version_page.sides(version), before)
        for version, before in zip_longest(found, older)
    ]
    return _page(request, "agreement/versions.html", {"rows": rows})


@require_GET
@needs(Permission.SEE)
def version(request: HttpUserRequest, number: int) -> HttpResponse:
    """One version: what it says, what it would change, who signed, its text."""
    found = _version(request.user, number)
    said = version_page.reading(found.text, is_new=found.state == State.DRAFT)
    before = queries.versions_visible_to(request.user).filter(number__lt=number).first()
    context = {
        "version": found,
        "document": said.document,
        "reading": said,
        "sides": version_page.sides(found),
        "options": version_page.options(found, request.user),
        "changes": version_page.changes_from_force(found, said.document),
        "held": queries.published(),
        "before": before,
        "talk": version_page.talk(found, said.document),
    }
    return _page(request, "agreement/version.html", context)


@require_GET
@needs(Permission.SEE)
def text(request: HttpUserRequest, number: int) -> HttpResponse:
    """The text as a file."""
    found = _version(request.user, number)
    response = HttpResponse(found.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="agreement-{number}.yaml"'
    return response


@require_GET
@needs(Permission.SEE)
def schema_file(request: HttpUserRequest) -> HttpResponse:  # noqa: ARG001
    """The JSON Schema by which editors complete and check."""
    return HttpResponse(
        json.dumps(schema.schema(), indent=2), content_type="application/schema+json"
    )


@require_GET
@needs(Permission.SEE)
def compare(request: HttpUserRequest, before: int, after: int) -> HttpResponse:
    """Two versions, and what changed from one to the other in words."""
    old, new = _version(request.user, before), _version(request.user, after)
    said = version_page.reading(old.text), version_page.reading(new.text)
    context: dict[str, Any] = {"before": old, "after": new, "numbers": _numbers(request.user)}
    if said[0].document and said[1].document:
        context["changes"] = differences(said[0].document, said[1].document)
    return _page(request, "agreement/compare.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.PROPOSE)
def propose(request: HttpUserRequest) -> HttpResponse:
    """Write a new version: check it, keep it as a draft, or propose it."""
    if request.method == "GET":
        form = TextForm(initial={"text": _beginning(request)})
        return _page(request, "agreement/propose.html", {"form": form})
    return _written(request, None)


@require_http_methods(["GET", "POST"])
@needs(Permission.PROPOSE)
def edit(request: HttpUserRequest, number: int) -> HttpResponse:
    """Write on at a draft."""
    draft = _version(request.user, number)
    if draft.state != State.DRAFT:
        messages.error(request, f"Version {number} is {draft.state}; only a draft can be changed.")
        return redirect("agreement_version", number)
    if request.method == "GET":
        form = TextForm(
            initial={"text": draft.text, "note": draft.note, "revision": draft.revision}
        )
        said = version_page.reading(draft.text, is_new=True)
        context = {"form": form, "draft": draft, "reading": said if said.faults else None}
        return _page(request, "agreement/propose.html", context)
    return _written(request, draft)


def _written(request: HttpUserRequest, draft: Version | None) -> HttpResponse:
    form = TextForm(request.POST)
    context: dict[str, Any] = {"form": form, "draft": draft}
    if not form.is_valid():
        return _page(request, "agreement/propose.html", context)
    deed = request.POST.get("deed", "check")
    said = version_page.reading(form.cleaned_data["text"], is_new=True)
    if deed == "draft" or (deed == "propose" and said.document):
        return _kept(request, draft, form, is_proposed=deed == "propose")
    held = queries.published()
    if said.document:
        context["is_sound"] = True
        context["changes"] = differences(held.document, said.document) if held else None
    context["reading"] = said
    return _page(request, "agreement/propose.html", context)


def _kept(
    request: HttpUserRequest, draft: Version | None, form: TextForm, *, is_proposed: bool
) -> HttpResponse:
    by, at, note = request.user, clock.now(), form.cleaned_data["note"]
    text = form.cleaned_data["text"]
    try:
        if draft is not None:
            seen = form.cleaned_data["revision"]
            kept = actions.change_draft(
                draft, text, note=note, by=by, at=at, via=Via.WEB, seen=seen, what="as text"
            )
            if is_proposed:
                kept = actions.propose_draft(kept, by=by, at=at, via=Via.WEB, seen=kept.revision)
        elif is_proposed:
            kept = actions.propose(text, note=note, by=by, at=at, via=Via.WEB)
        else:
            kept = actions.save_draft(text, note=note, by=by, at=at, via=Via.WEB)
    except Overtaken as overtaken:
        return _page(request, "agreement/propose.html", _overtaken(form, overtaken))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, "agreement/propose.html", {"form": form, "draft": draft})
    said = "is proposed. Both sides can sign it now." if is_proposed else "is kept as a draft."
    messages.success(request, f"Version {kept.number} {said}")
    return redirect("agreement_version", kept.number)


def _overtaken(form: TextForm, overtaken: Overtaken) -> dict[str, Any]:
    """The form with what was typed, what the other person made of the draft beside it.

    Sending it again replaces theirs knowingly: the form now carries the newer revision.
    """
    now, typed = overtaken.now, form.cleaned_data["text"]
    again = TextForm(
        initial={"text": typed, "note": form.cleaned_data["note"], "revision": now.revision}
    )
    lines = unified_diff(
        now.text.splitlines(), typed.splitlines(), "the draft now", "yours", lineterm="", n=1
    )
    return {"form": again, "draft": now, "overtaken": overtaken, "lines_between": list(lines)[:400]}


@require_POST
@needs(Permission.SEE)
def signature(request: HttpUserRequest, number: int) -> HttpResponse:
    """Sign for the side of one's role."""
    found = _version(request.user, number)
    try:
        made = actions.sign(found, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("agreement_version", number)
    found.refresh_from_db()
    if found.state == State.PUBLISHED:
        messages.success(request, f"Both sides have signed: version {number} is in force.")
        return redirect("agreement")
    side, other = Side(made.side), next(side for side in Side if side != made.side)
    said = f"You have signed for {side.value}. It holds once {other.value} signs too."
    messages.success(request, said)
    return redirect("agreement_version", number)


@require_POST
@needs(Permission.PROPOSE)
def proposal(request: HttpUserRequest, number: int) -> HttpResponse:
    """Propose a draft as it stands."""
    draft = _version(request.user, number)
    typed = request.POST.get("revision", "")
    seen = int(typed) if typed.isdecimal() and len(typed) < 9 else None
    try:
        actions.propose_draft(draft, by=request.user, at=clock.now(), via=Via.WEB, seen=seen)
    except AgreementError:
        messages.error(request, "The draft still has faults; they are marked below.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Version {number} is proposed. Both sides can sign it now.")
    return redirect("agreement_version", number)


@require_http_methods(["GET", "POST"])
@needs(Permission.PROPOSE)
def withdrawal(request: HttpUserRequest, number: int) -> HttpResponse:
    """Take a draft or a proposal back, after saying what that means."""
    found = _version(request.user, number)
    if request.method == "GET":
        if not version_page.options(found, request.user).may_withdraw:
            return redirect("agreement_version", number)
        return render(request, "agreement/withdrawal.html", {"version": found})
    shown = request.POST.get("shown")
    if shown is not None and shown != f"{found.state} {found.revision}":
        messages.error(request, "It has changed meanwhile. Nothing was withdrawn.")
        return redirect("agreement_version", number)
    try:
        actions.withdraw(found, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Version {number} is withdrawn.")
    return redirect("agreement_versions")


def _page(request: HttpUserRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    may_propose = may(request.user, Permission.PROPOSE)
    return render(request, template, {**context, "may_propose": may_propose})


def _version(user: User, number: int) -> Version:
    try:
        return queries.version_visible_to(user, number)
    except Version.DoesNotExist:
        raise Http404(f"There is no version {number} of the agreement.") from None


def _numbers(user: User) -> list[int]:
    return list(queries.versions_visible_to(user).values_list("number", flat=True))


def _beginning(request: HttpUserRequest) -> str:
    """What the new version begins with: `?from=N`, `?shipped=NAME`, else what is in force."""
    number = request.GET.get("from", "")
    if number.isdecimal() and len(number) < 10:
        return _version(request.user, int(number)).text
    name = request.GET.get("shipped", "")
    held = queries.published()
    if name in set(Shipped) or held is None:
        return shipped.text(Shipped(name) if name in set(Shipped) else Shipped.DEFAULT)
    return _version(request.user, held.number).text
