"""The targets of the agreement against what came, month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from handraise.agreement.wording import target_words
from handraise.deals.queries import day_of
from handraise.feedback.decide import Share
from handraise.feedback.forms import start_of
from handraise.feedback.standing.looks import once_a_look
from handraise.feedback.standing.queries import fresh
from handraise.feedback.tabular import Cell, Column, Definition, Period, Table
from handraise.feedback.targets import queries
from handraise.feedback.targets.course import course_of, still_waiting
from handraise.feedback.targets.decide import (
    HISTORY,
    Forecast,
    Target,
    days_in,
    foretold,
    months,
    ripened,
    verdict,
)
from handraise.feedback.targets.queries import Plan, daily, going_on, plans
from handraise.kit.shares import percent

MONTHS = 12
RECENT = 3  # months of each target in a report


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one target. `actual` is a number, or a rate's share; `version` the agreement
    whose target held at its end, or holds now."""

    first: date
    planned: float | None
    version: int | None
    actual: float | Share
    forecast: Forecast | None
    is_over: bool
    is_running: bool = False

    @property
    def value(self) -> float | None:
        if isinstance(self.actual, Share):
            return self.actual.value if self.actual.is_enough else None
        return self.actual

    @property
    def count(self) -> float:
        """How many leads it is about."""
        return self.actual.of if isinstance(self.actual, Share) else self.actual

    @property
    def verdict(self) -> str:
        if self.planned is None:
            return "no target"
        return verdict(
            self.value, self.planned, self.forecast, is_over=self.is_over,
            may_fall=self.is_running and isinstance(self.actual, Share),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """One target of the agreement in force, over the last months."""

    target: Target
    name: str
    amount: str
    months: tuple[Month, ...]
    as_of: datetime

    @property
    def finding(self) -> str:
        return _finding(self)


@once_a_look
def kept_targets(*, at: datetime) -> list[Kept]:
    """Every target of the agreement in force, with twelve months of what came of it."""
    as_of = fresh(at=at).at
    days = months(day_of(as_of), MONTHS)
    held = plans([min(_end(day), as_of) for day in days])
    now = held[-1]
    return [] if now is None else [_kept(target, days, held, as_of) for target in now.targets]


def _kept(target: Target, days: list[date], held: list[Plan | None], as_of: datetime) -> Kept:
    made = (
        _rates(target, days, held, as_of) if target.is_rate else _counts(target, days, held, as_of)
    )
    amount = target.amount if target.is_rate else f"{target.amount:,.0f} a {target.unit}"
    told = [place for place, one in enumerate(made) if one.planned is not None or one.count]
    shown = made[min(told, default=MONTHS - 1) :]
    return Kept(target, *target_words(target.code, amount), tuple(shown), as_of)


def _planned(target: Target, day: date, plan: Plan | None) -> tuple[float | None, int | None]:
    if plan is None:
        return None, None
    same = next((one for one in plan.targets if one.code == target.code), None)
    return (None if same is None else same.of_month(day)), plan.version


def _end(day: date) -> datetime:
    """The instant at which the month of this first day is over."""
    return start_of(day + timedelta(days=days_in(day)))


def _passed(today: date, as_of: datetime) -> float:
    """The share of today that is over; when clocks change a day has 23 hours, or 25."""
    begun, ends = start_of(today), start_of(today + timedelta(days=1))
    return (as_of - begun) / (ends.astimezone(UTC) - begun.astimezone(UTC))


def _counts(
    target: Target, days: list[date], held: list[Plan | None], as_of: datetime
) -> list[Month]:
    today = day_of(as_of)
    since = min(days[0], today - timedelta(days=HISTORY))
    came = daily(target.before, since=start_of(since), at=as_of)
    made = []
    for day, plan in zip(days, held, strict=True):
        planned, version = _planned(target, day, plan)
        actual = sum(count for one, count in came.items() if one.replace(day=1) == day)
        is_over = _end(day) <= as_of
        forecast = None
        if not is_over:
            past = [came[today - timedelta(days=back)] for back in range(HISTORY, 0, -1)]
            begun = min(came, default=today)
            past = past[max(0, HISTORY - (today - begun).days) :]
            forecast = foretold(
                past, today=today, passed=_passed(today, as_of),
                so_far=actual, target=planned if planned is not None else 0.0,
            )  # fmt: skip
        made.append(Month(day, planned, version, float(actual), forecast, is_over))
    return made


def _rates(
    target: Target, days: list[date], held: list[Plan | None], as_of: datetime
) -> list[Month]:
    gone = going_on(target, at=as_of)
    course = course_of(gone)
    made = []
    for day, plan in zip(days, held, strict=True):
        planned, version = _planned(target, day, plan)
        mine = [one for one in gone if one.month == day]
        share = Share(
            sum(one.count for one in mine if one.gone is not None), sum(one.count for one in mine)
        )
        waits = still_waiting(mine, course)
        # Into a month that still runs more may come, of whom nobody knows yet.
        is_running = _end(day) > as_of
        is_ripe = course is not None and sum(waits) < 0.5 and not is_running
        forecast = None
        if course is not None and not is_ripe and waits:
            forecast = ripened(share, waits, target=planned or 0.0)
        made.append(Month(day, planned, version, share, forecast, is_ripe, is_running))
    return made


def _finding(kept: Kept) -> str:
    """What the newest month says: `On course for 131 MQLs this month (113–150), target 120.`"""
    judged = [one for one in kept.months if one.planned is not None and one.value is not None]
    last = kept.months[-1]
    if last.planned is None or not judged:
        return f"Not enough data yet to hold {kept.name} against {kept.amount}."
    if kept.target.is_rate:
        return _rate_finding(kept, judged)
    so_far = f"{last.value or 0:,.0f} so far this month, {last.planned:,.0f} planned"
    if last.forecast is None:
        return f"{kept.name}: {so_far}; not enough data to say how it will end."
    told = last.forecast
    ends = f"it ends at about {told.value:,.0f} ({told.low:,.0f}–{told.high:,.0f})"
    return f"{kept.name}: {so_far}; {ends}, and the target is {_chance(told.chance)}."


def _rate_finding(kept: Kept, judged: list[Month]) -> str:
    ripe = [one for one in judged if one.is_over]
    newest = (ripe or judged)[-1]
    assert isinstance(newest.actual, Share)
    of = "of those of" if newest.is_over else "so far of those of"
    return (
        f"{kept.name}: {_percent(newest.actual.value)} ({newest.actual.interval} %) {of}"
        f" {newest.first:%B %Y}, {_percent(newest.planned)} planned: {newest.verdict}."
    )


def _chance(chance: float) -> str:
    if chance >= 0.995:
        return "as good as reached"
    if chance <= 0.005:
        return "out of reach"
    return f"reached with a chance of {_percent(chance)}"


def _percent(share: float | None) -> str:
    return percent(share or 0)


_FIRST = (Column("target", "Target"), Column("month", "Month"))
_LAST = (Column("verdict", "Verdict"), Column("version", "Version", "count"))
_COUNTS = (
    *_FIRST, Column("planned", "Planned", "count"), Column("actual", "Came", "count"),
    Column("of_planned", "Of what was planned", "percent"), Column("ends", "Ends at", "count"),
    Column("low", "From", "count"), Column("high", "To", "count"), *_LAST,
)  # fmt: skip
_RATES = (
    *_FIRST, Column("planned", "Planned", "percent"), Column("share", "Rate", "share"),
    Column("ends", "Ends at", "percent"), Column("low", "From", "percent"),
    Column("high", "To", "percent"), *_LAST,
)  # fmt: skip
_OVER = (
    "Every current lead; merged ones count once, withdrawn moves do not count. A month is held"
    " against the agreement in force at its end."
)
_COUNTED = Definition(
    counted="Leads that first reached a stage, or went past it, in a month of the installation's"
    " zone.",
    over=f"{_OVER} The running month is foretold from the last {HISTORY} days by weekday.",
    sql=queries.COUNTED.strip(),
)
_RATED = Definition(
    counted="Of the leads that reached the first stage in the month, the share that had reached the"
    " second by now.",
    over=f"{_OVER} A rate is foretold from how leads of the last two years went on.",
    sql=queries.RATED.strip(),
)
DEFINITION = Definition(
    counted=f"{_COUNTED.counted} A rate: {_RATED.counted[0].lower()}{_RATED.counted[1:]}",
    over=f"{_COUNTED.over} {_RATED.over.removeprefix(_OVER).strip()}",
    sql=f"{_COUNTED.sql}\n\n{_RATED.sql}",
)


def targets(period: Period) -> Table:
    """Numbers against what came, a row for each month of each target."""
    return _table(period, is_rate=False, newest=MONTHS)


def target_rates(period: Period) -> Table:
    """Conversions against what came, a row for each month of each target."""
    return _table(period, is_rate=True, newest=MONTHS)


def targets_now(period: Period) -> Table:
    """Numbers of the running month and the two before it, as a report shows them."""
    made = _table(period, is_rate=False, newest=RECENT)
    return replace(made, code="targets_now", title="Targets of the last months")


def target_rates_now(period: Period) -> Table:
    """Conversions of the running month and the two before it, as a report shows them."""
    made = _table(period, is_rate=True, newest=RECENT)
    return replace(made, code="target_rates_now", title="Conversions of the last months")


def _table(period: Period, *, is_rate: bool, newest: int) -> Table:
    kept = [one for one in kept_targets(at=period.at) if one.target.is_rate == is_rate]
    shown = [(one, month) for one in kept for month in one.months[-newest:]]
    return Table(
        "target_rates" if is_rate else "targets",
        "Conversions against targets" if is_rate else "Targets",
        kept[0].finding if kept else f"The agreement in force names no {_ABOUT[is_rate]}.",
        _RATES if is_rate else _COUNTS,
        tuple(_rate_row(*one) if is_rate else _count_row(*one) for one in shown),
        _RATED if is_rate else _COUNTED,
        kept[0].as_of if kept else period.at,
        tuple(sorted({month.version for _, month in shown if month.version})),
        drawn="share" if is_rate else "of_planned",
    )


_ABOUT = {True: "conversion to reach", False: "numbers to reach"}


def _count_row(kept: Kept, month: Month) -> tuple[Cell, ...]:
    told = month.forecast
    return (
        kept.name, f"{month.first:%B %Y}", month.planned, month.value,
        month.value / month.planned if month.planned and month.value is not None else None,
        *((round(told.value), told.low, told.high) if told else (None, None, None)),
        month.verdict, month.version,
    )  # fmt: skip


def _rate_row(kept: Kept, month: Month) -> tuple[Cell, ...]:
    told = month.forecast
    assert isinstance(month.actual, Share)
    return (
        kept.name, f"{month.first:%B %Y}", month.planned, month.actual,
        *((round(told.value, 3), told.low, told.high) if told else (None, None, None)),
        month.verdict, month.version,
    )  # fmt: skip


TABLES: dict[str, Callable[[Period], Table]] = {
    "targets": targets, "targets_now": targets_now, "target_rates": target_rates,
    "target_rates_now": target_rates_now,
}  # fmt: skip
