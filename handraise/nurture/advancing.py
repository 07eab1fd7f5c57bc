"""Take everybody whose time has come through the steps of their journeys, in batches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from handraise.kit.garbage import uncollected
from handraise.leads.bulk import ids, rows_of
from handraise.leads.outage import is_outage
from handraise.nurture import counting, doing, gathering, moving
from handraise.nurture.compiling import END, Node, Plan
from handraise.nurture.decide import SALES, Ending, State
from handraise.nurture.doing import There
from handraise.nurture.gathering import Blocked
from handraise.nurture.models import JourneyVersion
from handraise.nurture.moving import Goes, Leaves, Outcome, Stays
from handraise.nurture.standing import Standing, write
from handraise.nurture.versions import readable, versions

log = structlog.get_logger()

BATCH = 5_000
AGAIN = timedelta(hours=1)  # until a step that cannot be done is tried again
UNREADABLE = "This release cannot read the version they are under; it waits for one that can."

_WITH_DUE = """
    SELECT open.id FROM nurture_journey open CROSS JOIN LATERAL (
        SELECT due_at FROM nurture_enrolment one
        WHERE one.journey_id = open.id AND one.ended_at IS NULL AND one.due_at <= %s
        ORDER BY one.due_at, one.id LIMIT 1
    ) first WHERE open.state = ANY(%s::text[]) ORDER BY first.due_at
"""
# Held to the end of the transaction: a journey that is paused or published meanwhile waits for
# the batch, and after that nobody moves by what it said before.
_OPEN = """
    SELECT id FROM nurture_journey WHERE id = ANY(%s::bigint[]) AND state = ANY(%s::text[])
    ORDER BY id FOR SHARE
"""
_CLAIM = """
    SELECT id, lead_id, version_id, place, since, awaits, fault, due_at
    FROM nurture_enrolment
    WHERE journey_id = %(journey)s AND ended_at IS NULL AND due_at <= %(at)s
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
# Who holds a lead may wait for one of its enrolments, so that nobody who has those waits for a
# lead: whom another holds is left for the next round.
_HOLD = """
    SELECT id, stage, is_current FROM leads_lead
    WHERE id = ANY(%s::bigint[]) AND canonical_id = id ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
_ROOTS = "SELECT id, canonical_id FROM leads_lead WHERE id = ANY(%s::bigint[])"


def advance_due(*, at: datetime, limit: int = BATCH) -> int:
    """Take up to `limit` enrolments that are due as far as they get, in one transaction; how many.

    Each passes step after step until it waits, leaves or finishes. If the process dies nothing has
    happened, and they are still due. Safe beside other callers.
    """
    with uncollected(), transaction.atomic():
        claimed = claim(at=at, limit=limit)
        if claimed:
            _by_halves(claimed, at)
        return len(claimed)


def claim(*, at: datetime, limit: int) -> list[Standing]:
    """Enrolments that are due, theirs and their leads' rows held until the transaction ends."""
    states = [State.RUNNING.value, State.RETIRED.value]
    due = [row[0] for row in rows_of(_WITH_DUE, [at, states])]
    is_open = {row[0] for row in rows_of(_OPEN, [ids(due), states])} if due else set()
    found: list[tuple[Any, ...]] = []
    for journey in due:
        left = limit - len(found)
        if journey in is_open and left > 0:
            found += rows_of(_CLAIM, {"journey": journey, "at": at, "limit": left})
    return list(_held(found))


def _held(found: Sequence[tuple[Any, ...]]) -> Iterator[Standing]:
    roots = dict(rows_of(_ROOTS, [ids({row[1] for row in found})])) if found else {}
    held = {}
    if roots:
        held = {row[0]: row for row in rows_of(_HOLD, [ids(set(roots.values()))])}
    for pk, face, version, place, since, awaits, fault, due_at in found:
        lead = held.get(roots[face])
        if lead is not None:
            yield Standing(
                pk, lead_id=lead[0], version_id=version, place=place, since=since, awaits=awaits,
                fault=fault, due_at=due_at, stage=lead[1], is_current=lead[2],
            )  # fmt: skip


