"""What steps need to know of many leads at once: one statement or two for each step of a batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from handraise.agreement import queries as agreements
from handraise.kit.working_time import Calendar
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import ZONE_FACTS
from handraise.nurture.compiling import Node
from handraise.nurture.document import WORKING_TIME, OnFact, Step, WaitStep
from handraise.nurture.moving import Seen
from handraise.scoring.holding import holding
from handraise.scoring.plan import CompileError
from handraise.sends.zones import zone_of
from handraise.team.decide import OFFICE_HOURS
from handraise.team.models import Team

COUNTRIES = ("country",)

_FACTS = """
    SELECT DISTINCT ON (face.canonical_id, fact.name) face.canonical_id, fact.name,
           fact.value #>> '{}'
    FROM leads_lead face
    JOIN leads_identity identity ON identity.lead_id = face.id
    JOIN leads_fact fact ON fact.identity_id = identity.id AND fact.name = ANY(%(names)s::text[])
    LEFT JOIN leads_factwithdrawal gone ON gone.fact_id = fact.id AND gone.known_at <= %(at)s
    WHERE face.canonical_id = ANY(%(leads)s::bigint[]) AND gone.id IS NULL
      AND fact.holds_from <= %(at)s AND fact.known_at <= %(at)s
    ORDER BY face.canonical_id, fact.name, fact.holds_from DESC, fact.known_at DESC, fact.id DESC
"""


class Blocked(RuntimeError):
    """A step that cannot be done for anybody now; the sentence says why. Who stands at it waits."""


def facts_of(
    lead_ids: Collection[int], names: Sequence[str], *, at: datetime
) -> dict[int, dict[str, str]]:
    """The newest value of each of these facts, as text, of those of these canonical leads that have
    any."""
    found: dict[int, dict[str, str]] = {}
    asked = {"names": list(names), "leads": ids(lead_ids), "at": at}
    for lead, name, value in rows_of(_FACTS, asked):
        if value is not None:
            found.setdefault(lead, {})[name] = value
    return found


def zone_in(facts: Mapping[str, str]) -> str:
    """Where a lead lives, by these facts: a zone, else that of the country, else ours."""
    told = [facts[name] for name in ZONE_FACTS if name in facts]
    countries = [facts[name] for name in COUNTRIES if name in facts]
    return zone_of(told, countries, otherwise=settings.TIME_ZONE)


def seen(node: Node, lead_ids: Collection[int], *, at: datetime) -> dict[int, Seen]:
    """What this step needs to know of each of these canonical leads, but for what draws their ways.

    Raises Blocked where nobody can be told.
    """
    step = node.step
    if step is not None and step.wait is not None:
        return _for_wait(step.wait, lead_ids, at)
    if step is not None and step.branch:
        truths = _truths(step, lead_ids, at)
        unknown = (None,) * len(step.branch)
        return {lead: Seen(truths=truths.get(lead, unknown)) for lead in lead_ids}
    return dict.fromkeys(lead_ids, Seen())


def _for_wait(wait: WaitStep, lead_ids: Collection[int], at: datetime) -> dict[int, Seen]:
    names: list[str] = []
    if wait.at or isinstance(wait.until, OnFact) or (wait.until == WORKING_TIME and not wait.of):
        names = [*ZONE_FACTS, *COUNTRIES]
    day = wait.until.name if isinstance(wait.until, OnFact) else ""
    facts = facts_of(lead_ids, [*names, day], at=at) if names else {}
    team = _calendar_of(wait.of, at) if wait.of else None
    made = {}
    for lead in lead_ids:
        known = facts.get(lead, {})
        zone = zone_in(known) if names else "UTC"
        calendar = team or Calendar(hours=OFFICE_HOURS, zone=zone, holidays=())
        made[lead] = Seen(zone=zone, day=known.get(day), calendar=calendar)
    return made


def _calendar_of(name: str, at: datetime) -> Calendar:
    team = Team.objects.filter(name=name).first()
    if team is None:
        raise Blocked(f"There is no team “{name}” any more, so its working time is not known.")
    return team.calendar(at)


def _truths(
    step: Step, lead_ids: Collection[int], at: datetime
) -> dict[int, tuple[bool | None, ...]]:
    conditions = [arm.when for arm in step.branch if arm.when is not None]
    agreed = agreements.published()
    document = None if agreed is None else agreed.document
    try:
        held = list(holding(conditions, document=document, lead_ids=list(lead_ids), at=at))
    except CompileError as fault:
        raise Blocked(f"A condition of this branch cannot be asked: {fault}") from None
    return {one.lead_id: one.truths for one in held}


__all__ = ["Blocked", "facts_of", "seen", "zone_in"]
