"""End handovers that nobody answered or that make no sense any more; mark those that cool."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from handraise.handover.decide import Kind
from handraise.handover.models import Expiry, Handover, Withdrawal
from handraise.handover.offering import Offer, look_again, make, passed_of, place, ranked
from handraise.handover.queries import open_handovers_of, rejecters_of
from handraise.handover.queues import Pass, Queue, deciders, keep_credits, queues_at
from handraise.handover.telling import tell_passed_on
from handraise.leads import journal
from handraise.leads.decide import Stage, Via
from handraise.qualification.decide import qualifies
from handraise.team.models import User

if TYPE_CHECKING:
    from handraise.agreement.document import Document
    from handraise.agreement.queries import Published
    from handraise.scoring.standing import Standing


@transaction.atomic
def close_moot(lead_ids: Collection[int], *, at: datetime) -> list[Handover]:
    """Withdraw open handovers of leads that are no longer where they were offered (MQL; the
    second kind SAL), were withdrawn, or have two.

    Of two (their leads were merged) the older stays. The caller holds the leads' locks.
    """
    found = list(open_handovers_of(lead_ids).select_for_update(of=("self",)))
    closed = list(_moot(found))
    for handover in closed:
        withdraw_locked(handover, why=_why_moot(handover), by=None, at=at, via=Via.WORKER)
    return closed


def _moot(found: Sequence[Handover]) -> Iterator[Handover]:
    """Those of these open handovers, oldest first, that make no sense any more."""
    offered: set[int] = set()
    for handover in found:
        lead = handover.lead.canonical
        is_wanted = lead.stage == Kind(handover.kind).stage and lead.withdrawn_at is None
        if not is_wanted or lead.pk in offered:
            yield handover
        offered.add(lead.pk)


def _why_moot(handover: Handover) -> str:
    lead = handover.lead.canonical
    if lead.withdrawn_at is not None:
        return "The lead was withdrawn with the import that brought it."
    if lead.stage != Kind(handover.kind).stage:
        return f"The lead is now {Stage(lead.stage).label}."
    return "Merged with a lead that is already handed over."


def withdraw_locked(
    handover: Handover, *, why: str, by: User | None, at: datetime, via: Via
) -> None:
    """End an open handover, whose row is locked, by withdrawal."""
    Withdrawal.objects.create(handover=handover, at=at, by=by, note=why)
    end(handover, at=at)
    journal.write(
        "handover.withdrawn", at=at, via=via, lead_id=handover.lead.canonical_id, by=by, said=why,
        data={"handover": handover.pk},
    )  # fmt: skip


def end(handover: Handover, *, at: datetime) -> None:
    """Note that the handover is no longer open; its ending is a row of its own."""
    handover.ended_at = at
    handover.save(update_fields=["ended_at"])


def mark_cooling(standings: Sequence[Standing], *, at: datetime) -> None:
    """Mark the open handovers whose leads no longer meet the criteria, and unmark the others."""
    warm = {one.lead_id: qualifies(one) for one in standings}
    closing = {one.lead_id: one.truths.get("sql.when") is not False for one in standings}
    holds = {Kind.FIRST: warm, Kind.SECOND: closing}
    open_now = list(open_handovers_of(list(warm)))
    cold = {one.pk: not holds[Kind(one.kind)][one.lead.canonical_id] for one in open_now}
    warmed = [one.pk for one in open_now if one.is_cooling and not cold[one.pk]]
    Handover.objects.filter(pk__in=warmed).update(is_cooling=False)
    cooled = [one for one in open_now if cold[one.pk] and not one.is_cooling]
    Handover.objects.filter(pk__in=[one.pk for one in cooled]).update(is_cooling=True)
    journal.write_many(
        journal.Line("handover.cooled", at, Via.WORKER, lead_id=one.lead.canonical_id,
                     said="Cooling: the lead has fallen below the bar since it was offered.",
                     data={"handover": one.pk})
        for one in cooled
    )  # fmt: skip


@transaction.atomic
def expire(lead_ids: Collection[int], *, published: Published, at: datetime) -> list[int]:
    """Escalate handovers whose clock ran out, and pass them on if the agreement says so.

    A lead is passed to somebody else only; while nobody else is there it stays, visibly late.
    Gives the ids of the new handovers. The caller holds the leads' locks.
    """
    late = list(open_handovers_of(lead_ids).filter(due_at__lte=at).select_for_update(of=("self",)))
    if not late:
        return []
    _escalate([one for one in late if one.overdue_at is None], at)
    if published.document.sal.then != "reassign":
        return []
    return _pass_on(late, published, at)


def _escalate(late: Sequence[Handover], at: datetime) -> None:
    for handover in late:
        handover.overdue_at = at
    Handover.objects.filter(pk__in=[one.pk for one in late]).update(overdue_at=at)
    journal.write_many(
        journal.Line("handover.escalated", at, Via.WORKER, lead_id=one.lead.canonical_id,
                     said=_late(one),
                     data={"handover": one.pk, "assignee": one.assignee_id})
        for one in late
    )  # fmt: skip


def _pass_on(late: Sequence[Handover], published: Published, at: datetime) -> list[int]:
    """End each by expiry and offer it to the next, where there is a next: somebody else who has
    not rejected the lead, or the manager."""
    late_ones = {one.lead.canonical_id: one for one in late}
    queues = queues_at(at)
    offers = _placed(late_ones, queues, published.document, at)
    passed = [late_ones[one.lead_id] for one in offers]
    placed = {one.lead_id for one in offers}
    look_again([lead for lead in late_ones if lead not in placed], at=at)
    Expiry.objects.bulk_create(Expiry(handover=one, at=at, note=_late(one)) for one in passed)
    Handover.objects.filter(pk__in=[one.pk for one in passed]).update(ended_at=at)
    journal.write_many(
        journal.Line("handover.expired", at, Via.WORKER, lead_id=one.lead.canonical_id,
                     said=f"Passed on: {_late(one)}",
                     data={"handover": one.pk})
        for one in passed
    )  # fmt: skip
    keep_credits(queues)
    made = make(offers, published, at)
    for one in offers:
        late_one = late_ones[one.lead_id]
        said = f"{_name(late_one)} was passed on to {one.whom}: you did not answer in time."
        tell_passed_on(late_one, said, by=None, at=at)
    return made


def _name(handover: Handover) -> str:
    return str(handover.lead.canonical)


def _late(one: Handover) -> str:
    if one.assignee is None:
        return f"Nobody of {one.team} claimed it in time."
    return f"{one.assignee} did not answer in time."


def _placed(
    late: Mapping[int, Handover], queues: Sequence[Queue], document: Document, at: datetime
) -> list[Offer]:
    """To whom each is offered next, those for whom there is somebody."""
    leave_out, found = _left_out(late), []
    for kind in Kind:
        some = [lead for lead, one in late.items() if one.kind == kind]
        among_them = queues if kind is Kind.FIRST else deciders(queues, document)
        placed = place(ranked(some), among_them, document, at, leave_out, kind)
        found += [one for one in placed.values() if isinstance(one, Offer)]
    for one in found:
        one.passed = passed_of(late[one.lead_id])
    return found


def _left_out(late: Mapping[int, Handover]) -> dict[int, Pass]:
    """Neither who is late now nor who rejected the lead gets it, though nobody else be there."""
    rejecters = rejecters_of(list(late))
    asked = {
        lead: set() if one.assignee_id is None else {one.assignee_id} for lead, one in late.items()
    }
    return {
        lead: Pass(
            people=frozenset(people),
            never=frozenset({*people, *rejecters.get(lead, ())}),
            must_be_named=not people,
        )
        for lead, people in asked.items()
    }
