"""Pages of those who make forms: the list, one form with what came of it, the editor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from handraise.consent.queries import purposes
from handraise.enablement.queries import assets_visible_to
from handraise.forms import actions, editing, queries, snippets
from handraise.forms.actions import Faulty, Overtaken, Refused, faults_of
from handraise.forms.checking import Fault
from handraise.forms.decide import State, asked
from handraise.forms.document import Delivery, Document, FieldKind
from handraise.forms.forms import NewForm
from handraise.forms.hosting import drawn, drawn_boxes
from handraise.forms.models import Form, Submission
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may

COMMON_FACTS = (
    "first_name", "last_name", "email", "phone", "title", "country", "city", "industry", "budget",
    "timeline", "company.name", "company.employees", "company.industry", "company.country",
)  # fmt: skip
PAGE = 25


@require_safe
@needs(Permission.SEE)
def forms(request: HttpUserRequest) -> HttpResponse:
    """All forms, with what came by each."""
    found = queries.forms_visible_to(request.user)
    context = {"forms": found, "may_write": may(request.user, Permission.NURTURE)}
    return render(request, "forms/forms.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def new_form(request: HttpUserRequest) -> HttpResponse:
    """Begin a form."""
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.begin(
                name=told["name"], code=told["code"], by=request.user, at=clock.now(), via=Via.WEB
            )
            return redirect("edit_form", made.pk)
        except Refused as refused:
            form.add_error("code", str(refused))
    return render(request, "forms/new.html", {"form": form})


@require_safe
@needs(Permission.SEE)
def form(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One form: what was submitted, how many who saw it sent it, where it stands, how to embed."""
    found = _found(request, pk)
    state = request.GET.get("state", "")
    rows = queries.submissions_visible_to(request.user).filter(form=found)
    if state in {one.value for one in State}:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": found, "page": page, "state": state, "states": _STATES,
        "days": queries.days_of(found, at=clock.now()), "places": queries.places_of(found),
        "versions": found.versions.select_related("by").order_by("-number"),
        "address": snippets.address_of(found), "embedding": snippets.embedding(found),
        "plain": snippets.plain_html(found) if found.published else "",
        "may_write": may(request.user, Permission.NURTURE),
    }  # fmt: skip
    return render(request, "forms/form.html", context)


_STATES = (("", "All"), ("taken", "Taken"), ("spam", "Held back"), ("failed", "Not recorded"))


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def edit_form(request: HttpUserRequest, pk: int) -> HttpResponse:
    """The editor: one page, whole without scripts. Strangers see what was published last."""
    found = _found(request, pk)
    if request.method != "POST":
        return _editor(request, found, found.drafted, name=found.name, seen=found.revision)
    document, deed = editing.posted(request.POST), request.POST.get("do", "")
    told: dict[str, Any] = {"name": request.POST.get("name", ""), "seen": _seen(request)}
    if deed not in {"keep", "publish"}:
        edited = editing.changed(document, deed, request.POST)
        return _editor(
            request, found, edited.document, **told, focus=edited.focus, is_changed=True
        )  # fmt: skip
    try:
        return _saved(request, found, document, deed, told)
    except Overtaken as overtaken:
        told["seen"] = overtaken.revision  # sent again it replaces theirs knowingly
        return _editor(request, found, document, **told, overtaken=str(overtaken), is_changed=True)
    except Faulty as faulty:
        return _editor(
            request, found, document, **told, faults=faulty.faults, is_changed=True, status=422
        )  # fmt: skip
    except Refused as refused:
        faults = [Fault("name", str(refused))]
        return _editor(
            request, found, document, **told, faults=faults, is_changed=True, status=422
        )  # fmt: skip


def _saved(
    request: HttpUserRequest, found: Form, document: Document, deed: str, told: dict[str, Any]
) -> HttpResponse:
    how: dict[str, Any] = {**told, "by": request.user, "at": clock.now(), "via": Via.WEB}
    if deed == "publish":
        version = actions.publish(found, document, **how)
        messages.success(request, f"Published: everybody sees version {version.number} now.")
        return redirect("form", found.pk)
    actions.keep(found, document, **how)
    messages.success(request, "Kept. Strangers see what was published last.")
    return redirect("edit_form", found.pk)


def _editor(
    request: HttpUserRequest, found: Form, document: Document, *, name: str, seen: int | None,
    faults: Sequence[Fault] = (), status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    fields = editing.field_rows(document, faults)
    facts = sorted({*COMMON_FACTS, *queries.facts_asked([found])})
    context = {
        "form": found, "document": document, "name": name, "seen": seen, "facts": facts,
        "field_rows": fields, "box_rows": editing.box_rows(document, faults),
        "faults": {fault.place: fault.said for fault in faults},
        "said": [fault.said for fault in faults if not fault.place], "fault_count": len(faults),
        "kinds": [(kind.value, kind.label) for kind in FieldKind],
        "deliveries": [(one.value, one.label) for one in Delivery],
        "purposes": purposes(), "line_end": "\n",
        "assets": assets_visible_to(request.user).filter(retired_at=None),
        **_preview(document), **more,
    }  # fmt: skip
    return render(request, "forms/edit.html", context, status=status)


@require_POST
@needs(Permission.NURTURE)
def form_preview(request: HttpUserRequest, pk: int) -> HttpResponse:
    """The form as it is typed, the way a stranger would meet it."""
    _found(request, pk)
    document = editing.posted(request.POST)
    context = {**_preview(document), "problems": faults_of(document)}
    return render(request, "forms/_preview.html", context)


def _preview(document: Document) -> dict[str, Any]:
    places = range(len(document.consents))
    return {
        "document": document,
        "rows": drawn(asked(document, known=None), {}, {}, prefix="preview"),
        "boxes": drawn_boxes(document, places, {}, prefix="preview"),
        "queued": sum(field.is_queued for field in document.fields),
    }


@require_POST
@needs(Permission.NURTURE)
def form_closing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take nothing more, or take submissions again."""
    found = _found(request, pk)
    is_opening = request.POST.get("deed") == "open"
    deed = actions.reopen if is_opening else actions.close
    try:
        deed(found, by=request.user, at=clock.now(), via=Via.WEB)
        messages.success(request, f"{found} is {'open again' if is_opening else 'closed'}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("form", pk)


@require_POST
@needs(Permission.NURTURE)
def submission_release(request: HttpUserRequest, pk: int) -> HttpResponse:
    """This was a person: record it after all."""
    try:
        found = queries.submissions_visible_to(request.user).get(pk=pk)
    except Submission.DoesNotExist:
        raise Http404 from None
    try:
        done = actions.release(found, by=request.user, at=clock.now(), via=Via.WEB)
        if done.state == State.TAKEN:
            messages.success(request, f"{done.address} is recorded.")
        else:
            messages.error(request, done.why)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("form", found.form_id)


def _found(request: HttpUserRequest, pk: int) -> Form:
    try:
        return queries.forms_visible_to(request.user).get(pk=pk)
    except Form.DoesNotExist:
        raise Http404 from None


def _seen(request: HttpUserRequest) -> int | None:
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
