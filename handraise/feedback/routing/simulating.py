"""Let leads of the past come again, one after the other, and offer each by the one choice there is.

Queues begin empty: nobody has anything in hand, nobody is owed a turn. Who takes a lead is decided
by `handover.offering.place` alone; what is made up here is only how people would have answered.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from handraise.agreement.document import Document
from handraise.feedback.routing.decide import NEVER, Habits, Hours
from handraise.feedback.routing.history import Spell
from handraise.handover.offering import Offer, place
from handraise.handover.queues import Known, Pass, Queue, route_of
from handraise.kit import working_time
from handraise.kit.working_time import NoWorkingTime
from handraise.leads.ownership import Tie
from handraise.team.models import User

_RELEASE, _ANSWER, _LAPSE, _ARRIVAL = range(4)  # of what happens at one instant, this order
_Event: TypeAlias = tuple[datetime, int, int, "Made | Arrival"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lead that comes, scored as it stood then. `lead_id` is a number of this rehearsal alone,
    for one lead may come several times; `name` says which lead and which time it is."""

    lead_id: int
    name: str
    at: datetime
    priority: float
    truths: Mapping[str, bool | None]
    spell: Spell
    ties: Sequence[Tie] = ()


@dataclass(slots=True, eq=False)
class Made:
    """One offer. `fair`: of those of the team who could take it, each one's part. `kept`: whether
    it was answered in time; None while that is open."""

    arrival: Arrival
    at: datetime
    person: int
    team: int
    route: str
    due_at: datetime
    fair: Mapping[int, float]
    is_escalated: bool
    is_again: bool
    kept: bool | None = None
    is_over: bool = False


@dataclass(slots=True)
class Wait:
    """A lead for which nobody was there. `team` is None where no team takes leads at all."""

    arrival: Arrival
    team: int | None
    route: str
    until: datetime | None = None


@dataclass(slots=True)
class Outcome:
    """What came of it all: offers in their order, waits, and the load of each person."""

    made: list[Made] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    loads: dict[int, list[tuple[datetime, int]]] = field(default_factory=lambda: defaultdict(list))


Told = Callable[[int], None]


