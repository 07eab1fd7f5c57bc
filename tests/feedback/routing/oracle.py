"""A rehearsal of routes told minute by minute: slow, and short enough to be checked by reading.

Leads own nobody here, and each comes once. Whose turn it is, is the product's own `choose`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handraise.feedback.routing.decide import drawn
from handraise.handover.decide import Candidate, Ties, choose, escalated
from handraise.team.models import User

MINUTE = timedelta(minutes=1)


@dataclass
class Told:
    """A lead of history: whom it was offered to, after how many minutes of theirs it was answered
    (None: never), and for how long it then was in hand (None: still is)."""

    lead_id: int
    at: datetime
    is_german: bool
    person: int
    minutes: int | None
    is_accepted: bool
    stay: timedelta | None


@dataclass
class Offered:
    told: Told
    person: int
    team: str
    at: datetime
    due_at: datetime
    answer_at: datetime | None
    release_at: datetime | None = None
    kept: bool | None = None
    is_over: bool = False
    is_late: bool = False


@dataclass
class Oracle:
    people: list[User]
    manager: User
    history: list[Told]
    clock: int  # minutes
    passes_on: bool
    end: datetime
    offers: list[Offered] = field(default_factory=list)
    waiting: list[Told] = field(default_factory=list)
    ever_waited: int = 0
    credit: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    late: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    stepped_in: int = 0
    passed_on: int = 0
    priority: dict[int, float] = field(default_factory=dict)
    peak: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))

    def run(self, begin: datetime) -> Oracle:
        at = begin
        while at < self.end:
            self._note(at)
            while self._something_ends(at):
                self._note(at)
            for told in self._arriving(at):
                if not self._offer(told, at, never=set()):
                    self.waiting.append(told)
                    self.ever_waited += 1
                self._note(at)
                while self._something_ends(at):
                    pass
            at += MINUTE
        return self

    def _arriving(self, at: datetime) -> list[Told]:
        come = [one for one in self.history if one.at == at]
        return sorted(come, key=lambda one: (-self.priority[one.lead_id], f"{one.lead_id} "))

    def _something_ends(self, at: datetime) -> bool:
        """Do the first thing that is due: who leaves, then who answers, then who is late."""
        open_ = [one for one in self.offers if not one.is_over]
        for one in open_:
            if one.release_at == at:
                self._leave(one, at)
                return True
        for one in open_:
            if one.answer_at == at and (one.is_late or at <= one.due_at):
                self._answer(one, at)
                return True
        for one in open_:
            if one.due_at == at and one.kept is None:
                self._lapse(one, at)
                return True
        return False

    def _leave(self, one: Offered, at: datetime) -> None:
        one.is_over = True
        for team in ("Sales development", "Enterprise"):
            mine = sorted(
                (told for told in self.waiting if self._team(told) == team),
                key=lambda told: (-self.priority[told.lead_id], told.at),
            )
            for told in mine:
                if not self._offer(told, at, never=set()):
                    break
                self.waiting.remove(told)

    def _answer(self, one: Offered, at: datetime) -> None:
        one.answer_at = None
        if one.kept is None:
            one.kept = True
        if not one.told.is_accepted:
            self._leave(one, at)
        elif one.told.stay is not None:
            one.release_at = at + one.told.stay

    def _lapse(self, one: Offered, at: datetime) -> None:
        one.kept, one.is_late = False, True
        if self.passes_on and self._offer(one.told, at, never={one.person}):
            self.passed_on += 1
            self.late[one.told.lead_id].add(one.person)
            self._leave(one, at)

    def _team(self, told: Told) -> str:
        manned = {user.team.name for user in self.people if user.team}
        german = told.is_german and "Enterprise" in manned
        return "Enterprise" if german else "Sales development"

    def _offer(self, told: Told, at: datetime, never: set[int]) -> bool:
        team = self._team(told)
        crew = [user for user in self.people if user.team and user.team.name == team]
        avoid = self.late[told.lead_id] | never
        ties = Ties({}, (), avoid, never)
        found = choose([self._candidate(one, team, at) for one in crew], team=team, ties=ties,
                       at_work_first=True)  # fmt: skip
        if found is None and team == "Sales development":
            boss = [self._candidate(self.manager, team, at)]
            found = escalated(boss, [], team=team, ties=ties)
            self.stepped_in += found is not None
        if found is None:
            return False
        for pk, credit in found.credits.items():
            self.credit[team, pk] = credit
        person = found.person.id
        self.offers.append(
            Offered(told, person, team, at, self._after(at, person, self.clock),
                    self._answer_at(told, person, at))
        )  # fmt: skip
        return True

    def _candidate(self, user: User, team: str, at: datetime) -> Candidate:
        return Candidate(user.pk, user.name, user.weight, self.credit[team, user.pk],
                         self.in_hand(user.pk), user.capacity,
                         is_at_work=self._is_working(user.pk, at))  # fmt: skip

    def in_hand(self, person: int) -> int:
        return sum(one.person == person and not one.is_over for one in self.offers)

    def _answer_at(self, told: Told, person: int, at: datetime) -> datetime | None:
        minutes = told.minutes if person == told.person else self._drawn(told, person)
        return None if minutes is None else self._after(at, person, minutes)

    def _drawn(self, told: Told, person: int) -> int | None:
        """A value of their own past, of everybody's where there are fewer than five."""
        own = [one.minutes for one in self.history if one.person == person]
        known = own if len(own) >= 5 else [one.minutes for one in self.history]
        ordered = sorted(known, key=lambda minutes: (minutes is None, minutes or 0))
        name = f"{told.lead_id} {told.at.isoformat()} 0"
        return ordered[int(drawn("answer", name, person) * len(ordered))]

    def _is_working(self, person: int, at: datetime) -> bool:
        """Every test's hours are whole hours of UTC, Monday to Friday."""
        user = next(one for one in [*self.people, self.manager] if one.pk == person)
        spans = user.hours.get(str(at.weekday()), [])
        return any(int(begins[:2]) <= at.hour < int(ends[:2]) for begins, ends in spans)

    def _after(self, at: datetime, person: int, minutes: int) -> datetime:
        """The end of so many working minutes."""
        while True:
            minutes -= self._is_working(person, at)
            at += MINUTE
            if minutes <= 0:
                return at

    def _note(self, at: datetime) -> None:
        for user in [*self.people, self.manager]:
            day = f"{at:%Y-%m-%d}"
            self.peak[user.pk, day] = max(self.peak[user.pk, day], self.in_hand(user.pk))
