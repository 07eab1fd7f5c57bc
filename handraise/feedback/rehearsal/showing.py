"""A report as people read it: lines of figures, weeks, names. For page, file and shell alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.decide import Judged, Outcome, Part
from handraise.feedback.rehearsal.figures import DAY, Auc, Tenth
from handraise.feedback.rehearsal.report import Level, Passing, Report, Side

NOT_SIMULATED = (
    "Stages after the first qualification are history's: nobody knows what sales would have done"
    " with a lead that it never saw, or saw on another day.",
    "Each lead qualifies once. That it may qualify again after a rest (again_after) is not"
    " simulated.",
    "A replay decides at the very instant of what happened. In history somebody had to look: who"
    " was over the bar for some hours only, while no worker ran, qualifies here and did not there.",
    "People would have behaved differently: a lead that is called earlier does other things.",
    "A lead that history never offered to sales could hardly be accepted. Who enters therefore"
    " looks worse than it is, and precision is rather too low than too high.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One version on one part of the leads."""

    who: str
    part: str
    leads: int
    qualified: int
    late: int
    precision: Share
    recall: Share
    auc: Auc | None


@dataclass(frozen=True, slots=True)
class Block:
    """All that is said by one outcome."""

    outcome: Outcome
    is_main: bool
    ripening_days: float
    ripening_of: int
    unripe: int
    parted_on: date | None
    lines: list[Line]
    tenths: list[Tenth]


def blocks(report: Report, level: Level) -> list[Block]:
    """The evidence by each outcome that history knows of, the main one first."""
    sides = [level.side] + ([report.published] if report.published else [])
    found = [
        _block(report, judged, [(one, _by(one, judged.outcome)) for one in sides])
        for judged in level.side.judged
    ]
    return sorted(found, key=lambda block: not block.is_main)


def _by(side: Side, outcome: Outcome) -> Judged | None:
    return side.by(outcome)


def _block(report: Report, judged: Judged, sides: list[tuple[Side, Judged | None]]) -> Block:
    lines = [
        _line(side.title, part, what)
        for part, name in (("all", "whole"), ("earlier half", "earlier"), ("later half", "later"))
        for side, theirs in sides
        if theirs is not None and (what := getattr(theirs, name)) is not None
    ]
    if len(lines) and lines[0].leads < 2:
        lines = lines[:0]
    days = judged.ripening.micros / DAY
    parted = None if judged.parted_at is None else day_of(judged.parted_at, report.zone)
    return Block(
        judged.outcome, judged.outcome is report.main, days, judged.ripening.of, judged.unripe,
        parted, lines, judged.tenths,
    )  # fmt: skip


def _line(who: str, part: str, what: Part) -> Line:
    told = what.hits
    return Line(
        who, part, what.leads, told.hits + told.idle, told.late, told.precision, told.recall,
        what.auc,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the period, beginning on `begin`."""

    begin: date
    draft: int
    other: int
    real: int


def weeks(report: Report, level: Level) -> list[Week]:
    """First qualifications in each week, beside what it is compared with and what happened."""
    begin = first_day(report)
    held = report.published.weeks if report.published else report.history
    return [
        Week(begin + timedelta(days=7 * place), *counts)
        for place, counts in enumerate(zip(level.side.weeks, held, report.history, strict=True))
    ]


def first_day(report: Report) -> date:
    return report.begin.astimezone(ZoneInfo(report.zone)).date()


def last_day(report: Report) -> date:
    end = report.end.astimezone(ZoneInfo(report.zone))
    return (end - timedelta(microseconds=1)).date()


def day_of(micros: int, zone: str) -> date:
    """The day of an instant in µs since 1970."""
    return instant_of(micros).astimezone(ZoneInfo(zone)).date()


def instant_of(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who enters or leaves. `name` and `company` are empty for whom one may not see."""

    passing: Passing
    enters: bool
    name: str
    company: str
    at: datetime

    @property
    def became(self) -> str:
        came = self.passing.came
        return "" if came is None else came.became


def named(level: Level, known: dict[int, tuple[str, str]], shown: int = 25) -> list[Named]:
    """Who enters and who leaves, so many each way; `known`: name and company by lead id."""
    return [
        Named(one, enters, *known.get(one.lead_id, ("", "")), at=instant_of(one.at))
        for enters, passage in ((True, level.enters), (False, level.leaves))
        for one in passage.first[:shown]
    ]


def passing(level: Level) -> Iterable[Passing]:
    return [*level.enters.first, *level.leaves.first]


def pace(level: Level) -> str:
    """How much sooner or later than what really happened, in words."""
    found = level.side.sooner.days
    if found is None:
        return "–"
    if abs(found.days) < 0.05:
        return "as soon"
    length = f"{abs(found.days):.1f}".removesuffix(".0")
    return f"{length} day{'' if length == '1' else 's'} {'sooner' if found.days < 0 else 'later'}"


def load(report: Report, level: Level) -> str:
    """The volume against the team's capacity, in a sentence."""
    capacity = report.capacity
    if capacity is None:
        return (
            "The agreement names no number of MQLs among its targets, and teams have no capacity"
            " of their own yet, so nothing says what the team can take."
        )
    over = sum(count > capacity.a_week for count in level.side.weeks)
    return (
        f"The team is taken to manage {capacity.a_week:.0f} a week, from {capacity.source};"
        f" {over} of {len(level.side.weeks)} weeks lie above that."
    )


def short_week(report: Report) -> int:
    """How many days the last week has, if the period is not one of whole weeks; else 0."""
    return ((last_day(report) - first_day(report)).days + 1) % 7


def age(seconds: float | None) -> str:
    """How old the lake is: `brought up to date 3 s before`."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s old"
    return f"{seconds / 60:.0f} min old" if seconds < 5400 else f"{seconds / 3600:.0f} h old"
