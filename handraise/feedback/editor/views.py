"""Pages: a draft of the agreement, its parts as forms, its earlier texts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from handraise.agreement import actions, queries, shipped, suggesting, version_page
from handraise.agreement.actions import Overtaken, Refused
from handraise.agreement.decide import State
from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.shipped import Shipped
from handraise.feedback.editor import filling, form_page, pages, saving
from handraise.feedback.editor.fields import SECTIONS, Section
from handraise.feedback.editor.form_page import LENGTHS
from handraise.kit import clock
from handraise.kit.fold import fold
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.models import User


@require_POST
@needs(Permission.PROPOSE)
def drafts(request: HttpUserRequest) -> HttpResponse:
    """Begin a draft: from a version, or from an agreement that is shipped."""
    by, at = request.user, clock.now()
    number, name = request.POST.get("from", ""), request.POST.get("shipped", "")
    try:
        if number.isdecimal() and len(number) < 10:
            source = _visible(by, int(number))
            made = actions.draft_from(source, by=by, at=at, via=Via.WEB)
        else:
            which = Shipped(name) if name in set(Shipped) else Shipped.DEFAULT
            made = actions.save_draft(shipped.text(which), note="", by=by, at=at, via=Via.WEB)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("agreement_versions")
    return redirect("draft", made.number)


@require_GET
@needs(Permission.PROPOSE)
def draft(request: HttpUserRequest, number: int) -> HttpResponseBase:
    """The whole draft, part by part, with what it changes."""
    found = _draft(request, number)
    if isinstance(found, HttpResponse):
        return found
    threads = queries.threads_visible_to(request.user, number).filter(resolution=None)
    talk = Counter(fold(thread.signal) for thread in threads)
    shown = pages.overview(found, talk)
    options = version_page.options(found, request.user)
    context = {"draft": found, "shown": shown, "held": queries.published(), "options": options}
    return render(request, "feedback/editor/draft.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.PROPOSE)
def new_part(request: HttpUserRequest, number: int, key: str) -> HttpResponseBase:
    """Add an entry to a section."""
    section = _section(key)
    if not section.is_many:
        raise Http404("There is one of these only.")
    return _part(request, number, section, None)


@require_http_methods(["GET", "POST"])
@needs(Permission.PROPOSE)
def part(
    request: HttpUserRequest, number: int, key: str, place: int | None = None
) -> HttpResponseBase:
    """Change one part of a draft."""
    section = _section(key)
    if section.is_many is (place is None):
        raise Http404("There is no such part.")
    return _part(request, number, section, place)


def _part(
    request: HttpUserRequest, number: int, section: Section, place: int | None
) -> HttpResponseBase:
    found = _draft(request, number)
    if isinstance(found, HttpResponse):
        return found
    deed = request.POST.get("deed", "save") if request.method == "POST" else "open"
    try:
        if deed == "save":
            return _save(request, found, section, place)
        context = form_page.context(found, section, place, deed, request.POST, at=clock.now())
    except AgreementError:
        return _elsewhere(request, "draft", number)
    except LookupError:
        raise Http404("The draft has no such part.") from None
    return _form(request, form_page.template(deed), context)


def _save(
    request: HttpUserRequest, draft: Version, section: Section, place: int | None
) -> HttpResponse:
    by, at = request.user, clock.now()
    try:
        kept = saving.keep(draft, section, place, request.POST, by=by, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("agreement_version", draft.number)
    if not kept.is_kept:
        return _form(request, form_page.FORM, form_page.refused(kept, request.POST))
    said = "Saved."
    if kept.met_others:
        said = f"Saved. {draft.changed_by} changed another part meanwhile; both changes stand."
    messages.success(request, said)
    return redirect(reverse("draft", args=[draft.number]) + f"#{section.key}")


def _form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {**context, "lengths": LENGTHS})


@require_http_methods(["GET", "POST"])
@needs(Permission.PROPOSE)
def removal(request: HttpUserRequest, number: int, key: str, place: int) -> HttpResponseBase:
    """Take an entry out, after saying what goes with it."""
    found, section = _draft(request, number), _section(key)
    if isinstance(found, HttpResponse):
        return found
    try:
        if request.method == "POST":
            return _removed(request, found, section, place)
        opened = saving.opened(found, section, place)
        _, lost = saving.without(found, section, place)
    except (AgreementError, LookupError):
        raise Http404("The draft has no such part.") from None
    name = filling.name_of(opened.raw)
    context = {"draft": found, "section": section, "opened": opened, "name": name, "lost": lost}
    return render(request, "feedback/editor/removal.html", context)


def _removed(
    request: HttpUserRequest, draft: Version, section: Section, place: int
) -> HttpResponse:
    try:
        now = saving.remove(draft, section, place, request.POST, by=request.user, at=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("draft", draft.number)
    if now.clash or now.place is None:
        messages.error(request, "Somebody changed it meanwhile, so it was not removed.")
    else:
        messages.success(request, "Removed. Earlier texts of the draft still have it.")
    return redirect(reverse("draft", args=[draft.number]) + f"#{section.key}")


@require_POST
@needs(Permission.PROPOSE)
def move(request: HttpUserRequest, number: int, key: str, place: int) -> HttpResponseBase:
    """Move an entry up or down its list; of routes the first that holds counts."""
    found, section = _draft(request, number), _section(key)
    if isinstance(found, HttpResponse):
        return found
    step = 1 if request.POST.get("to") == "down" else -1
    by, at = request.user, clock.now()
    try:
        now = saving.shift(found, section, place, step, request.POST, by=by, at=at)
    except (AgreementError, LookupError):
        raise Http404("It cannot be moved there.") from None
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if now.clash or now.place is None:
            messages.error(request, "Somebody changed it meanwhile, so it was not moved.")
    return redirect(reverse("draft", args=[number]) + f"#{key}")


@require_POST
@needs(Permission.PROPOSE)
def note(request: HttpUserRequest, number: int) -> HttpResponseBase:
    """Say why; those who sign read it beside what changes."""
    found = _draft(request, number)
    if isinstance(found, HttpResponse):
        return found
    typed = request.POST.get("note", "").strip()[:2000].replace("\0", "")
    by, at = request.user, clock.now()
    try:
        actions.change_draft(
            found, found.text, note=typed, by=by, at=at, via=Via.WEB,
            seen=_seen(request), what="note",
        )  # fmt: skip
    except Overtaken as overtaken:
        messages.error(request, f"{overtaken} The note was not kept: {typed}")
    except Refused as refusal:
        messages.error(request, f"{refusal} The note was not kept.")
    else:
        messages.success(request, "Saved.")
    return redirect("draft", number)


@require_GET
@needs(Permission.PROPOSE)
def history(request: HttpUserRequest, number: int) -> HttpResponseBase:
    """The texts that the draft has had, and what each changed."""
    found = _draft(request, number)
    if isinstance(found, HttpResponse):
        return found
    texts = queries.earlier_texts_visible_to(request.user, number)[:50]
    context = {"draft": found, "steps": pages.steps(found, list(texts))}
    return render(request, "feedback/editor/history.html", context)


@require_POST
@needs(Permission.PROPOSE)
def restoration(request: HttpUserRequest, number: int, revision: int) -> HttpResponseBase:
    """Give the draft an earlier text back."""
    found = _draft(request, number)
    if isinstance(found, HttpResponse):
        return found
    try:
        actions.restore(
            found, revision, by=request.user, at=clock.now(), via=Via.WEB, seen=_seen(request)
        )
    except Overtaken as overtaken:
        messages.error(request, f"{overtaken} Nothing was brought back.")
        return redirect("draft_history", number)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("draft_history", number)
    messages.success(request, f"The draft says again what it said in text {revision}.")
    return redirect("draft", number)


def _seen(request: HttpUserRequest) -> int | None:
    """The revision that the page showed."""
    told = request.POST.get("revision", "")
    return int(told) if told.isdecimal() and len(told) < 9 else None


@require_GET
@needs(Permission.PROPOSE)
def suggestions(request: HttpUserRequest, number: int) -> HttpResponseBase:
    """What occurs here and fits what was typed, as the entries of a list."""
    found = _draft(request, number)
    if isinstance(found, HttpResponse):
        return found
    own = queries.raw_of(found.text).get("lists")
    lists = [str(name) for name in own] if isinstance(own, dict) else []
    rows = suggesting.fitting(lists, request.GET)
    return render(request, "agreement/rows/_suggestions.html", {"rows": rows})


def _draft(request: HttpUserRequest, number: int) -> Version | HttpResponse:
    """The draft of this number, or the page of what became of it."""
    found = _visible(request.user, number)
    if found.state == State.DRAFT:
        return found
    messages.error(request, f"Version {number} is {found.state}; only a draft can be changed.")
    return _elsewhere(request, "agreement_version", number)


def _elsewhere(request: HttpUserRequest, name: str, number: int) -> HttpResponse:
    """To another page, as a whole: htmx would put it into a corner of this one."""
    if request.htmx:
        return HttpResponseClientRedirect(reverse(name, args=[number]))
    return redirect(name, number)


def _visible(user: User, number: int) -> Version:
    try:
        return queries.version_visible_to(user, number)
    except Version.DoesNotExist:
        raise Http404(f"There is no version {number} of the agreement.") from None


def _section(key: str) -> Section:
    if key not in SECTIONS:
        raise Http404("An agreement has no such part.")
    return SECTIONS[key]
