"""Pages of saved lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handraise.agreement import occurring
from handraise.agreement.condition_text import raw_condition, read_condition
from handraise.agreement.faults import AgreementError
from handraise.agreement.queries import published
from handraise.agreement.wording import Outline, outline
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.queries import lead_visible_to
from handraise.leads.sampling import Count
from handraise.lists import actions, forms, queries
from handraise.lists.forms import Conditional, ListForm
from handraise.lists.models import SavedList
from handraise.lists.plain_rows import DOES, HOW, RowFault
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may

T = TypeVar("T")
_SUBJECTS = ("fit", "interest", "intent", "priority", "grade", "stage")
SUGGESTED = 60


@require_safe
@needs(Permission.SEE)
def lists(request: HttpUserRequest) -> HttpResponse:
    """Every list this reader may see, with how many are in it."""
    context = {
        "overviews": queries.overviews(request.user),
        "may_edit": may(request.user, Permission.EDIT_LEADS),
    }
    return render(request, "lists/lists.html", context)


@require_safe
@needs(Permission.SEE)
def saved_list(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What a list says, how many are in it and as of when, and what can be done with it."""
    saved = actions.freshen(_visible(request, pk), at=clock.now())
    context = {
        "list": saved,
        "size": queries.members(saved, at=clock.now()).count(),
        "outline": _outline(saved.text),
        "may_change": queries.may_change(request.user, saved),
        "may_export": may(request.user, Permission.EXPORT),
    }
    return render(request, "lists/list.html", context)


@needs(Permission.EDIT_LEADS)
def new_list(request: HttpUserRequest) -> HttpResponse:
    """A list by a condition, written in rows or as text, with how many it would hold."""
    form = ListForm(request.POST or None)
    condition = forms.given(request.POST) if request.POST else forms.begun(request.GET)
    return _written(request, form, condition, None)


@needs(Permission.EDIT_LEADS)
def new_fixed_list(request: HttpUserRequest) -> HttpResponse:
    """A list into which people put leads."""
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create(**form.cleaned_data, by=request.user, at=clock.now(), via=Via.WEB)
        except actions.Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"{made} is here. Put leads in from their pages.")
            return redirect("list", made.pk)
    return render(request, "lists/fixed.html", {"form": form, "list": None})


