"""How fast leads move on in journeys when very many are due, and what those who wait cost.

Run: `python -m bench.journeys [--leads N] [--waiting N]`. A database of its own; every lead is due
in one journey (a wait is over: branch, send, and the next wait), while ten others hold waiting ones
besides. Targets: 2,000 a second; a round that finds nobody due takes less than 50 ms.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bench.installation import Installation

if TYPE_CHECKING:
    from handraise.nurture.models import Journey

_TEXT = """
name: {name}
enter: {{on: {{event: Content Downloaded}}}}
steps:
  - {{id: settle, wait: {{for: 1 day}}}}
  - id: kind
    branch:
      - {{name: Decides, when: {{title: {{contains_word: [head, vp]}}}},
         steps: [{{id: first, send: {{message: bench}}}}]}}
      - {{name: Others, steps: [{{id: second, send: {{message: bench}}}}]}}
  - {{id: rest, wait: {{for: 30 days, at: "09:30"}}}}
  - {{id: last, ready_for_sales: {{}}}}
"""
_INSIDE = """
    INSERT INTO nurture_enrolment (lead_id, journey_id, version_id, entered_at, why, place, since,
                                   due_at, awaits, fault, ending, ended_why)
    SELECT id, %(journey)s, %(version)s, %(since)s, 'Bench.', 'settle', %(since)s, %(due)s, '', '',
           '', ''
    FROM leads_lead ORDER BY id LIMIT %(count)s
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--waiting", type=int, default=1_000_000)
    options = asked.parse_args()
    with Installation() as house:
        house.people()
        from bench.filled import fill
        from handraise.kit.clock import now

        fill(leads=options.leads, activities=options.leads)
        at = now()
        _message(at)
        for number in range(10):
            waiting = _journey(f"Waiting {number}", at)
            _inside(waiting, options.waiting // 10, at, due_at=at + timedelta(days=1))
        due = _journey("Due", at)
        _inside(due, options.leads, at, due_at=at)
        _report(at, options.leads)


def _message(at: datetime) -> None:
    from handraise.messaging.models import Message, MessageVersion
    from handraise.team.models import User

    by = User.objects.get(name="Mark")
    made = Message.objects.create(
        code="bench", name="Bench", created_at=at, changed_at=at, changed_by=by
    )
    made.published = MessageVersion.objects.create(
        message=made, number=1, subject="Bench", mjml="<mjml></mjml>", at=at, by=by, published_at=at
    )
    made.save()


def _journey(name: str, at: datetime) -> Journey:
    from handraise.leads.decide import Via
    from handraise.nurture import publishing
    from handraise.team.models import User

    by = User.objects.get(name="Mark")
    made = publishing.create(name, _TEXT.format(name=name), by=by, at=at, via=Via.SHELL)
    publishing.publish(made, moves_those_inside=False, by=by, at=at, via=Via.SHELL)
    return publishing.start(made, by=by, at=at, via=Via.SHELL)


def _inside(journey: Journey, count: int, at: datetime, *, due_at: datetime) -> None:
    from handraise.leads.bulk import execute

    execute(
        _INSIDE,
        {
            "journey": journey.pk, "version": journey.published_id, "since": at - timedelta(days=1),
            "due": due_at, "count": count,
        },
    )  # fmt: skip


def _report(at: datetime, leads: int) -> None:
    from django.db import connection

    from handraise.nurture.advancing import advance_due
    from handraise.nurture.models import Enrolment
    from handraise.sends.models import Send

    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze nurture_enrolment")
    begun, done = time.perf_counter(), 0
    while moved := advance_due(at=at):
        done += moved
    took = time.perf_counter() - begun
    rate = done / took
    sent, inside = Send.objects.count(), Enrolment.objects.filter(ended_at=None).count()
    met = "met" if rate >= 2000 else "MISSED"
    print(f"{done:,} of {inside:,} advanced, {sent:,} sends wanted, in {took:.1f} s")
    print(f"{rate:12,.0f} a second   target 2,000: {met}")
    idle = []
    for _ in range(50):
        begun = time.perf_counter()
        advance_due(at=at)
        idle.append(time.perf_counter() - begun)
    waited = median(idle) * 1000
    met = "met" if waited < 50 else "MISSED"
    print(f"{waited:12.1f} ms a round with nobody due   target 50: {met}")
    if done != leads or sent != leads:
        raise SystemExit(f"{leads:,} were due.")


if __name__ == "__main__":
    main()
