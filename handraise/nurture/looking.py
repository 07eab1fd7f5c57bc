"""What entering and stopping need to know of the leads that are looked at, in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handraise.agreement import queries as agreements
from handraise.agreement.conditions import Condition, Did
from handraise.agreement.document import Document
from handraise.leads.bulk import ids, rows_of
from handraise.lists.models import SavedList
from handraise.lists.queries import holds
from handraise.nurture.compiling import Plan
from handraise.nurture.document import Happening
from handraise.nurture.standing import Standing
from handraise.scoring.happening import Happened, happened
from handraise.scoring.holding import holding

DOOR = timedelta(days=7)  # how long an activity lets somebody in
_WINDOWS = tuple(timedelta(days=days) for days in (8, 32, 128, 512))

# Share: a journey that is paused or published meanwhile waits for this look to end.
_LIVE = """
    SELECT version.id, version.id = journey.published_id AND journey.state = 'running'
    FROM nurture_journey journey JOIN nurture_journeyversion version
      ON version.journey_id = journey.id
    WHERE journey.state <> 'draft' AND (
        (version.id = journey.published_id AND journey.state = 'running')
        OR EXISTS (
            SELECT FROM nurture_enrolment one
            WHERE one.journey_id = journey.id AND one.version_id = version.id
              AND one.ended_at IS NULL))
    ORDER BY journey.id, version.id FOR SHARE OF journey
"""
_LEADS = "SELECT id, stage, is_current FROM leads_lead WHERE id = ANY(%s::bigint[])"
# Under whichever face of a merged lead they were made.
_INSIDE = """
    SELECT one.id, face.canonical_id, one.version_id, one.place, one.since, one.awaits, one.fault,
           one.due_at, one.journey_id, one.entered_at
    FROM leads_lead face JOIN nurture_enrolment one
      ON one.lead_id = face.id AND one.ended_at IS NULL
    WHERE face.canonical_id = ANY(%s::bigint[])
    ORDER BY one.id FOR UPDATE OF one
"""
_BEFORE = """
    SELECT face.canonical_id, one.journey_id, max(one.entered_at), max(one.ended_at)
    FROM leads_lead face JOIN nurture_enrolment one
      ON one.lead_id = face.id AND one.ended_at IS NOT NULL
    WHERE face.canonical_id = ANY(%s::bigint[]) GROUP BY 1, 2
