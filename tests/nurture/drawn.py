"""Journeys for tests of their pages: one with every kind of step, published and walked."""

from __future__ import annotations

from datetime import timedelta

from handraise.consent.models import Purpose
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.messaging.models import Message
from handraise.nurture import publishing
from handraise.nurture.models import Enrolment, Journey, JourneyVersion, StepCount
from handraise.team.models import User
from tests.nurture.world import message
from tests.personas import NOON
from tests.world import lead

EVERY_KIND = """
name: Every kind
purpose: newsletter
enter: {on: {event: Content Downloaded}, when: {consent: newsletter}}
goal: {stage: MQL}
exits: [{name: Not a fit, when: {stage: DISQUALIFIED}}]
steps:
  - {id: settle, wait: {for: 1 day, at: "09:30"}}
  - {id: greet, send: {message: guide-welcome}}
  - {id: reads, wait: {until: {event: Email Clicked}, at_most: 6 days}}
  - id: interest
    branch:
      - name: Came back
        when: {did: {event: Email Clicked, within: 7 days}}
        steps:
          - {id: signal, ready_for_sales: {}}
          - {id: call, task: {title: Call them., due_in: 1 day}}
      - name: Renews soon
        when: {renewal_date: {is_known: true}}
        steps:
          - {id: renewal, wait: {until: "fact:renewal_date", minus: 14 days}}
          - {id: note, set_fact: {name: segment, value: renewing}}
      - name: Others
        steps:
          - {id: gone, leave: {}}
  - id: test
    split:
      - {name: Told, share: 90, steps: [{id: tell, notify: {to: owner, text: They read.}}]}
      - {name: Holdout, share: 10, holdout: true}
"""


def newsletter() -> None:
    """A purpose that marketing may choose."""
    Purpose.objects.get_or_create(code="newsletter", defaults={"name": "Newsletter"})


def draft(by: User, text: str = EVERY_KIND, name: str = "Every kind") -> Journey:
    return publishing.create(name, text, by=by, at=NOON, via=Via.WEB)


def published(by: User, text: str = EVERY_KIND, name: str = "Every kind") -> Journey:
    """A journey in its first version, running."""
    if not Message.objects.filter(code="guide-welcome").exists():
        message("guide-welcome", by, purpose="newsletter")
    made = draft(by, text, name)
    publishing.publish(made, moves_those_inside=False, by=by, at=NOON, via=Via.WEB)
    return publishing.start(made, by=by, at=NOON, via=Via.WEB)


def inside(journey: Journey, who: str | Lead, place: str) -> Enrolment:
    """A lead, or one of this name, that stands at a step."""
    assert journey.published is not None
    return Enrolment.objects.create(
        lead=lead(who) if isinstance(who, str) else who, journey=journey,
        version=journey.published, entered_at=NOON,
        why="Downloaded a guide.", place=place, since=NOON, due_at=NOON + timedelta(days=3),
    )  # fmt: skip


def went(version: JourneyVersion, place: str, way: str, count: int) -> None:
    StepCount.objects.create(
        version=version, place=place, way=way, day=NOON.date(), count=count
    )  # fmt: skip
