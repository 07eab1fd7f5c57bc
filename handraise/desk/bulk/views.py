"""Pages of bulk actions: choose, say what, preview, watch, and undo."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from handraise.desk.bulk import actions, decide, queries, running
from handraise.desk.bulk.decide import AT_ONCE, Deed, Outcome, State
from handraise.desk.bulk.models import Bulk
from handraise.desk.doors import found, number_in
from handraise.desk.listing import leads_wanted, wanted
from handraise.desk.paging import Order, page_of
from handraise.kit import clock
from handraise.kit.cells import neutral
from handraise.leads import journal
from handraise.leads.bulk import among
from handraise.leads.decide import Via
from handraise.leads.queries import leads_visible_to
from handraise.lists.queries import fixed_lists_of, list_visible_to
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may, working_people
from handraise.ui.downloads import download

LONGEST_ADDRESS = 2_000
_NEWEST = Order("pk", True, int)


@require_safe
@needs(Permission.EDIT_LEADS)
def bulks(request: HttpUserRequest) -> HttpResponse:
    """What was done to many leads at once."""
    begun = queries.bulks_visible_to(request.user).exclude(started_at=None)
    page = page_of(
        begun,
        _NEWEST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "desk/bulk/bulks.html", {"page": page, "rows": map(_row, page.rows)})


def _row(bulk: Bulk) -> dict[str, Any]:
    return {"bulk": bulk, "words": decide.words(Deed(bulk.deed), bulk.given)}


@require_POST
@needs(Permission.EDIT_LEADS)
def choice(request: HttpUserRequest) -> HttpResponse:
    """Freeze what was chosen: some leads, or all that match what the list was asked for."""
    asked = request.POST.get("asked", "")[:LONGEST_ADDRESS]
    want = wanted(QueryDict(asked))
    if request.POST.get("all"):
        rows = found(lambda: leads_wanted(request.user, want)).select_related(None)
    else:
        ids = {number_in(each) for each in request.POST.getlist("lead")}
        rows = leads_visible_to(request.user).filter(pk__in=among(ids))
    try:
        made = actions.choose(
            rows, asked=asked, is_private=_is_private(request, want.list), by=request.user,
            at=clock.now(),
        )  # fmt: skip
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"{reverse('leads')}?{asked}")
    return redirect("bulk", made.pk)


def _is_private(request: HttpUserRequest, pk: int | None) -> bool:
    return pk is not None and not found(lambda: list_visible_to(request.user, pk)).is_shared


@require_safe
@needs(Permission.EDIT_LEADS)
def bulk(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What was chosen and what can be done with it, what that would change, or what it did."""
    shown = _visible(request, pk)
    context: dict[str, Any] = {"bulk": shown, **_progress(shown)}
    if shown.state in {State.CHOSEN, State.PREVIEWED}:
        context |= {
            "people": working_people(), "lists": fixed_lists_of(request.user),
            "targets": decide.TARGETS, "may_move": may(request.user, Permission.QUALIFY),
            "may_export": may(request.user, Permission.EXPORT),
            "first": queries.first_of(shown), "is_mine": shown.by_id == request.user.pk,
        }  # fmt: skip
    else:
        context |= _came_of(shown)
    return render(request, "desk/bulk/bulk.html", context)


def _progress(shown: Bulk) -> dict[str, Any]:
    total = shown.done if shown.is_undo else shown.total
    turns = shown.undone + shown.left if shown.is_undo else shown.done + shown.refused
    return {
        "words": decide.words(Deed(shown.deed), shown.given) if shown.deed else "",
        "turns": turns, "of": total, "share": 100 * turns // total if total else 0,
    }  # fmt: skip


def _came_of(shown: Bulk) -> dict[str, Any]:
    left = queries.rows_with(shown, Outcome.LEFT)[: queries.LISTED]
    return {
        "reasons": queries.reasons_of(shown, Outcome.REFUSED),
        "left": left if shown.is_undo else [],
        "may_undo": not shown.is_undo
        and shown.done > 0
        and shown.state in {State.DONE, State.STOPPED, State.FAILED},
    }


