"""A rehearsal of routes as plain data: made once, stored, read by page and shell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from handraise.feedback.decide import Share
from handraise.feedback.routing.decide import is_flooded, starves
from handraise.kit.shares import percent


@dataclass(frozen=True, slots=True)
class Person:
    """What came to one person. `fair`: their weight's part of what came to their team while they
    could take leads; `full`: the part of their working time in which they could take no more;
    `peaks`: the most in hand at once on each day. `stepped_in`: as the manager."""

    id: int
    name: str
    team: str
    weight: int
    capacity: int | None
    is_away: bool
    offers: int
    fair: float
    stepped_in: int
    peaks: list[int]
    full: float
    working_days: int
    idle_days: int
    longest_gap: int
    kept: Share

    @property
    def most(self) -> int:
        return max(self.peaks, default=0)

    @property
    def starves(self) -> bool:
        return starves(offers=self.offers - self.stepped_in, fair=self.fair)

    @property
    def is_flooded(self) -> bool:
        return is_flooded(self.full)

    @property
    def of_fair(self) -> float | None:
        """What came to them as a part of what was theirs."""
        return (self.offers - self.stepped_in) / self.fair if self.fair else None


@dataclass(frozen=True, slots=True)
class RouteTold:
    """How many leads went by one route; the last is that of no route, with no name."""

    name: str
    team: str
    leads: int
    is_manned: bool


@dataclass(frozen=True, slots=True)
class TeamTold:
    """What came to one team. `waits`: hours that leads waited for a person, median and longest."""

    name: str
    leads: int
    escalated: int
    waited: int
    still_waiting: int
    waits: tuple[float, float] | None
    kept: Share


@dataclass(frozen=True, slots=True)
class Side:
    """What the routes of one version make of the leads. `nowhere`: leads that no team takes."""

    title: str
    people: list[Person]
    routes: list[RouteTold]
    teams: list[TeamTold]
    kept: Share
    passed_on: int
    nowhere: int

    @property
    def starving(self) -> list[Person]:
        return [one for one in self.people if one.starves]

    @property
    def flooded(self) -> list[Person]:
        return [one for one in self.people if one.is_flooded]

    @property
    def waited(self) -> int:
        return sum(team.waited for team in self.teams)

    @property
    def escalated(self) -> int:
        return sum(team.escalated for team in self.teams)

    def person(self, pk: int) -> Person | None:
        return next((one for one in self.people if one.id == pk), None)


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found. `leads`: how many became MQL in history; `times`: how often each
    came; `days`: the days of the period; `held`: the same leads by the version in force."""

    name: str
    begin: datetime
    end: datetime
    at: datetime
    zone: str
    leads: int
    times: int
    days: list[str]
    draft: Side
    held: Side | None
    answers: int
    seconds: float
    assumed: list[str] = field(default_factory=list)

    @property
    def offered(self) -> int:
        return self.leads * self.times


def as_plain(report: Report) -> dict[str, Any]:
    """Plain data for a JSON column or a file."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def of_plain(plain: object) -> Report:
    """The report that `as_plain` wrote. Raises msgspec.ValidationError."""
    return msgspec.convert(plain, Report)


def heading(report: Report) -> str:
    """What matters most, in one sentence."""
    starving, flooded = len(report.draft.starving), len(report.draft.flooded)
    said = []
    if starving:
        said.append(f"{_people(starving)} would starve")
    if flooded:
        said.append(f"{_people(flooded)} would be flooded")
    if report.draft.waited:
        said.append(f"{_leads(report.draft.waited)} would wait for a person")
    return _joined(said) if said else "Everybody would get their share, and nobody would be flooded"


def findings(side: Side) -> list[str]:
    """Who starves, who is flooded, what waits, which routes lead nowhere: a sentence each."""
    return [
        *(_starves(one) for one in side.starving),
        *(_is_flooded(one) for one in side.flooded),
        *(_waits(team) for team in side.teams if team.waited),
        *(_stepped_in(team) for team in side.teams if team.escalated),
        *_routes(side),
        *([_nowhere(side.nowhere)] if side.nowhere else []),
    ]


def _starves(one: Person) -> str:
    got = one.offers - one.stepped_in
    gap = ""
    if one.longest_gap > 1:
        gap = f", and would have nothing new for {one.longest_gap} working days on end"
    return f"{one.name} would get {_leads(got)} where {one.fair:.0f} would be their share{gap}."


def _is_flooded(one: Person) -> str:
    limit = f"{one.capacity} leads" if one.capacity != 1 else "1 lead"
    share = percent(one.full)
    return f"{one.name} would be full ({limit} in hand) for {share} of their working time."


def _waits(team: TeamTold) -> str:
    said = f"{_leads(team.waited)} would wait for a person of {team.name}"
    if team.waits is not None:
        said += f", half of them longer than {_hours(team.waits[0])}"
        said += f", the longest {_hours(team.waits[1])}"
    if team.still_waiting:
        said += f"; {team.still_waiting} would wait still"
    return said + "."


def _stepped_in(team: TeamTold) -> str:
    return f"{_leads(team.escalated)} would fall to the manager of {team.name}."


def _routes(side: Side) -> list[str]:
    found = []
    for route in side.routes:
        if not route.is_manned:
            found.append(
                f"Route “{route.name}” names the team {route.team}, which nobody has set up or"
                " where nobody takes leads: what it holds for goes on to the next route."
            )
        elif route.name and not route.leads:
            found.append(f"Route “{route.name}” would take no lead at all.")
    return found


def _nowhere(count: int) -> str:
    return f"{_leads(count)} would find no team that takes leads."


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _leads(count: int) -> str:
    return "1 lead" if count == 1 else f"{count:,} leads"


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{max(hours * 60, 1):.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


__all__ = ["Report", "Side", "as_plain", "findings", "heading", "of_plain"]
