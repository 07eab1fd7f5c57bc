"""Verbs: choose many leads, say what is to be done, have it done, stop it, undo it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from handraise.desk.bulk import decide
from handraise.desk.bulk.decide import MOST, MOST_WITHOUT_OVERSIGHT, NEEDS, Deed, State
from handraise.desk.bulk.models import Bulk
from handraise.desk.bulk.queries import forecast_of
from handraise.desk.bulk.tasks import run_bulk
from handraise.leads import journal
from handraise.leads.bulk import copy_rows
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.leads.tagging import MAX_TAG
from handraise.lists.models import SavedList
from handraise.lists.queries import list_visible_to, may_fill
from handraise.qualification.actions import in_force, reason_given
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may, working_people


@transaction.atomic
def choose(
    leads: QuerySet[Lead], *, asked: str = "", is_private: bool = False, by: User, at: datetime
) -> Bulk:
    """Freeze which leads are meant: those of the query now, and no others later.

    What this person chose before and then left is forgotten. Raises Refused, PermissionDenied.
    """
    require(by, Permission.EDIT_LEADS)
    ids = list(leads.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Refused("Choose at least one lead.")
    if len(ids) > MOST:
        raise Refused(f"At most {MOST:,} leads can be changed at once.")
    if len(ids) > MOST_WITHOUT_OVERSIGHT and not may(by, Permission.OVERRIDE):
        raise Refused(
            f"More than {MOST_WITHOUT_OVERSIGHT} leads at once are for revenue operations or a"
            " manager. Choose fewer."
        )
    left = Bulk.objects.filter(by=by, state__in=[State.CHOSEN, State.PREVIEWED])
    left.filter(created_at__lt=at - decide.KEPT_UNDONE).delete()
    made = Bulk.objects.create(
        by=by, asked=asked, is_private=is_private, total=len(ids), created_at=at
    )
    copy_rows(
        "desk_bulklead", ("bulk_id", "lead_id", "outcome", "why"),
        [(made.pk, pk, "", "") for pk in ids],
    )  # fmt: skip
    return made


@transaction.atomic
def preview(bulk: Bulk, *, deed: Deed, given: Mapping[str, str], by: User) -> Bulk:
    """Say what is to be done and find out what it would change; nothing is done yet.

    Raises Refused, PermissionDenied.
    """
    require(by, NEEDS[deed])
    held = _own(bulk, by)
    if held.state not in {State.CHOSEN, State.PREVIEWED}:
        raise Refused("This was begun already.")
    if held.total > MOST_WITHOUT_OVERSIGHT and not may(by, Permission.OVERRIDE):
        raise Refused(
            f"More than {MOST_WITHOUT_OVERSIGHT} leads at once are for a manager or revenue"
            f" operations to change; these are {held.total:,}."
        )
    held.deed, held.given = deed, _READ[deed](given, by)
    held.is_private = held.is_private or bool(held.given.pop("is_private", False))
    held.state, held.revision = State.PREVIEWED, held.revision + 1
    held.forecast = forecast_of(held)
    held.save()
    return held


@transaction.atomic
def start(bulk: Bulk, *, revision: int, by: User, at: datetime, via: Via) -> Bulk:
    """Begin to do what was previewed, by a job; of a few leads the caller need not wait for it and
    may do them itself (`running.run`), the job then finds nothing to do.

    Begun twice it is begun once. Raises Refused where something else was previewed since.
    """
    held = _own(bulk, by)
    if held.state != State.PREVIEWED:
        return held
    if held.revision != revision:
        raise Refused("What is to be done was changed in another window; look at it again.")
    require(by, NEEDS[Deed(held.deed)])
    held.state, held.started_at = State.RUNNING, at
    held.save(update_fields=["state", "started_at"])
    said = f"{by} began with {held.total:,} leads: {_called(held)}."
    _tell("desk.bulk_started", held, said, by=by, at=at, via=via)
    run_bulk.defer(bulk_id=held.pk)
    return held


@transaction.atomic
def stop(bulk: Bulk, *, by: User, at: datetime, via: Via) -> Bulk:
    """No further leads; those that are done stay done, and can be undone. Raises Refused."""
    held = _held(bulk, by)
    if held.state != State.RUNNING:
        raise Refused("It is not being done any more.")
    held.state, held.finished_at = State.STOPPED, at
    held.save(update_fields=["state", "finished_at"])
    said = f"{by} stopped after {held.done:,} leads: {_called(held)}."
    _tell("desk.bulk_stopped", held, said, by=by, at=at, via=via)
    return held


@transaction.atomic
def undo(bulk: Bulk, *, by: User, at: datetime, via: Via) -> Bulk:
    """Begin to give every lead back what it had, where nobody touched it since.

    Asked twice it is begun once. Raises Refused for what was not done, PermissionDenied.
    """
    held = _held(bulk, by)
    if held.is_undo:
        return held
    if held.state not in {State.DONE, State.STOPPED, State.FAILED}:
        raise Refused("There is nothing to undo.")
    require(by, NEEDS[Deed(held.deed)])
    held.state, held.undoing_by, held.error = State.UNDOING, by, ""
    held.save(update_fields=["state", "undoing_by", "error"])
    said = f"{by} began to undo {held.done:,} leads: {_called(held)}."
    _tell("desk.bulk_undone", held, said, by=by, at=at, via=via)
    run_bulk.defer(bulk_id=held.pk)
    return held


@transaction.atomic
def resume(bulk: Bulk, *, by: User, at: datetime, via: Via) -> Bulk:
    """What failed goes on where it was. Raises Refused, PermissionDenied."""
    held = _held(bulk, by)
    if held.state != State.FAILED:
        raise Refused("Only what failed can be tried again.")
    require(by, NEEDS[Deed(held.deed)])
    _tell("desk.bulk_resumed", held, f"{by} tried again: {_called(held)}.", by=by, at=at, via=via)
    held.state, held.error = State.UNDOING if held.is_undo else State.RUNNING, ""
    held.save(update_fields=["state", "error"])
    run_bulk.defer(bulk_id=held.pk)
    return held


def _held(bulk: Bulk, by: User) -> Bulk:
    require(by, Permission.EDIT_LEADS)
    locked = Bulk.objects.select_for_update(of=("self",)).select_related("by", "undoing_by")
    return locked.get(pk=bulk.pk)


def _own(bulk: Bulk, by: User) -> Bulk:
    held = _held(bulk, by)
    if held.by_id != by.pk:
        raise PermissionDenied(f"{held.by} chose these leads; choose them yourself.")
    return held


def _tag(given: Mapping[str, str], by: User) -> dict[str, Any]:  # noqa: ARG001
    tag = given.get("tag", "").strip()
    if not tag or len(tag) > MAX_TAG or "\x00" in tag:
        raise Refused(f"Name the tag, in at most {MAX_TAG} characters.")
    return {"tag": tag}


def _owner(given: Mapping[str, str], by: User) -> dict[str, Any]:  # noqa: ARG001
    asked = given.get("owner", "")
    if not asked:
        return {"owner": None, "name": ""}
    person = working_people().filter(pk=_number(asked)).first()
    if person is None:
        raise Refused("Choose somebody who works here.")
    return {"owner": person.pk, "name": person.name}


def _list(given: Mapping[str, str], by: User) -> dict[str, Any]:
    try:
        saved = list_visible_to(by, _number(given.get("list", "")))
    except SavedList.DoesNotExist:
        raise Refused("Choose a list.") from None
    if not may_fill(by, saved):
        raise Refused("Who is in this list follows from its condition.")
    return {"list": saved.pk, "name": saved.name, "is_private": not saved.is_shared}


def _move(given: Mapping[str, str], by: User) -> dict[str, Any]:  # noqa: ARG001
    to = given.get("to", "")
    if to not in decide.TARGETS:
        raise Refused("Choose where the leads go.")
    in_force()
    return {"to": Stage(to).value, "reason": reason_given(given.get("reason", ""), is_needed=True)}


_READ = {
    Deed.TAG: _tag, Deed.UNTAG: _tag, Deed.OWN: _owner, Deed.LIST: _list, Deed.UNLIST: _list,
    Deed.MOVE: _move,
}  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _called(held: Bulk) -> str:
    """What the journal calls it: it does not name private lists."""
    if held.is_private and "list" in held.given:
        return "into or out of a private list"
    said = decide.words(Deed(held.deed), held.given)
    return said[0].lower() + said[1:]


def _tell(kind: str, held: Bulk, said: str, *, by: User, at: datetime, via: Via) -> None:
    journal.write(kind, at=at, via=via, by=by, said=said, data={"bulk": held.pk})


__all__ = ["Refused", "choose", "preview", "resume", "start", "stop", "undo"]
