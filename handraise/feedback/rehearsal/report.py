"""A rehearsal's findings as plain data: made once, stored, read by page, file and shell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from handraise.feedback.decide import ENOUGH, Share
from handraise.feedback.rehearsal.decide import Judged, Outcome
from handraise.feedback.rehearsal.figures import Typical
from handraise.kit.shares import percent


@dataclass(frozen=True, slots=True)
class Sooner:
    """First crossings against the instants at which history made the same leads MQL."""

    both: int
    sooner: int
    later: int
    days: Typical | None  # below zero: sooner than what really happened
    only_here: int
    only_history: int


@dataclass(frozen=True, slots=True)
class Side:
    """What one version says of the period. `weeks`: first qualifications in each week of it.

    `before`: leads that it had over the bar before the period began, and so are not counted.
    """

    title: str
    qualified: int
    before: int
    weeks: list[int]
    judged: list[Judged]
    sooner: Sooner

    def by(self, outcome: Outcome) -> Judged | None:
        return next((one for one in self.judged if one.outcome is outcome), None)


@dataclass(frozen=True, slots=True)
class Passing:
    """A lead that enters or leaves: when it crosses (µs), its scores then, what came of it."""

    lead_id: int
    at: int
    fit: float
    interest: float
    intent: float
    priority: float
    came: Outcome | None


@dataclass(frozen=True, slots=True)
class Passage:
    """Who passes one way: how many, how many of them had which outcome, the first by weight."""

    count: int
    came: dict[Outcome, int]
    first: list[Passing]


@dataclass(frozen=True, slots=True)
class Level:
    """What the draft says with its bar at `at_least`, and who enters and leaves by it."""

    at_least: float
    side: Side
    enters: Passage
    leaves: Passage


@dataclass(frozen=True, slots=True)
class Flag:
    """A suspicion: a sentence with its figure, and what of the draft it is about."""

    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many the team can take a week, and what that was derived from."""

    a_week: float
    source: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found. `levels`: the draft at each bar tried, rising; `drafted`: the
    place of its own among them. `against`: `version 3`, or `what really happened`.
    """

    name: str
    begin: datetime
    end: datetime
    at: datetime
    zone: str
    engine: str
    lake_age: float | None  # seconds between the lake's last sync and `at`
    seconds: float
    leads: int
    left_out: int
    bar: str
    subject: str
    drafted: int
    levels: list[Level]
    published: Side | None
    history: list[int]
    against: str
    capacity: Capacity | None
    flags: list[Flag]
    notes: list[str] = field(default_factory=list)

    @property
    def own(self) -> Level:
        """The draft as it is written."""
        return self.levels[self.drafted]

    def level(self, at_least: float | None) -> Level:
        """The level nearest to a bar; the draft's own for None."""
        if at_least is None:
            return self.own
        return min(self.levels, key=lambda level: abs(level.at_least - at_least))

    @property
    def main(self) -> Outcome:
        """The outcome that headings speak of: SQL, or another that there is enough of."""
        for outcome in (Outcome.SALES_QUALIFIED, Outcome.WON, Outcome.ACCEPTED):
            found = self.own.side.by(outcome)
            if found is not None and found.whole.hits.precision.is_enough and _came(found):
                return outcome
        return Outcome.SALES_QUALIFIED

    @property
    def has_outcomes(self) -> bool:
        return any(_came(one) for one in self.own.side.judged)


def _came(judged: Judged) -> int:
    return judged.whole.hits.hits + judged.whole.hits.missed


def finding(report: Report, level: Level) -> str:
    """The heading: how many would pass a week, against now, and what becomes of them."""
    weeks = max(len(level.side.weeks), 1)
    now = report.published.weeks if report.published else report.history
    each, before = level.side.qualified / weeks, sum(now) / weeks
    said = f"{_number(each)} leads a week would pass, {_than(each, before)}"
    mine, other = level.side.by(report.main), None
    if report.published is not None:
        other = report.published.by(report.main)
    share = mine.whole.hits.precision if mine else Share(0, 0)
    if not share.is_enough or share.value is None:
        return f"{said}; not enough data to say what becomes of them"
    outcome = _BECOMES[report.main]
    held = other.whole.hits.precision if other else None
    if held is None or not held.is_enough or held.value is None:
        return f"{said}; {percent(share.value)} of them {outcome}"
    return f"{said}; {percent(share.value)} of them {outcome}, against {percent(held.value)}"


_BECOMES = {
    Outcome.ACCEPTED: "are accepted",
    Outcome.SALES_QUALIFIED: "become SQL",
    Outcome.WON: "are won",
}


def _number(each: float) -> str:
    return f"{each:.0f}" if each >= 9.95 or each == int(each) else f"{each:.1f}"


def _than(each: float, before: float) -> str:
    more = each - before
    if abs(more) < 0.05:
        return "as many as now"
    return f"{_number(abs(more))} {'more' if more > 0 else 'fewer'} than now"


def as_plain(report: Report) -> dict[str, Any]:
    """Plain data for a JSON column or a file."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def of_plain(plain: object) -> Report:
    """The report that `as_plain` wrote. Raises msgspec.ValidationError."""
    return msgspec.convert(plain, Report)


def level_of_plain(plain: object) -> Level:
    """One level as `as_plain` wrote it."""
    return msgspec.convert(plain, Level)


__all__ = ["ENOUGH", "Report", "as_plain", "finding", "level_of_plain", "of_plain"]
