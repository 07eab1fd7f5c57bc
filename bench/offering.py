"""How fast leads are offered: a morning's ten thousand at once, and one alone.

Run: `python -m bench.offering [--leads N] [--activities N] [--open N] [--morning N]
[--playbooks N]`. A database of its own, with so many offers open already, twenty people of whom
half have a limit, a tenth of the companies owned. An offer is all of it: who owns the lead, whose
turn it is, who is full, the clock, the frozen brief (with what playbooks suggest, three scripts
each), the journal. The leads are scored before. Targets: 700 a second, 50 ms for one.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from bench.installation import Installation

BATCH = 2000  # as many as the worker looks at together
PEOPLE = 20
SINGLE = 200


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--activities", type=int, default=2_000_000)
    asked.add_argument("--open", type=int, default=20_000)
    asked.add_argument("--morning", type=int, default=10_000)
    asked.add_argument("--playbooks", type=int, default=0)
    options = asked.parse_args()
    with Installation() as house:
        house.people()
        from bench.filled import fill
        from handraise.kit.clock import now

        fill(leads=options.leads, activities=options.activities)
        at = now()
        people(at)
        _playbooks(options.playbooks, at)
        ids = _qualified(options.open + options.morning + SINGLE, at)
        offered(ids[: options.open], at)
        _report(ids[options.open :], options.morning, at + timedelta(minutes=1))


def people(at: datetime) -> None:
    """Twenty people in the one team, half of them with a limit, by the holidays of a state."""
    from handraise.team import actions as team
    from handraise.team.decide import Role
    from handraise.team.models import Team, User

    crew = Team.objects.get()
    for number in range(PEOPLE - 4):
        team.add_user(email=f"p{number}@bench.example", name=f"P{number}", team=crew, by=None,
                      role=Role.SALES_DEVELOPMENT, at=at)  # fmt: skip
    User.objects.filter(pk__in=User.objects.filter(team=crew)[: PEOPLE // 2]).update(capacity=9000)
    User.objects.filter(team=crew).update(holidays="DE-BY", zone="Europe/Berlin")


_WHEN = (
    "{stage: MQL, fit: {at_least: 20}}",
    "{intent: {at_least: 30}}",
    "{title: {contains_word: [vp, head, owner]}}",
    "{company.industry: logistics, company.employees: {at_least: 50}}",
    "{did: {event: Demo Requested, within: 90 days}}",
)
_SAYS = """Hello {{ lead.first_name | default: "there" }}, I am {{ seller.name }}.
{% if company.industry %}Others in {{ company.industry }} tell us much the same.{% endif %}
You have looked at {% for one in read %}{{ one }}, {% endfor %}and {{ why_now }}
As {{ lead.title | default: "somebody who knows" }} at {{ company.name }}: what takes most of your
time? Who else at {{ company.name }} would want to know? {{ answers.need | default: "" }}
"""


def _playbooks(count: int, at: datetime) -> None:
    """So many playbooks of three scripts each, of which each lead has one that holds."""
    from handraise.enablement.actions import Line, write_playbook, write_script
    from handraise.enablement.decide import Kind, Piece
    from handraise.leads.decide import Via
    from handraise.team.models import User

    how = {"by": User.objects.get(email="mark@bench.example"), "at": at, "via": Via.SHELL}
    for number in range(count):
        scripts = [
            write_script(None, name=f"Script {number}.{n}", kind=kind, question="",
                         body=_SAYS * 4, owner=None, **how)
            for n, kind in enumerate(list(Kind)[:3])
        ]  # fmt: skip
        lines = [Line(Piece.SCRIPT, script.pk) for script in scripts]
        when = _WHEN[number % len(_WHEN)] if number < count - 1 else ""
        write_playbook(None, name=f"Playbook {number}", condition=when, lines=lines,
                       priority=count - number, is_active=True, owner=None, **how)  # fmt: skip


def _qualified(count: int, at: datetime) -> list[int]:
    """So many scored leads that are MQL and in nobody's hands."""
    from django.db import connection

    from handraise.agreement.queries import published
    from handraise.leads.models import Company, Lead
    from handraise.scoring.actions import rescore
    from handraise.team.models import User

    agreed = published()
    assert agreed is not None
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:count])
    for place in range(0, len(ids), BATCH):
        rescore(ids[place : place + BATCH], published=agreed, at=at)
    Lead.objects.filter(pk__in=ids).update(stage="MARKETING_QUALIFIED", stage_since=at)
    owner = User.objects.filter(team__isnull=False).first()
    tenth = Company.objects.filter(pk__in=range(0, 10**6, 10))
    tenth.update(owner=owner)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return ids


def offered(ids: Sequence[int], at: datetime) -> float:
    """Seconds to offer these, in batches."""
    from handraise.agreement.queries import published
    from handraise.handover.offering import offer
    from handraise.kit.garbage import uncollected

    agreed = published()
    assert agreed is not None
    begun, made = time.perf_counter(), 0
    for place in range(0, len(ids), BATCH):
        with uncollected():  # as `look` does
            made += len(offer(ids[place : place + BATCH], published=agreed, at=at))
    if made != len(ids):
        raise RuntimeError(f"Of {len(ids)} leads {made} were offered.")
    return time.perf_counter() - begun


def _report(ids: Sequence[int], morning: int, at: datetime) -> None:
    from handraise.handover.models import Handover

    before = Handover.objects.filter(ended_at=None).count()
    rate = morning / offered(ids[:morning], at)
    single = [offered([pk], at) * 1000 for pk in ids[morning:]]
    slow = statistics.quantiles(single, n=20)[-1]
    print(f"{before:,} offers open, {PEOPLE} people")
    print(f"{morning:,} at once  {rate:8,.0f} offers/s   target 700: {_met(rate >= 700)}")
    median = statistics.median(single)
    print(f"one alone     {median:8.1f} ms, 95th {slow:.1f}   target 50: {_met(slow <= 50)}")


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


if __name__ == "__main__":
    main()
