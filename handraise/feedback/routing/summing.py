"""What came of one side of a rehearsal, added up: by person, route and team."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from handraise.agreement.document import Document
from handraise.feedback.decide import Share
from handraise.feedback.routing.decide import longest_gap, peaks, time_full
from handraise.feedback.routing.report import Person, RouteTold, Side, TeamTold
from handraise.feedback.routing.simulating import Made, Outcome, Simulation
from handraise.handover.queues import Queue
from handraise.team.models import User

_HOUR = timedelta(hours=1)


def side(
    title: str,
    document: Document,
    simulation: Simulation,
    found: Outcome,
    days: Sequence[datetime],
    end: datetime,
) -> Side:
    """All of it, people by team and name."""
    by_person: dict[int, list[Made]] = defaultdict(list)
    fair: dict[int, float] = defaultdict(float)
    for made in found.made:
        by_person[made.person].append(made)
        for pk, part in made.fair.items():
            fair[pk] += part
    people = [
        _person(user, queue, by_person[pk], fair[pk], simulation, found, days, end)
        for queue in simulation.queues
        for pk, user in (queue.managers | queue.people).items()
        if pk in queue.people or by_person[pk]
    ]
    return Side(
        title, sorted(people, key=lambda one: (one.team, one.name, one.id)),
        _routes(document, simulation, found),
        [_team(queue, found, end) for queue in simulation.queues if queue.people],
        _kept(found.made),
        sum(made.is_again for made in found.made), sum(wait.team is None for wait in found.waits),
    )  # fmt: skip


def _person(
    user: User,
    queue: Queue,
    made: Sequence[Made],
    fair: float,
    simulation: Simulation,
    found: Outcome,
    days: Sequence[datetime],
    end: datetime,
) -> Person:
    load, hours = found.loads.get(user.pk, []), simulation.hours[user.pk]
    is_away = user.pk in queue.absent
    full = time_full(load, user.capacity, hours, end)
    zone = ZoneInfo(user.zone)
    working = [] if is_away else hours.days(zone)
    busy = {one.at.astimezone(zone).date() for one in made}
    return Person(
        user.pk, user.name, queue.team.name, user.weight, user.capacity, is_away, len(made),
        round(fair, 6), sum(one.is_escalated for one in made), peaks(load, days),
        full / hours.total if hours.total else 0.0,
        len(working), _idle(working, busy), longest_gap(working, busy),
        _kept(made),
    )  # fmt: skip


def _idle(working: Sequence[date], busy: set[date]) -> int:
    return sum(day not in busy for day in working)


def _kept(made: Sequence[Made]) -> Share:
    decided = [one for one in made if one.kept is not None]
    return Share(sum(bool(one.kept) for one in decided), len(decided))


def _routes(document: Document, simulation: Simulation, found: Outcome) -> list[RouteTold]:
    """Each route with the leads that it sent on, passing on not counted again."""
    manned = {queue.team.name.casefold() for queue in simulation.queues if queue.people}
    counts = Counter(made.route for made in found.made if not made.is_again)
    counts.update(wait.route for wait in found.waits if wait.until is None and wait.team)
    told = [
        RouteTold(route.name, route.team, counts.pop(route.name, 0),
                  route.team.casefold() in manned)
        for route in document.routes
    ]  # fmt: skip
    rest = counts.pop("", 0)
    return told + ([RouteTold("", "", rest, True)] if rest else [])


def _team(queue: Queue, found: Outcome, end: datetime) -> TeamTold:
    made = [one for one in found.made if one.team == queue.team.pk]
    waits = [wait for wait in found.waits if wait.team == queue.team.pk]
    hours = sorted(((wait.until or end) - wait.arrival.at) / _HOUR for wait in waits)
    return TeamTold(
        queue.team.name, sum(not one.is_again for one in made),
        sum(one.is_escalated for one in made), len(waits),
        sum(wait.until is None for wait in waits),
        (round(median(hours), 3), round(hours[-1], 3)) if hours else None, _kept(made),
    )  # fmt: skip
