"""The second handover: sales development passes an accepted lead to who decides on SQL."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.agreement.queries import Published
from handraise.handover.clocks import Clocks, within_of
from handraise.handover.decide import Choice, Kind
from handraise.handover.held import cleaned
from handraise.handover.models import Handover
from handraise.handover.offering import Offer, Passed, make, passed_of, place, ranked
from handraise.handover.queries import may_pass
from handraise.handover.queues import Pass, Queue, deciders, keep_credits, queues_at
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import Refused, hold, in_force, passed_over
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def pass_on(
    lead: Lead,
    *,
    to: User | None = None,
    note: str = "",
    override: str = "",
    by: User,
    at: datetime,
    via: Via,  # noqa: ARG001 - the offer's line is the machine's, as of the first kind
) -> Handover:
    """Offer an SAL to who decides on SQL: to this person, or to whose turn it is.

    By who owns it, or may override. The SQL criteria must hold; `override` is the reason of who
    may pass over them. Raises PermissionDenied, Refused with a sentence.
    """
    require(by, Permission.QUALIFY)
    held = hold(lead)
    published = in_force()
    _may_pass(held, by)
    note = cleaned(note)
    lacked = passed_over(
        held, published, reason=override, override=bool(override.strip()), by=by, at=at
    )
    told = Passed(by.pk, by.name, note, override.strip() if lacked else "", tuple(lacked))
    queues = deciders(queues_at(at), published.document)
    if not queues:
        decides = published.document.sql.decided_by
        raise Refused(f"Nobody here is {decides}, so there is nobody to pass it to.")
    made = _named(held, to, queues, published, at) if to else _turn(held, queues, published, at)
    made.passed = told
    keep_credits(queues)
    (pk,) = make([made], published, at, by=by)
    return Handover.objects.get(pk=pk)


def _may_pass(lead: Lead, by: User) -> None:
    if lead.stage != Stage.SALES_ACCEPTED:
        raise Refused(f"{lead} is {Stage(lead.stage).label}; only an SAL is passed on.")
    if not may_pass(by, lead):
        raise Refused(f"{lead} is {lead.owner.name if lead.owner else 'nobody'}’s to pass on.")
    earlier = Handover.objects.filter(lead__canonical=lead.pk, ended_at=None).first()
    if earlier is not None:
        raise Refused(f"{lead} was already passed on to {earlier.whose}.")


def _named(lead: Lead, to: User, queues: list[Queue], published: Published, at: datetime) -> Offer:
    queue = next((one for one in queues if to.pk in one.people), None)
    if queue is None:
        raise Refused(f"{to} does not decide on SQL.")
    person = queue.candidate(queue.people[to.pk])
    if not person.is_able:
        raise Refused(f"{to} is away." if person.is_away else f"{to} has no room for more leads.")
    choice = Choice(person, {}, f"{to} was chosen by hand.")
    due, warn = Clocks(at, within_of(published.document, Kind.SECOND)).of(to)
    priority = next((one.priority for one in ranked([lead.pk])), 0.0)
    queue.take(choice)
    return Offer(lead.pk, priority, queue, "", choice, due, Kind.SECOND, warn_at=warn)


def _turn(lead: Lead, queues: list[Queue], published: Published, at: datetime) -> Offer:
    """Whose turn it is, of the agreement's team first and then of the others."""
    scores = ranked([lead.pk])
    if not scores:
        raise Refused(f"{lead} has no score yet. Please try again in a moment.")
    placed = place(scores, queues, published.document, at, {}, Kind.SECOND)[lead.pk]
    if isinstance(placed, str):
        raise Refused(f"{placed} Choose a person, or try again later.")
    return placed


def send_elsewhere(
    lead: Lead, handover: Handover, left_out: Pass, published: Published, *, at: datetime
) -> None:
    """Offer it to another team's who decide; while there is nobody it stays SAL with its owner."""
    queues = deciders(queues_at(at), published.document)
    found = place(
        ranked([lead.pk]), queues, published.document, at, {lead.pk: left_out}, Kind.SECOND
    )
    for one in found.values():
        if isinstance(one, Offer):
            one.passed = passed_of(handover)
            keep_credits(queues)
            make([one], published, at)


__all__ = ["pass_on", "send_elsewhere"]