@require_POST
@needs(Permission.EDIT_LEADS)
def preview(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say what is to be done; the page then tells what it would change."""
    given = {name: request.POST.get(name, "") for name in ("tag", "owner", "list", "to", "reason")}
    return _done(
        request,
        pk,
        lambda shown: actions.preview(
            shown, deed=_deed(request.POST.get("deed", "")), given=given, by=request.user
        ),
    )


def _deed(text: str) -> Deed:
    if text not in set(Deed):
        raise actions.Refused("Choose what is to be done.")
    return Deed(text)


@require_POST
@needs(Permission.EDIT_LEADS)
def start(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Do what was previewed: a few leads at once, many by the worker."""
    revision = number_in(request.POST.get("revision", ""))
    return _done(
        request, pk,
        lambda shown: _at_once(
            actions.start(
                shown, revision=revision, by=request.user, at=clock.now(), via=Via.WEB
            ),
            shown.total,
        ),
    )  # fmt: skip


@require_POST
@needs(Permission.EDIT_LEADS)
def undoing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Give the leads back what they had."""
    return _done(
        request, pk,
        lambda shown: _at_once(
            actions.undo(shown, by=request.user, at=clock.now(), via=Via.WEB), shown.done
        ),
    )  # fmt: skip


def _at_once(begun: Bulk, count: int) -> None:
    if count <= AT_ONCE and begun.is_under_way:
        running.run(begun.pk, now=clock.now)


@require_POST
@needs(Permission.EDIT_LEADS)
def stopping(request: HttpUserRequest, pk: int) -> HttpResponse:
    """No further leads."""
    return _done(
        request, pk,
        lambda shown: actions.stop(shown, by=request.user, at=clock.now(), via=Via.WEB),
    )  # fmt: skip


@require_POST
@needs(Permission.EDIT_LEADS)
def resuming(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What failed goes on where it was."""
    return _done(
        request,
        pk,
        lambda shown: actions.resume(shown, by=request.user, at=clock.now(), via=Via.WEB),
    )


@require_GET
@needs(Permission.EDIT_LEADS)
def progress(request: HttpUserRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over, the whole page is asked for anew."""
    shown = _visible(request, pk)
    response = render(request, "desk/bulk/_progress.html", {"bulk": shown, **_progress(shown)})
    if not shown.is_under_way:
        response.headers["HX-Redirect"] = reverse("bulk", args=[pk])
    return response


@require_safe
@needs(Permission.EDIT_LEADS)
def refused(request: HttpUserRequest, pk: int) -> StreamingHttpResponse:
    """The leads that were not changed, or not undone, and why, as a file; with names and addresses
    for who may export."""
    shown, at = _visible(request, pk), clock.now()
    is_named = may(request.user, Permission.EXPORT)
    said = f"{request.user} took the leads that a bulk left as they were as a file."
    journal.write("desk.exported", at=at, via=Via.WEB, by=request.user, said=said,
                  data={"bulk": shown.pk, "named": is_named})  # fmt: skip
    file = TemporaryFile()  # noqa: SIM115 (closed when it is sent)
    _write(shown, file, is_named=is_named)
    return download(request, file, name=f"bulk-{pk}-refused.csv", content_type="text/csv")


def _write(shown: Bulk, file: IO[bytes], *, is_named: bool) -> None:
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(["id", "name", "email", "what", "why"])
    for outcome in (Outcome.REFUSED, Outcome.LEFT):
        for row in queries.rows_with(shown, outcome).iterator(chunk_size=2_000):
            lead = row.lead.canonical
            named = (lead.name, lead.email) if is_named else ("", "")
            cells = (str(lead.pk), *named, outcome, row.why)
            writer.writerow([neutral(cell) for cell in cells])
    text.detach()


def _visible(request: HttpUserRequest, pk: int) -> Bulk:
    return found(lambda: queries.bulk_visible_to(request.user, pk))


def _done(request: HttpUserRequest, pk: int, verb: Callable[[Bulk], object]) -> HttpResponse:
    """Do it or say why not, and go back to the page of the bulk."""
    shown = _visible(request, pk)
    try:
        verb(shown)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    except PermissionDenied as denied:
        messages.error(request, str(denied))
    return redirect("bulk", pk)