class Simulation:
    """One document over some arrivals. `queues` are its own, and are changed by it."""

    def __init__(
        self, document: Document, queues: Sequence[Queue], hours: Mapping[int, Hours],
        habits: Habits,
    ) -> None:  # fmt: skip
        self.document, self.queues, self.hours, self.habits = document, queues, hours, habits
        self.people = {pk: user for one in queues for pk, user in _everybody(one).items()}
        self.in_hand: dict[int, int] = {}
        for queue in queues:
            queue.credits, queue.in_hand = {}, self.in_hand
        self.found = Outcome()
        self._events: list[_Event] = []
        self._number = 0
        self._waiting: dict[int | None, list[tuple[float, int, Wait]]] = defaultdict(list)
        self._rejecters: dict[int, set[int]] = defaultdict(set)
        self._late: dict[int, set[int]] = defaultdict(set)
        self._owner: dict[int, int] = {}
        self._colleagues: dict[int, dict[int, int]] = defaultdict(dict)  # company, lead, owner

    def run(self, arrivals: Sequence[Arrival], *, end: datetime, told: Told) -> Outcome:
        """Until `end`: what would happen later is left open. `told` is given how many came."""
        for arrival in arrivals:
            self._then(arrival.at, _ARRIVAL, arrival)
        come = 0
        while self._events and self._events[0][0] < end:
            at, kind, _, about = heapq.heappop(self._events)
            if isinstance(about, Arrival):
                come += 1
                told(come)
                self._arrive(about, at)
            elif not about.is_over:
                (self._release, self._answer, self._lapse)[kind](about, at)
        return self.found

    def _then(self, at: datetime, kind: int, about: Made | Arrival) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, kind, self._number, about))

    def _arrive(self, arrival: Arrival, at: datetime) -> None:
        if self._offer(arrival, at, Pass()) is None:
            queue, route = route_of(arrival.truths, self.document, self.queues)
            team, name = None if queue is None else queue.team.pk, route.name if route else ""
            wait = Wait(arrival, team, name)
            self.found.waits.append(wait)
            self._wait(wait)

    def _wait(self, wait: Wait) -> None:
        one = (-wait.arrival.priority, wait.arrival.lead_id, wait)
        heapq.heappush(self._waiting[wait.team], one)

    def _offer(self, arrival: Arrival, at: datetime, left_out: Pass) -> Made | None:
        """By the choice that the product makes; None where nobody is there."""
        off = frozenset(pk for pk in self.people if not self.hours[pk].is_working(at))
        for queue in self.queues:
            queue.off = off
        serial, ties = arrival.lead_id, self._ties(arrival)
        known = Known({serial: self._rejecters[arrival.spell.lead_id]},
                      {serial: self._late[serial]}, {serial: ties})  # fmt: skip
        # Whoever would claim it from a team's queue is not known: then it is whose turn it is.
        left = {serial: replace(left_out, must_be_named=True)}
        offer = place([arrival], self.queues, self.document, at, left, known=known)[serial]
        if not isinstance(offer, Offer):
            return None
        return self._note(arrival, offer, ties, at, is_again=bool(left_out.never))

    def _note(
        self, arrival: Arrival, offer: Offer, ties: Sequence[Tie], at: datetime, *, is_again: bool
    ) -> Made:
        assert offer.choice.person is not None
        person = offer.choice.person.id
        owners = {tie.owner_id for tie in ties}
        is_owner = person in owners and person in offer.queue.people
        is_escalated = not offer.choice.credits and not is_owner
        fair = {} if is_escalated else self._fair(offer, person)
        made = Made(arrival, at, person, offer.queue.team.pk, offer.route, offer.due_at, fair,
                    is_escalated, is_again)  # fmt: skip
        self.found.made.append(made)
        self.found.loads[person].append((at, self.in_hand[person]))
        answered_at = self._answered_at(made)
        if answered_at is None or answered_at > made.due_at:
            self._then(made.due_at, _LAPSE, made)
        else:
            self._then(answered_at, _ANSWER, made)
        return made

    def _fair(self, offer: Offer, chosen: int) -> dict[int, float]:
        """Each one's part, by weight, of those who could take it, at work or not."""
        there = [
            one
            for one in offer.queue.candidates()
            if one.weight > 0 and not one.is_away and (one.id == chosen or not one.is_full)
        ]
        total = sum(one.weight for one in there)
        return {one.id: one.weight / total for one in there}

    def _answered_at(self, made: Made) -> datetime | None:
        """When this person answers; None for never."""
        spell = made.arrival.spell
        took = spell.took.get(made.person)
        if took is None:
            took = self.habits.took(made.arrival.name, made.person)
        if took == NEVER:
            return None
        calendar = self.people[made.person].calendar(made.at)
        try:
            return working_time.add(made.at, took, **calendar)
        except NoWorkingTime:
            return working_time.add(made.at, took, hours={}, zone=calendar["zone"])

    def _answer(self, made: Made, at: datetime) -> None:
        if made.kept is None:
            made.kept = True
        spell, person = made.arrival.spell, made.person
        accepts = spell.is_accepted
        if accepts is None:
            accepts = self.habits.accepts(made.arrival.name)
        if not accepts:
            self._rejecters[spell.lead_id].add(person)
            self._release(made, at)
            return
        self._owner[spell.lead_id] = person
        if spell.company_id is not None:
            known = self._colleagues[spell.company_id]
            known.pop(spell.lead_id, None)  # the newest stands last
            known[spell.lead_id] = person
        stay = self.habits.stay if spell.stay is None else spell.stay
        if stay != NEVER:
            self._then(at + stay, _RELEASE, made)

    def _lapse(self, made: Made, at: datetime) -> None:
        """Late: passed on to somebody else, if the agreement says so and there is somebody."""
        made.kept = False
        lead, person = made.arrival.spell.lead_id, made.person
        if self.document.sal.then == "reassign":
            never = frozenset({person, *self._rejecters[lead]})
            if self._offer(made.arrival, at, Pass(frozenset({person}), never=never)) is not None:
                self._late[made.arrival.lead_id].add(person)
                self._release(made, at)
                return
        answered_at = self._answered_at(made)
        if answered_at is not None:
            self._then(max(answered_at, at), _ANSWER, made)

    def _release(self, made: Made, at: datetime) -> None:
        """It is no longer in hand; whoever waits may have the place."""
        made.is_over = True
        spell, person = made.arrival.spell, made.person
        self.in_hand[person] -= 1
        self.found.loads[person].append((at, self.in_hand[person]))
        if not spell.goes_on and spell.company_id is not None:
            self._colleagues[spell.company_id].pop(spell.lead_id, None)
        self._seat(at)

    def _seat(self, at: datetime) -> None:
        """Those who wait for a person, the most urgent first, while there is one."""
        for queue in self.queues:
            waiting = self._waiting[queue.team.pk]
            while waiting and queue.is_able:
                wait = heapq.heappop(waiting)[2]
                if self._offer(wait.arrival, at, Pass()) is None:
                    self._wait(wait)
                    break
                wait.until = at

    def _ties(self, arrival: Arrival) -> list[Tie]:
        """Those of history, and those that came about in this rehearsal, which are newer."""
        spell = arrival.spell
        found = list(self._new_ties(spell))
        strengths = {tie.strength for tie in found}
        found += [tie for tie in arrival.ties if tie.strength not in strengths]
        return sorted(found, key=lambda tie: tie.strength)

    def _new_ties(self, spell: Spell) -> Iterator[Tie]:
        owner = self._owner.get(spell.lead_id)
        if owner is not None:
            yield Tie(owner, self.people[owner].name, "owns this lead", 1)
        others = self._colleagues.get(spell.company_id or 0, {})
        newest = next((pk for pk in reversed(others) if pk != spell.lead_id), None)
        if newest is not None:
            yield Tie(others[newest], self.people[others[newest]].name, "owns a colleague", 3)


def _everybody(queue: Queue) -> dict[int, User]:
    return queue.people | queue.managers


__all__ = ["Arrival", "Made", "Outcome", "Simulation", "Wait"]
