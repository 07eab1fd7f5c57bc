"""How long it takes to try the routes of a draft on a month: five thousand MQLs, twice over.

Run: `python -m bench.routing [--leads N] [--activities N] [--month N]`. A database of its own,
twenty people of whom half have a limit, history with an answer for each of these leads; the draft
and the version in force are both replayed, with every lead scored as it stood then. Target: 60 s.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timedelta

from bench.installation import Installation

PEOPLE = 20


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--activities", type=int, default=2_000_000)
    asked.add_argument("--month", type=int, default=5000)
    options = asked.parse_args()
    with Installation() as house:
        house.people()
        from bench.filled import fill
        from handraise.kit.clock import now

        fill(leads=options.leads, activities=options.activities)
        at = now()
        _people(at)
        _history(options.month)
        _report(at)


def _people(at: datetime) -> None:
    from handraise.team import actions as team
    from handraise.team.decide import Role
    from handraise.team.models import Team, User

    crew = Team.objects.get()
    for number in range(PEOPLE - 4):
        team.add_user(email=f"p{number}@bench.example", name=f"P{number}", team=crew, by=None,
                      role=Role.SALES_DEVELOPMENT, at=at)  # fmt: skip
    User.objects.filter(pk__in=User.objects.filter(team=crew)[: PEOPLE // 2]).update(capacity=40)
    hours = {str(day): [["09:00", "17:00"]] for day in range(5)}
    User.objects.filter(team=crew).update(holidays="DE-BY", zone="Europe/Berlin", hours=hours)


_MONTH = """
with chosen as (
    select id, now() - interval '29 days' + (row_number() over (order by id) * 499 %% 40000)
               * interval '1 minute' as at, row_number() over (order by id) as n
    from leads_lead order by id limit %(count)s
), moved as (
    insert into leads_stagemove (lead_id, before, after, at, known_at, version, reason, scores)
    select id, before, after, at + delay, at + delay, 1, 'Bench', '{}' from chosen
    cross join (values ('LEAD', 'MARKETING_QUALIFIED', interval '0'),
                       ('MARKETING_QUALIFIED', 'SALES_ACCEPTED', interval '5 hours'),
                       ('SALES_ACCEPTED', 'SALES_QUALIFIED', interval '3 days')
               ) step (before, after, delay)
), offered as (
    insert into handover_handover (lead_id, team_id, assignee_id, version, priority, offered_at,
                                   due_at, route, brief, is_cooling, ended_at)
    select chosen.id, person.team_id, person.id, 1, 50, at, at + interval '1 day',
           '{}', '{}', false, at + interval '5 hours'
    from chosen join (select id, team_id, row_number() over (order by id) as n from team_user
                      where team_id is not null) person
      on person.n = 1 + chosen.n %% %(people)s
    returning id, ended_at, assignee_id
)
insert into handover_acceptance (handover_id, at, by_id, note)
select id, ended_at, assignee_id, '' from offered
"""


def _history(count: int) -> None:
    """So many leads that became MQL within the month, each accepted five hours later."""
    from django.db import connection

    from handraise.team.models import User

    people = User.objects.filter(team__isnull=False).count()
    with connection.cursor() as cursor:
        cursor.execute(_MONTH, {"count": count, "people": people})
        cursor.execute("analyze")


def _report(at: datetime) -> None:
    from handraise.agreement.queries import published
    from handraise.feedback.routing.replaying import Wish, rehearse

    agreed = published()
    assert agreed is not None
    wish = Wish(agreed.document, at - timedelta(days=30), at, at, "UTC")
    begun, steps = time.perf_counter(), []

    def progress(said: str, _done: int, _total: int) -> None:
        if not steps or steps[-1][0] != said:
            steps.append((said, time.perf_counter() - begun))

    found = rehearse(wish, agreed, progress=progress)
    took = time.perf_counter() - begun
    for said, since in steps:
        print(f"{since:8.1f} s  {said}")
    met = "met" if took <= 60 else "MISSED"
    print(f"{found.leads:,} MQLs by two versions {took:8.1f} s   target 60: {met}")


if __name__ == "__main__":
    main()
