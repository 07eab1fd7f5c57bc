"""Reads: new leads of a stage month by month, each beside the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from handraise.feedback.tabular import Period
from handraise.feedback.velocity import queries, ways
from handraise.feedback.velocity.growth import Growth, growth
from handraise.leads.decide import Stage

SHOWN = 12  # months beside the one before the first of them


@dataclass(frozen=True, slots=True)
class Month:
    """The leads that newly reached a stage in the first so many days of a month."""

    first: date
    days: int
    count: int
    growth: Growth | None

    @property
    def a_day(self) -> float | None:
        return self.count / self.days if self.days else None


def last_months(period: Period, stage: Stage) -> list[Month]:
    """The month in which the period ends and the twelve before, the oldest first. Months are those
    of the installation's zone; of the one that still runs only whole days count. Before the first
    lead of all there was nothing to count."""
    end = _last_day(period)
    firsts = [months_on(end.replace(day=1), -back) for back in range(SHOWN, -1, -1)]
    zone = timezone.get_default_timezone()
    begin, stop = span_of(period)
    counts = queries.by_month(stage, since=begin, until=stop, zone=str(zone))
    found: list[Month] = []
    for first in firsts:
        days = (min(months_on(first, 1), end) - first).days
        found.append(_month(first, days, counts.get(first, 0), found[-1] if found else None))
    began = next((place for place, one in enumerate(found) if one.count), len(found))
    return found[began:]


def span_of(period: Period) -> tuple[datetime, datetime]:
    """The instants between which the leads of these months came."""
    end = _last_day(period)
    return midnight_of(months_on(end.replace(day=1), -SHOWN)), midnight_of(end)


def _month(first: date, days: int, count: int, before: Month | None) -> Month:
    grown = None if before is None else growth(count, days, before.count, before.days)
    return Month(first, days, count, grown)


def _last_day(period: Period) -> date:
    """The day up to which whole days are known (itself left out)."""
    zone = timezone.get_default_timezone()
    at = ways.as_of(period)
    return min(period.until, at).astimezone(zone).date()


def months_on(first: date, count: int) -> date:
    """The first day of the month that many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, 1)


def month_sql(stage: Stage) -> str:
    """The text that is run for this stage."""
    return queries.MONTHS.format(reached=queries.REACHED[stage])


def midnight_of(day: date) -> datetime:
    """When a day begins in the installation's zone."""
    return datetime.combine(day, time(), timezone.get_default_timezone())