"""


@dataclass(slots=True)
class Inside:
    """An open enrolment of a lead that is looked at. `is_touched`: its row must be written."""

    standing: Standing
    journey_id: int
    entered_at: datetime
    is_touched: bool = False

    @property
    def lead_id(self) -> int:
        return self.standing.lead_id

    @property
    def is_open(self) -> bool:
        return not self.standing.ending


@dataclass(slots=True)
class Look:
    """What is known of leads at an instant. `before` has when each last entered and last left a
    journey; `truths` the conditions that were asked; `done` what they did of what was asked for."""

    at: datetime
    stages: dict[int, str]
    current: set[int]
    inside: list[Inside]
    before: dict[tuple[int, int], tuple[datetime, datetime]]
    truths: dict[int, dict[Condition, bool | None]] = field(default_factory=dict)
    done: dict[int, dict[Happening, list[Happened]]] = field(default_factory=dict)
    listed: dict[str, set[int]] = field(default_factory=dict)

    def holds(self, lead_id: int, condition: Condition | None) -> bool:
        return condition is not None and self.truths.get(lead_id, {}).get(condition) is True

    def did(self, lead_id: int, wanted: Happening) -> list[Happened]:
        """What this lead did of this."""
        return self.done.get(lead_id, {}).get(wanted, [])


def live() -> list[tuple[int, bool]]:
    """Versions under which somebody is inside or may enter (then true), their journeys held so
    until the transaction ends."""
    return [(version, bool(is_open)) for version, is_open in rows_of(_LIVE)]


def look(lead_ids: Sequence[int], *, at: datetime) -> Look:
    """These canonical leads as they stand in journeys; the rows of open enrolments are held."""
    asked = [ids(lead_ids)]
    leads = rows_of(_LEADS, asked)
    inside = [
        Inside(
            Standing(
                pk, lead, version, place, since, awaits, fault, due_at=due_at
            ), journey, entered_at,
        )
        for pk, lead, version, place, since, awaits, fault, due_at, journey, entered_at in rows_of(
            _INSIDE, asked
        )
    ]  # fmt: skip
    before = {
        (lead, journey): (entered, ended)
        for lead, journey, entered, ended in rows_of(_BEFORE, asked)
    }
    stages = {pk: stage for pk, stage, _ in leads}
    return Look(at, stages, {pk for pk, _, is_here in leads if is_here}, inside, before)


def ask(found: Look, plans: Mapping[int, Plan], entering: Collection[int]) -> None:
    """Find out which conditions hold for these leads: of the versions by which somebody may enter,
    and of all others that are live. What is asked is the same for every batch, as it is compiled.
    """
    agreed = agreements.published()
    document = None if agreed is None else agreed.document
    leads = sorted(found.current)
    conditions = list(dict.fromkeys(_conditions(plans, entering)))
    for held in holding(conditions, document=document, lead_ids=leads, at=found.at):
        found.truths[held.lead_id] = dict(zip(conditions, held.truths, strict=True))
    _ask_events(found, plans, entering, document)
    names = {plans[pk].document.enter.list for pk in entering} - {None}
    found.listed = _listed({name for name in names if name}, leads, found.at)


def _conditions(plans: Mapping[int, Plan], entering: Collection[int]) -> Iterator[Condition]:
    for pk, plan in plans.items():
        document = plan.document
        if document.goal is not None:
            yield document.goal
        yield from (one.when for one in document.exits)
        if pk in entering and document.enter.when is not None:
            yield document.enter.when


def _ask_events(
    found: Look, plans: Mapping[int, Plan], entering: Collection[int], document: Document | None
) -> None:
    """What these leads did that opens a journey, and what those who wait for it did since they came
    in: of everybody and ever, an event that happens every day would be more than anybody can hold.
    """
    opening = [on for pk in entering if (on := plans[pk].document.enter.on) is not None]
    _happened(found, opening, DOOR, found.current, document)
    waiting = [one for one in found.inside if one.standing.awaits]
    if not waiting:
        return
    awaited = [
        node.step.wait.until
        for plan in plans.values()
        for node in plan.nodes.values()
        if node.step is not None and node.step.wait is not None
        and isinstance(node.step.wait.until, Happening)
    ]  # fmt: skip
    window = _window(found.at - min(one.entered_at for one in waiting))
    _happened(found, awaited, window, {one.lead_id for one in waiting}, document)


def _happened(
    found: Look, events: Sequence[Happening], within: timedelta | None, leads: Collection[int],
    document: Document | None,
) -> None:  # fmt: skip
    wanted = list(dict.fromkeys(events))
    dids = [_did(one, within) for one in wanted]
    for one in happened(dids, document=document, lead_ids=sorted(leads), at=found.at):
        by_event = found.done.setdefault(one.lead_id, {})
        by_event.setdefault(wanted[one.place], []).append(one)


def _window(length: timedelta) -> timedelta | None:
    """The shortest of a few windows that this fits in: each is compiled once."""
    return next((one for one in _WINDOWS if length < one), None)


def _did(event: Happening, within: timedelta | None) -> Did:
    return Did(event.event, event.where, within, None, 1.0, None)


def _listed(names: Collection[str], lead_ids: Sequence[int], at: datetime) -> dict[str, set[int]]:
    """Who of these leads is in the shared list of each of these names."""
    lists = {
        saved.name: saved.pk
        for saved in SavedList.objects.filter(name__in=names, is_shared=True).order_by("-pk")
    }
    members = holds(lists.values(), lead_ids, at=at) if lists else {}
    return {name: members[pk] for name, pk in lists.items()}


__all__ = ["DOOR", "Inside", "Look", "ask", "live", "look"]
