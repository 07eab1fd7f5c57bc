"""A small world for tests above scoring: an agreement in force, and leads that did things."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from handraise.agreement import queries as agreements
from handraise.agreement.actions import propose, sign
from handraise.agreement.queries import Published
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.leads.record import record
from handraise.scoring.models import Score
from handraise.team.models import User
from tests.leads.said import did, facts, lead_of
from tests.personas import NOON

AGREEMENT = """
name: Small agreement
fit:
  - {name: Decides, points: 40, when: {title: {contains_word: [head, director]}}}
  - {name: Our size, points: 20, when: {company.employees: {between: [50, 2000]}}}
interest:
  - {name: Downloaded, event: Content Downloaded, points: 10, half_life: 30 days, at_most: 30}
intent:
  - {name: Asked for a demo, event: Demo Requested, points: 60, half_life: 30 days, at_most: 60}
  - {name: Studied prices, event: page, where: {path: {starts_with: /pricing}}, points: 8,
     half_life: 7 days, at_most: 24}
mql:
  when: {all: [{fit: {at_least: 30}}, {intent: {at_least: 20}}]}
  needs: [email]
  never: {is_competitor: true}
  again_after: 30 days
sal: {accept_within: 4 working hours, then: reassign}
sql: {when: {budget: {is_known: true}}}
routes:
  - {name: Germany, when: {country: germany}, team: Enterprise}
  - {name: Everybody, team: Sales development}
reasons:
  - {name: No need yet, consequence: recycle, wake_after: 90 days}
  - {name: Not now, consequence: recycle}
  - {name: No fit, consequence: disqualify, needs_note: true}
  - {name: Wrong data, consequence: fix data}
  - {name: Not ours, consequence: other team}
"""


def in_force(marketing: User, sales: User, text: str = AGREEMENT, at: datetime = NOON) -> Published:
    """Propose this text and let both sign it."""
    version = propose(text, note="", by=marketing, at=at, via=Via.WEB)
    sign(version, by=marketing, at=at, via=Via.WEB)
    sign(version, by=sales, at=at, via=Via.WEB)
    found = agreements.published()
    assert found is not None
    return found


def lead(name: str, *activities: str, at: datetime = NOON, **traits: Any) -> Lead:
    """A person of that name who did these things, known by an address of their own."""
    email = f"{name.lower()}@acme.example"
    record(
        [facts({"name": name, **traits}, email=email, at=at)]
        + [did(activity, email=email, at=at) for activity in activities],
        at=at,
    )
    return lead_of("email", email)


def mql(name: str, *, priority: float = 50, since: datetime = NOON, **truths: bool) -> Lead:
    """A lead that is MQL with a score of its own, set by hand: for tests of what comes after."""
    found = lead(name, at=since)
    Lead.objects.filter(pk=found.pk).update(stage=Stage.MARKETING_QUALIFIED, stage_since=since)
    Score.objects.create(
        lead=found, version=1, scored_at=since, fit=40, interest=0, intent=60, priority=priority,
        contributions=[40, 0, 0, 60, 0], matched=[0, 0, 0, 1, 0],
        latest=[None, None, None, since, None], truths=_truths(truths),
    )  # fmt: skip
    found.refresh_from_db()
    return found


def _truths(told: dict[str, bool]) -> dict[str, bool | None]:
    named = {name.replace("__", "."): truth for name, truth in told.items()}
    usual = {"mql.when": True, "mql.needs": True, "sql.when": True, "route.1": True}
    return {**usual, **named}


def stage_of(lead: Lead) -> Stage:
    return Stage(Lead.objects.values_list("stage", flat=True).get(pk=lead.pk))


def said(lead: Lead, kind: str = "") -> list[str]:
    """What the journal says of this lead, oldest first."""
    lines = lead.journal.order_by("pk")
    return [line.said for line in (lines.filter(kind=kind) if kind else lines)]


def kinds(lead: Lead) -> list[str]:
    return list(lead.journal.order_by("pk").values_list("kind", flat=True))


def ids(leads: Iterable[Lead]) -> list[int]:
    return [one.pk for one in leads]
