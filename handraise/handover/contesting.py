"""Contest a rejection, and rule on it; what was overturned is undone where nothing came since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from handraise.handover.asking import text_given
from handraise.handover.contests import evidence_for, rulers_of, why_not_contest, why_not_rule
from handraise.handover.held import locked
from handraise.handover.models import Contest, Handover, Rejection
from handraise.handover.offering import offer
from handraise.handover.queries import rejecters_of
from handraise.handover.queues import Pass
from handraise.handover.telling import tell_contested, tell_ruled
from handraise.leads import attention, journal
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import Refused, in_force, make_move, undo_return
from handraise.qualification.decide import Consequence, Maker, allowed
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

OVERTURNED = "handover.overturned"


@transaction.atomic
def contest(
    rejection: Rejection,
    *,
    said: str,
    evidence: Collection[int] = (),
    by: User,
    at: datetime,
    via: Via,
) -> Contest:
    """Hold that a rejection is wrong, with what speaks for it: words, and activities of the lead.

    Once a rejection, within the time of the agreement. Raises PermissionDenied, Refused.
    """
    require(by, Permission.EDIT_LEADS)
    held, lead = locked(rejection.handover)
    rejection.handover = held
    why_not = why_not_contest(by, rejection, at=at)
    if why_not:
        raise Refused(why_not)
    said = text_given(said, "A contest")
    known = {activity.pk for activity in evidence_for(lead)}
    if set(evidence) - known:
        raise Refused("Evidence is of the activities that the page shows.")
    made = Contest.objects.create(
        rejection=rejection, by=by, at=at, said=said, evidence=sorted(set(evidence))
    )
    may_rule = rulers_of(made)
    rulers = " or ".join(user.name for user in may_rule)
    waits = f" {rulers} may rule." if rulers else " Nobody here may rule yet."
    _line("handover.contested", held, f"{by} contested the rejection: {said}{waits}",
          by=by, at=at, via=via)  # fmt: skip
    tell_contested(made, held, may_rule, by=by, at=at)
    return made


@transaction.atomic
def rule(
    contested: Contest, *, is_upheld: bool, ruling: str, by: User, at: datetime, via: Via
) -> Contest:
    """Let a rejection stand, or overturn it: then the lead is MQL again and offered to somebody
    who has not rejected it, unless it has moved on since.

    Raises PermissionDenied, Refused with a sentence.
    """
    require(by, Permission.OVERRIDE)
    held, lead = locked(contested.rejection.handover)
    found = _held(contested)
    if found.ruled_at is not None:
        raise Refused(f"{found.ruled_by} has already ruled: {_outcome(found).lower()}")
    why_not = why_not_rule(by, found)
    if why_not:
        raise Refused(why_not)
    found.is_upheld, found.ruling = is_upheld, text_given(ruling, "A ruling")
    found.ruled_by, found.ruled_at = by, at
    found.save(update_fields=["is_upheld", "ruling", "ruled_by", "ruled_at"])
    if not is_upheld:
        found.came_of = _undo(found, held, lead, by=by, at=at, via=via)
        found.save(update_fields=["came_of"])
    kind = "handover.upheld" if is_upheld else OVERTURNED
    said = " ".join(filter(None, (f"{by} ruled:", _outcome(found), found.ruling, found.came_of)))
    _line(kind, held, said, by=by, at=at, via=via)
    tell_ruled(found, held, said, by=by, at=at)
    return found


def _held(contested: Contest) -> Contest:
    related = ("by", "ruled_by", "rejection__by", "rejection__handover")
    held = Contest.objects.select_for_update(of=("self",)).select_related(*related)
    return held.get(pk=contested.pk)


def _outcome(contested: Contest) -> str:
    return "The rejection stands." if contested.is_upheld else "The rejection is overturned."


def _undo(
    contested: Contest, handover: Handover, lead: Lead, *, by: User, at: datetime, via: Via
) -> str:
    """Undo what the rejection made of the lead; what came of it, in a sentence."""
    rejection = contested.rejection
    undo_return(lead, given_at=rejection.at, at=at)
    stays = _why_it_stays(rejection, handover, lead)
    if stays:
        return stays
    published = in_force()
    reason = f"{by} overturned the rejection “{rejection.reason}”: {contested.ruling}"
    make_move(lead, to=Stage.MARKETING_QUALIFIED, reason=reason[:4000], published=published,
              by=by, at=at, via=via)  # fmt: skip
    never = frozenset(rejecters_of([lead.pk]).get(lead.pk, ()))
    made = offer([lead.pk], published=published, at=at, leave_out={lead.pk: Pass(never=never)})
    attention.wake([lead.pk], look_at=at, why=OVERTURNED)
    if not made:
        return "The lead is MQL again and waits for a person."
    given = Handover.objects.select_related("assignee", "team").get(pk=made[0])
    return f"The lead is MQL again and was offered to {given.whose}."


_BECAME = {
    Consequence.RECYCLE: {Stage.NURTURE},
    Consequence.DISQUALIFY: {Stage.DISQUALIFIED},
    Consequence.FIX_DATA: {Stage.LEAD, Stage.NURTURE},
    Consequence.OTHER_TEAM: set[Stage](),
}


def _why_it_stays(rejection: Rejection, handover: Handover, lead: Lead) -> str:
    """Why only the ruling is noted, in a sentence: something came since; empty: nothing did."""
    consequence, stage = Consequence(rejection.consequence), Stage(lead.stage)
    if lead.withdrawn_at is not None:
        return "The lead was withdrawn since, so only the ruling is noted."
    if lead.pk != handover.lead_id:
        return f"It was merged with {lead} since, so only the ruling is noted."
    if consequence is Consequence.OTHER_TEAM:
        return "The lead was passed on at once, so only the ruling is noted."
    is_as_it_was = stage in _BECAME[consequence] and lead.stage_since == rejection.at
    if not is_as_it_was or not allowed(stage, Stage.MARKETING_QUALIFIED, Maker.RULING):
        return f"The lead has moved on since: it is {stage.label}. Only the ruling is noted."
    return ""


def _line(kind: str, handover: Handover, said: str, *, by: User, at: datetime, via: Via) -> None:
    journal.write(
        kind, at=at, via=via, lead_id=handover.lead.canonical_id, by=by, said=said,
        data={"handover": handover.pk},
    )  # fmt: skip


__all__ = ["contest", "rule"]