def _by_halves(claimed: Sequence[Standing], at: datetime) -> None:
    """All together; if that fails, by halves, until the one at fault is found: it fails, with the
    reason, and keeps nobody else."""
    try:
        with transaction.atomic():
            Round(claimed, at).run()
    except Exception as fault:
        if is_outage(fault):
            raise
        if len(claimed) > 1:
            middle = len(claimed) // 2
            for half in (claimed[:middle], claimed[middle:]):
                _by_halves(half, at)
            return
        log.exception("nurture.failed", enrolment=claimed[0].pk)
        _fail(claimed[0], fault, at)


def _fail(one: Standing, fault: Exception, at: datetime) -> None:
    said = f"This step failed: {type(fault).__name__}: {fault}".replace("\x00", "")[:2000]
    one.start_anew()
    one.end(Ending.FAILED, said)
    found = versions([one.version_id])
    write([one], found, at=at)
    counting.add(Counter({(one.version_id, one.place, Ending.FAILED.value): 1}), at=at)


@dataclass
class Round:
    """Some enrolments on their way. Nothing is written of them before all have come to a halt."""

    claimed: Sequence[Standing]
    at: datetime

    def run(self) -> None:
        self.versions = versions({one.version_id for one in self.claimed})
        self.plans = readable(self.versions.values())
        self.counts: Counter[tuple[int, str, str]] = Counter()
        for one in self.claimed:
            one.start_anew()
            self._look(one)
        while moving_on := [one for one in self.claimed if one.is_moving]:
            groups: dict[tuple[int, str], list[Standing]] = defaultdict(list)
            for one in moving_on:
                groups[one.version_id, one.place].append(one)
            for (version, place), group in sorted(groups.items()):
                self._pass(self.plans[version], place, self.versions[version], group)
        write(self.claimed, self.versions, at=self.at)
        counting.add(self.counts, at=self.at)

    def _look(self, one: Standing) -> None:
        """What ends or holds up an enrolment before it takes a step."""
        plan = self.plans.get(one.version_id)
        if plan is None:
            one.stay(self.at + AGAIN, awaits=one.awaits, fault=UNREADABLE)
        elif not one.is_current:
            self._end(one, Ending.EXIT, "The lead was taken back.")
        elif one.stage in SALES and not plan.document.goes_on_with_sales:
            self._end(one, Ending.SALES, "Somebody in sales took over.")
        elif one.place not in plan.nodes:
            self._end(one, Ending.FAILED, f"There is no step “{one.place}” in this version.")

    def _pass(self, plan: Plan, place: str, version: JourneyVersion, group: list[Standing]) -> None:
        """One step of one version, for all who stand at it."""
        node = plan.nodes[place]
        try:
            outcomes = self._outcomes(node, group)
            going = [one for one in group if isinstance(outcomes[one.pk], Goes)]
            with transaction.atomic():
                doing.do(node, version, [There(one.pk, one.lead_id) for one in going], at=self.at)
        except Blocked as blocked:
            for one in group:
                one.stay(self.at + AGAIN, awaits=one.awaits, fault=str(blocked))
            return
        for one in group:
            self._settle(one, node, outcomes[one.pk])

    def _outcomes(self, node: Node, group: list[Standing]) -> dict[int, Outcome]:
        seen = gathering.seen(node, {one.lead_id for one in group}, at=self.at)
        found: dict[int, Outcome] = {}
        for one in group:
            known = replace(seen[one.lead_id], seed=str(one.pk))
            if one.is_back:
                found[one.pk] = moving.resume(node, known, at=self.at, awaits=one.awaits)
            else:
                found[one.pk] = moving.arrive(node, known, at=self.at)
        return found

    def _settle(self, one: Standing, node: Node, outcome: Outcome) -> None:
        match outcome:
            case Stays(until=until, awaits=awaits):
                one.stay(until, awaits=awaits)
            case Leaves(ending=ending, way=way, why=why):
                self._end(one, ending, why, way=way)
            case Goes(way=way):
                self.counts[one.version_id, node.id, way] += 1
                if node.ways[way] == END:
                    one.end(Ending.FINISHED, "")
                else:
                    one.go(node.ways[way], at=self.at)

    def _end(self, one: Standing, ending: Ending, why: str, way: str = "") -> None:
        self.counts[one.version_id, one.place, way or ending.value] += 1
        one.end(ending, why)


__all__ = ["advance_due", "claim"]
