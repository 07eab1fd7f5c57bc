"""Verbs of decisions: write one down, mark it as done or not done after all, take it back."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from handraise.feedback.weekly.decide import FARTHEST, LONGEST, Week
from handraise.feedback.weekly.models import Decision
from handraise.feedback.weekly.queries import may_take_back
from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.talk.decide import checked_text
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def write_down(
    text: str, *, week: Week, due: date | None = None, by: User, at: datetime, via: Via
) -> Decision:
    """Keep what was decided over a week, and by when it is to be done.

    Raises PermissionDenied, Refused for a text that is empty or too long, or a day too far off.
    """
    require(by, Permission.EDIT_LEADS)
    said = " ".join(checked_text(text, what="decision", longest=LONGEST).split())
    if due is not None and not week.first <= due <= week.first + FARTHEST:
        raise Refused("A decision is due after its week began, and within two years.")
    made = Decision.objects.create(week=week.first, text=said, due=due, by=by, at=at)
    _line("decided", made, f"{by} wrote down a decision: {said}", by=by, at=at, via=via)
    return made


@transaction.atomic
def finish(decision: Decision, *, by: User, at: datetime, via: Via) -> Decision:
    """It is done. Raises Refused when somebody else said so first; one's own second time changes
    nothing."""
    held = _held(decision, by=by)
    if held.done_by is not None:
        if held.done_by_id == by.pk:
            return held
        raise Refused(f"{held.done_by} has already marked this as done.")
    held.done_at, held.done_by = at, by
    held.save(update_fields=["done_at", "done_by"])
    said = f"{by} marked a decision as done: {held.text}"
    _line("decision_finished", held, said, by=by, at=at, via=via)
    return held


@transaction.atomic
def reopen(decision: Decision, *, by: User, at: datetime, via: Via) -> Decision:
    """It was not done after all. A second time changes nothing."""
    held = _held(decision, by=by)
    if held.done_at is None:
        return held
    held.done_at = held.done_by = None
    held.save(update_fields=["done_at", "done_by"])
    said = f"{by} opened a decision again: {held.text}"
    _line("decision_reopened", held, said, by=by, at=at, via=via)
    return held


@transaction.atomic
def take_back(decision: Decision, *, by: User, at: datetime, via: Via) -> None:
    """It does not hold any more, and is shown nowhere. Raises Refused for who neither wrote it
    down nor may override."""
    held = _held(decision, by=by)
    if not may_take_back(by, held):
        raise Refused(f"A decision is taken back by {held.by}, who wrote it down, or a manager.")
    held.taken_back_at = at
    held.save(update_fields=["taken_back_at"])
    said = f"{by} took a decision back: {held.text}"
    _line("decision_removed", held, said, by=by, at=at, via=via)


def _held(decision: Decision, *, by: User) -> Decision:
    """The decision, read anew and held until the transaction ends, for who may change it."""
    require(by, Permission.EDIT_LEADS)
    held = Decision.objects.select_for_update().get(pk=decision.pk)
    if held.taken_back_at is not None:
        raise Refused("This decision was taken back.")
    return held


def _line(deed: str, decision: Decision, said: str, *, by: User, at: datetime, via: Via) -> None:
    journal.write(
        f"feedback.{deed}", at=at, via=via, by=by, said=said, data={"decision": decision.pk}
    )


__all__ = ["finish", "reopen", "take_back", "write_down"]
