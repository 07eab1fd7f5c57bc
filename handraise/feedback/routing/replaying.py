"""Rehearse routes: the leads of a period come again, under a draft and under what is in force."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.feedback.routing.decide import Hours, drawn
from handraise.feedback.routing.history import Past, Spell, past
from handraise.feedback.routing.owning import Ties
from handraise.feedback.routing.report import Report, Side
from handraise.feedback.routing.simulating import Arrival, Simulation
from handraise.feedback.routing.summing import side
from handraise.handover.queues import Queue, queues_at
from handraise.kit import working_time
from handraise.leads.decide import Refused
from handraise.scoring.engines.postgres import Moment, text_for
from handraise.scoring.queries import scores_of

BATCH = 1000  # leads scored at once
EVERY = 200  # leads offered between two words of progress
LONGEST = timedelta(days=186)
MOST = 50_000  # leads offered in one rehearsal
MOST_TIMES = 5
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `times`: how often each lead comes; `everybody_there`: as if nobody were
    away. `at`: as history, people and teams stood then."""

    document: Document
    begin: datetime
    end: datetime
    at: datetime
    zone: str
    times: int = 1
    everybody_there: bool = False
    title: str = "The draft"


def refuse(begin: datetime, end: datetime, times: int, *, at: datetime) -> None:
    """Raise Refused, with a sentence, for what cannot be rehearsed."""
    if begin >= end:
        raise Refused("The first day of the period lies after the last.")
    if begin >= at:
        raise Refused("The period lies in the future: nobody has become MQL in it yet.")
    if end - begin > LONGEST:
        raise Refused("The period is longer than half a year: choose a shorter one.")
    if not 1 <= times <= MOST_TIMES:
        raise Refused(f"Each lead may come once to {MOST_TIMES} times.")


def rehearse(wish: Wish, published: Published | None, *, progress: Progress) -> Report:
    """The leads that became MQL in the period, offered by the routes of the draft and, for
    comparison, by those of the version in force. Nothing is written.

    `progress` is told (what goes on, steps done, steps in all) and may raise Stopped. Raises
    Refused with a sentence for a period without leads.
    """
    started = time.perf_counter()
    refuse(wish.begin, wish.end, wish.times, at=wish.at)
    progress("Reading who became MQL, and how people answered", 0, 1)
    usual = working_time.parse(wish.document.sal.accept_within) / 2
    known = past(wish.begin, wish.end, at=wish.at, usual=usual)
    count = len(known.spells) * wish.times
    if not count:
        raise Refused("Nobody became MQL in this period: choose other days.")
    if count > MOST:
        raise Refused(f"{count:,} leads are more than the {MOST:,} that fit into one rehearsal.")
    ties = Ties(known.spells, begin=wish.begin)
    run = _Run(wish, known, ties, count, progress, 1 if published is None else 2)
    draft = run.side(wish.title, wish.document)
    held = None
    if published is not None:
        held = run.side(f"Version {published.number}", published.document)
    progress("Keeping the result", 1, 1)
    return Report(
        wish.document.name, wish.begin, wish.end, wish.at, wish.zone, len(known.spells),
        wish.times, [f"{day:%Y-%m-%d}" for day in run.days], draft, held,
        len(known.habits.everybody), round(time.perf_counter() - started, 2),
    )  # fmt: skip


@dataclass(slots=True)
class _Run:
    wish: Wish
    known: Past
    ties: Ties
    count: int
    progress: Progress
    sides: int
    done: int = 0

    @property
    def days(self) -> list[datetime]:
        """The instants at which the days of the period begin, in the installation's zone."""
        return list(days_of(self.wish.begin, self.wish.end, self.wish.zone))

    def side(self, title: str, document: Document) -> Side:
        """These leads by the routes and the clock of one version."""
        arrivals = self._arrivals(title, document)
        queues = queues_at(self.wish.at, is_locked=False)
        if self.wish.everybody_there:
            for queue in queues:
                queue.absent = frozenset()
        hours = hours_of(queues, self.wish.begin, self.wish.end)
        simulation = Simulation(document, queues, hours, self.known.habits)

        def told(come: int) -> None:
            if come % EVERY == 0 or come == self.count:
                self._tell(f"{title}: offering", come % EVERY or EVERY)

        found = simulation.run(arrivals, end=self.wish.end, told=told)
        return side(title, document, simulation, found, self.days, self.wish.end)

    def _arrivals(self, title: str, document: Document) -> list[Arrival]:
        """The leads as they stood when each became MQL, in the order in which they come."""
        made, spells = text_for(document, self.wish.zone), self.known.spells
        found: list[Arrival] = []
        for first in range(0, len(spells), BATCH):
            some = spells[first : first + BATCH]
            moments = [Moment(one.lead_id, one.at, max(one.at, one.told_at)) for one in some]
            scores = {(one.lead_id, one.at): one for one in scores_of(made, moments)}
            for one in some:
                score = scores.get((one.lead_id, one.at))
                if score is not None:
                    for copy in range(self.wish.times):
                        found.append(self._arrival(one, copy, score.priority, score.truths))
            self._tell(f"{title}: scoring as they stood", len(some) * self.wish.times)
        found.sort(key=lambda one: (one.at, -one.priority, one.name))
        return [replace(one, lead_id=place) for place, one in enumerate(found, start=1)]

    def _arrival(
        self, one: Spell, copy: int, priority: float, truths: Mapping[str, bool | None]
    ) -> Arrival:
        """A copy is another lead of the same kind, which comes within the hour."""
        name, at, ties = f"{one.lead_id} {one.at.isoformat()} {copy}", one.at, self.ties.of(one)
        if copy:
            latest = self.wish.end - timedelta(microseconds=1)
            at = min(one.at + timedelta(hours=drawn("copy", name)), latest)
            ties = [tie for tie in ties if tie.strength > 1]
            one = replace(one, lead_id=-(one.lead_id * MOST_TIMES + copy), company_id=None, took={})
        return Arrival(0, name, at, priority, truths, one, ties)

    def _tell(self, said: str, steps: int) -> None:
        self.done += steps
        self.progress(said, self.done, 2 * self.sides * self.count)


def days_of(begin: datetime, end: datetime, zone: str) -> Iterator[datetime]:
    """The instants at which the days begin that lie, in part, in a period."""
    place = ZoneInfo(zone)
    day = begin.astimezone(place).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    while day < end:
        yield day
        day = (day + timedelta(days=1)).replace(fold=0)


def hours_of(queues: Sequence[Queue], begin: datetime, end: datetime) -> dict[int, Hours]:
    """When each person of these teams works in a period, by what they set today."""
    people = {pk: user for one in queues for pk, user in (one.people | one.managers).items()}
    return {
        pk: Hours(list(working_time.spans(begin, end, **user.calendar(begin))))
        for pk, user in people.items()
    }


__all__ = ["Progress", "Wish", "days_of", "hours_of", "refuse", "rehearse"]
