"""Pages of messages: all of them, one being written, its settings, what it said before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from handraise.consent.queries import purposes
from handraise.enablement.previewing import lead_named
from handraise.enablement.rendering import wordings_in_force
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.messaging import actions, queries
from handraise.messaging.actions import Overtaken, Refused
from handraise.messaging.decide import MAIL_NAMES
from handraise.messaging.forms import HouseForm, NewMessageForm, SettingsForm, WordsForm
from handraise.messaging.models import Message
from handraise.messaging.starting import starts
from handraise.messaging.trying import previewed, send_test, shown
from handraise.messaging.values import house_values
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may
from handraise.ui.security import POLICY

# A mail is styled inline, which no page here may be: it is shown in a frame of its own, whose
# policy allows that and nothing else.
SHEET_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
FRAMING = f"{POLICY}; frame-src 'self'"


@require_safe
@needs(Permission.SEE)
def mails(request: HttpUserRequest) -> HttpResponse:
    """Every message, and what to begin a new one from."""
    context = {
        "mails": list(queries.messages_visible_to(request.user)),
        "starts": starts().values(),
        "purposes": {one.code: one.name for one in purposes()},
        "has_house": "address" in house_values(),
    }
    return _page(request, "messaging/messages.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def new_mail(request: HttpUserRequest) -> HttpResponse:
    """Begin a message, from a shipped one or from nothing."""
    start = request.POST.get("start") or request.GET.get("start", "")
    form = NewMessageForm(request.POST or None, initial=NewMessageForm.filled(start))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(
                code=form.cleaned_data["code"], settings=form.settings(), words=form.words(),
                by=request.user, at=clock.now(), via=Via.WEB,
            )  # fmt: skip
            return redirect("message", made.code)
        except Refused as refused:
            form.add_error(None, str(refused))
    return _page(request, "messaging/new.html", {"form": form, "start": starts().get(start)})


@require_http_methods(["GET", "POST"])
@needs(Permission.SEE)
def mail(request: HttpUserRequest, code: str) -> HttpResponse:
    """One message: to read, and to write for those who may."""
    found = _found(request, code)
    if request.method == "POST":
        return _kept(request, found)
    draft = queries.draft_of(found)
    names = ("subject", "preheader", "mjml", "text")
    initial = {"seen": found.seen, **{name: getattr(draft, name) for name in names}}
    return _editor(request, found, WordsForm(initial=initial))


@needs(Permission.NURTURE)
def _kept(request: HttpUserRequest, found: Message) -> HttpResponse:
    form = WordsForm(request.POST)
    how: dict[str, Any] = {"by": request.user, "at": clock.now(), "via": Via.WEB}
    if not form.is_valid():
        return _editor(request, found, form)
    seen: int = form.cleaned_data["seen"]
    try:
        actions.write(found, form.words(), seen=seen, **how)
        messages.success(request, "The draft is saved.")
        if request.POST.get("deed") == "publish":
            # Kept first: a draft that cannot be published yet is not lost.
            actions.publish(found, seen=seen + 1, **how)
            messages.success(request, f"{found} is published: this is what is sent from now on.")
    except Overtaken as overtaken:
        return _editor(request, found, _with(form, overtaken.seen), str(overtaken))
    except Refused as refused:
        messages.error(request, str(refused))
        found.refresh_from_db()
        return _editor(request, found, _with(form, found.seen))
    return redirect("message", found.code)


def _with(form: WordsForm, seen: int) -> WordsForm:
    """The form as typed; sent again it replaces theirs knowingly."""
    typed: Any = form.data.copy()  # type: ignore[attr-defined]
    typed["seen"] = str(seen)
    form.data = typed
    return form


def _editor(
    request: HttpUserRequest, found: Message, form: WordsForm, overtaken: str = ""
) -> HttpResponse:
    context = {
        "form": form, "mail": found, "draft": queries.draft_of(found), "overtaken": overtaken,
        "variables": sorted(MAIL_NAMES), "wordings": wordings_in_force(), "tab": "message",
    }  # fmt: skip
    answer = _page(request, "messaging/message.html", context)
    answer.headers["Content-Security-Policy"] = FRAMING
    return answer


@require_POST
@needs(Permission.NURTURE)
def check(request: HttpUserRequest, code: str) -> HttpResponse:
    """The message as it is typed: what is wrong with it, and how it reads for a real lead."""
    found = _found(request, code)
    lead = lead_named(request.user, request.POST.get("lead", ""))
    preview = previewed(found, WordsForm(request.POST).words(), lead, at=clock.now())
    return render(request, "messaging/_checks.html", {"mail": found, "preview": preview})


@require_POST
@needs(Permission.NURTURE)
def sheet(request: HttpUserRequest, code: str) -> HttpResponse:
    """The message as it is typed, for a frame: no script, no form, nothing of this page."""
    found = _found(request, code)
    lead = lead_named(request.user, request.POST.get("lead", ""))
    html = shown(found, WordsForm(request.POST).words(), lead, at=clock.now())
    return HttpResponse(
        html,
        headers={"Content-Security-Policy": SHEET_POLICY, "X-Frame-Options": "SAMEORIGIN"},
    )


@require_POST
@needs(Permission.NURTURE)
def test(request: HttpUserRequest, code: str) -> HttpResponse:
    """Send oneself the message as it is typed, as the lead that is shown would get it."""
    found = _found(request, code)
    lead = lead_named(request.user, request.POST.get("lead", ""))
    context = {"said": f"On its way to {request.user.email}.", "is_sent": True}
    try:
        if lead is None:
            raise Refused("Nobody is found by these words; name another lead.")
        words = WordsForm(request.POST).words()
        send_test(found, words, lead, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        context = {"said": str(refused), "is_sent": False}
    return render(request, "messaging/_tested.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def settled(request: HttpUserRequest, code: str) -> HttpResponse:
    """What a message is for, who it is from, what is added to its links."""
    found = _found(request, code)
    initial = SettingsForm.filled(found)
    form = SettingsForm(request.POST or None, message=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            actions.settle(
                found, form.settings(), seen=seen, by=request.user, at=clock.now(), via=Via.WEB
            )
            messages.success(request, "Saved.")
            return redirect("message_settings", code)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "mail": found, "tab": "message_settings"}
    return _page(request, "messaging/settings.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.SEE)
def versions(request: HttpUserRequest, code: str) -> HttpResponse:
    """Every version and what it changed; one of them can be made the draft again."""
    found = _found(request, code)
    if request.method == "POST":
        return _gone_back(request, found)
    context = {"mail": found, "history": queries.history(found), "tab": "message_versions"}
    return _page(request, "messaging/versions.html", context)


@needs(Permission.NURTURE)
def _gone_back(request: HttpUserRequest, found: Message) -> HttpResponse:
    number, seen = (request.POST.get(name, "") for name in ("number", "seen"))
    if not (number.isdecimal() and seen.isdecimal() and len(number + seen) < 16):
        raise Http404
    try:
        actions.go_back(
            found, int(number), seen=int(seen), by=request.user, at=clock.now(), via=Via.WEB
        )
        messages.success(request, f"Version {number} is the draft now; publish it to send it.")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("message_versions", found.code)
    return redirect("message", found.code)


@require_POST
@needs(Permission.NURTURE)
def retirement(request: HttpUserRequest, code: str) -> HttpResponse:
    """Take a message out of use, or bring it back."""
    found = _found(request, code)
    is_back = request.POST.get("deed") == "restore"
    deed = actions.restore if is_back else actions.retire
    deed(found, by=request.user, at=clock.now(), via=Via.WEB)
    messages.success(request, f"{found} is {'in use again' if is_back else 'retired'}.")
    return redirect("message", code)


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def house(request: HttpUserRequest) -> HttpResponse:
    """Who writes: the foot of every message."""
    form = HouseForm(request.POST or None, initial=HouseForm.filled())
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_house(**form.cleaned_data, by=request.user, at=clock.now(), via=Via.WEB)
            messages.success(request, "Saved: it stands at the foot of every message from now on.")
            return redirect("messages")
        except Refused as refused:
            form.add_error(None, str(refused))
    return _page(request, "messaging/house.html", {"form": form})


@require_POST
@needs(Permission.EQUIP_SALES)
def confirmation(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say that a message still fits the key message as it is worded now."""
    try:
        citation = queries.mail_citation_visible_to(request.user, pk)
    except ObjectDoesNotExist:
        raise Http404 from None
    try:
        actions.confirm(citation, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("key_message", citation.message_id)


def _found(request: HttpUserRequest, code: str) -> Message:
    found = queries.messages_visible_to(request.user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpUserRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    told = {"may_write": may(request.user, Permission.NURTURE), **context}
    return render(request, template, told)
