"""Undo one's own answer within a minute: a key was hit by mistake."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from handraise.handover.closing import withdraw_locked
from handraise.handover.decide import Ending
from handraise.handover.held import locked, write_line
from handraise.handover.models import Acceptance, Contest, Handover, Question, Rejection, Touch
from handraise.handover.queries import ending_of, handovers_visible_to, open_handovers_of
from handraise.leads import attention, moves
from handraise.leads.actions import set_owner
from handraise.leads.decide import Via
from handraise.leads.models import Lead, StageMove
from handraise.qualification.actions import Refused
from handraise.qualification.models import Return
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

WITHIN = timedelta(minutes=1)


def undoable(user: User, *, at: datetime) -> Handover | None:
    """What this person answered last, while it can still be undone."""
    lately = {"by": user, "at__gt": at - WITHIN, "at__lte": at}
    given = [
        answer
        for kind in (Acceptance, Rejection)
        for answer in kind.objects.filter(**lately).order_by("-at", "-pk")[:1]
    ]
    if not given:
        return None
    last = max(given, key=lambda answer: answer.at)
    return handovers_visible_to(user).get(pk=last.handover_id)


@transaction.atomic
def undo(handover: Handover, *, by: User, at: datetime, via: Via) -> None:
    """Take one's own acceptance or rejection back: the offer is open again, on its old clock, and
    the lead is where and whose it was.

    Raises PermissionDenied, Refused: when it is too late, somebody else's, or more has happened.
    """
    require(by, Permission.TAKE)
    held, lead = locked(handover)
    answer = _answer(held, by, at)
    _take_back_next(lead, by=by, at=at, via=via)
    _take_back_move(lead, answer, at)
    if isinstance(answer, Rejection):
        _take_back_case(answer)
    if isinstance(answer, Acceptance):
        _give_back(lead, held, answer, by=by, at=at, via=via)
    Return.objects.filter(lead__canonical=lead.pk, at=answer.at, by=by).delete()
    answer.delete()
    held.ended_at = None
    held.save(update_fields=["ended_at"])
    write_line("handover.undone", held, f"{by} took the answer back.", by=by, at=at, via=via)
    attention.wake([lead.pk], look_at=at, why="handover.undone")


def _answer(handover: Handover, by: User, at: datetime) -> Acceptance | Rejection:
    """One's own answer, given within the minute."""
    ending = ending_of(handover)
    if ending not in {Ending.ACCEPTANCE, Ending.REJECTION}:
        raise Refused("There is no answer to undo.")
    answer: Acceptance | Rejection = getattr(handover, ending.value)
    if answer.by_id != by.pk:
        raise Refused(f"This was {answer.by}’s answer; only they can undo it.")
    if at - answer.at > WITHIN:
        raise Refused("An answer can be undone for a minute; move the lead by hand instead.")
    return answer


def _give_back(
    lead: Lead, handover: Handover, answer: Acceptance, *, by: User, at: datetime, via: Via
) -> None:
    """The lead is whose it was; a touch of the acceptance counts for it no more."""
    if lead.owner_id not in {handover.assignee_id, by.pk}:
        raise Refused(f"{lead} was given to {lead.owner or 'nobody'} since.")
    Touch.objects.filter(handover=handover).delete()
    set_owner(lead, owner=answer.former_owner, by=by, at=at, via=via)


def _take_back_case(rejection: Rejection) -> None:
    """What the agreement asked about the rejection is asked no more; what marketing contested by
    now stays."""
    if Contest.objects.filter(rejection=rejection).exists():
        raise Refused("The rejection is contested by now.")
    asked = Question.objects.filter(handover=rejection.handover_id, by=None, at=rejection.at)
    asked.filter(answered_at=None).update(taken_back_at=rejection.at)


def _take_back_next(lead: Lead, *, by: User, at: datetime, via: Via) -> None:
    """The offer that a rejection made to another team, unless somebody has looked at it."""
    for next_one in open_handovers_of([lead.pk]).select_for_update(of=("self",)):
        if next_one.openings.exists():
            raise Refused(f"{next_one.whose} has opened the next offer by now.")
        withdraw_locked(next_one, why=f"{by} took the answer back.", by=by, at=at, via=via)


def _take_back_move(lead: Lead, answer: Acceptance | Rejection, at: datetime) -> None:
    """The stage move that the answer made, if it made one and none was made since."""
    told = StageMove.objects.filter(lead__canonical=lead.pk, withdrawn_at=None)
    newest = told.select_related("lead").order_by("-at", "-pk").first()
    if newest is None or newest.at < answer.at:
        return
    if newest.at > answer.at or newest.by_id != answer.by_id:
        raise Refused(f"{lead} has moved on since.")
    moves.take_back(newest, at=at)


__all__ = ["WITHIN", "undo", "undoable"]