@needs(Permission.EDIT_LEADS)
def edit_list(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Another name, another condition, shared or private."""
    saved = _visible(request, pk)
    if not queries.may_change(request.user, saved):
        raise PermissionDenied(f"This list is for {saved.owner} to change.")
    now = {"name": saved.name, "is_shared": saved.is_shared}
    form = ListForm(request.POST or None, initial=now)
    if saved.is_fixed:
        return _renamed(request, form, saved)
    condition = forms.given(request.POST) if request.POST else forms.of_list(saved)
    return _written(request, form, condition, saved)


def _renamed(request: HttpUserRequest, form: ListForm, saved: SavedList) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(saved, **form.cleaned_data, by=request.user, at=clock.now(), via=Via.WEB)
        except actions.Refused as refused:
            form.add_error("name", str(refused))
        else:
            return redirect("list", saved.pk)
    return render(request, "lists/fixed.html", {"form": form, "list": saved})


def _written(
    request: HttpUserRequest, form: ListForm, condition: Conditional, saved: SavedList | None
) -> HttpResponse:
    """The page on which a condition is written: saved, or turned into rows or text, or counted."""
    faults: list[str] = []
    wanted = request.POST.get("do", "")
    if wanted == "save" and form.is_valid():
        try:
            kept = _kept(request, form, condition, saved)
        except actions.Refused as refused:
            form.add_error("name", str(refused))
        except (AgreementError, RowFault) as fault:
            faults = _sentences(fault)
        else:
            return redirect("list", kept.pk)
    elif wanted in {"text", "rows"}:
        condition, faults = _turned(condition, wanted)
    context = _context(form, condition, saved, faults)
    if wanted == "count":
        context |= _counted(condition)
    return render(request, "lists/condition.html", context)


def _kept(
    request: HttpUserRequest, form: ListForm, condition: Conditional, saved: SavedList | None
) -> SavedList:
    told: dict[str, Any] = {
        **form.cleaned_data, "text": condition.as_text,
        "by": request.user, "at": clock.now(), "via": Via.WEB,
    }  # fmt: skip
    if not told["text"].strip():
        raise RowFault(1, "Say what must be true of a lead.")
    return actions.change(saved, **told) if saved else actions.create(**told)


def _turned(condition: Conditional, wanted: str) -> tuple[Conditional, list[str]]:
    """The same condition as text or in rows; as it was, with why, where that cannot be."""
    if wanted == "text":
        if not condition.rows:
            return Conditional("all", None, ""), []
        try:
            return Conditional("all", None, condition.as_text), []
        except RowFault as fault:
            return condition, _sentences(fault)
    turned = forms.as_rows(condition) if condition.text.strip() else forms.begun({})
    if turned is None:
        return condition, ["This condition says more than rows can; it stays a text."]
    return turned, []


def _context(
    form: ListForm, condition: Conditional, saved: SavedList | None, faults: list[str]
) -> dict[str, Any]:
    found = [one.name for one in [*occurring.facts(), *occurring.events()]]
    return {
        "form": form, "condition": condition, "list": saved, "faults": faults, "does": DOES,
        "how": HOW, "subjects": [*_SUBJECTS, *dict.fromkeys(found)][:SUGGESTED],
    }  # fmt: skip


@require_POST
@needs(Permission.EDIT_LEADS)
def list_count(request: HttpUserRequest) -> HttpResponse:
    """For how many leads the condition that is being written holds."""
    return render(request, "lists/_count.html", _counted(forms.given(request.POST)))


def _counted(condition: Conditional) -> dict[str, Any]:
    agreed = published()
    count: Count | None = None
    try:
        if not condition.as_text.strip():
            return {"is_empty": True}
        read = read_condition(condition.as_text, document=agreed.document if agreed else None)
        count = queries.count_of(read, at=clock.now())
    except (AgreementError, RowFault) as fault:
        return {"uncounted": _sentences(fault)}
    return {"count": count, "is_slow": count is None, "outline": outline(read)}


@require_POST
@needs(Permission.EDIT_LEADS)
def list_removal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Remove a list; its leads stay."""
    saved = _visible(request, pk)
    try:
        actions.remove(saved, by=request.user, at=clock.now(), via=Via.WEB)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{saved} is removed. Its leads are as they were.")
    return redirect("lists")


@require_POST
@needs(Permission.SEE)
def list_working_out(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Have it worked out anew who is in a list."""
    saved = _visible(request, pk)
    if not saved.is_fixed and actions.ask(saved, at=clock.now()):
        messages.success(request, f"{saved} is being worked out anew.")
    return redirect("list", pk)


@require_POST
@needs(Permission.EDIT_LEADS)
def lead_lists(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Put a lead into a fixed list, or take it out of one."""
    lead = _found(lambda: lead_visible_to(request.user, pk))
    for name, verb in (("add", actions.put_in), ("remove", actions.take_out)):
        given = request.POST.get(name, "")
        if given.isdecimal() and len(given) < 18:
            saved = _visible(request, int(given))
            try:
                verb(saved, lead, by=request.user, at=clock.now(), via=Via.WEB)
            except actions.Refused as refused:
                messages.error(request, str(refused))
    return redirect("lead", lead.pk)


def _visible(request: HttpUserRequest, pk: int) -> SavedList:
    return _found(lambda: queries.list_visible_to(request.user, pk))


def _found(door: Callable[[], T]) -> T:
    try:
        return door()
    except ObjectDoesNotExist:
        raise Http404 from None


def _outline(text: str) -> Outline | None:
    """A condition in words, as far as this release reads it."""
    try:
        return outline(raw_condition(text)[1]) if text else None
    except AgreementError:
        return None


def _sentences(fault: AgreementError | RowFault) -> list[str]:
    return list(map(str, fault.faults)) if isinstance(fault, AgreementError) else [str(fault)]
