"""Which week is meant, and what a decision may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST, LATEST = date(2000, 1, 3), date(2099, 12, 28)  # Mondays
LONGEST = 500
FARTHEST = timedelta(days=2 * 366)
_DAYS = timedelta(days=7)
_LOOKS_BACK = 2  # days of a new week on which the last one is talked about


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday."""

    first: date

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def before(self) -> Week | None:
        return Week(self.first - _DAYS) if self.first > EARLIEST else None

    @property
    def after(self) -> Week:
        return Week(self.first + _DAYS)

    def __str__(self) -> str:
        begin = f"{self.first:%-d %B}" if self.first.month != self.last.month else self.first.day
        return f"{begin} to {self.last:%-d %B %Y}"


def week_with(day: date) -> Week:
    """The week that this day lies in."""
    return Week(day - timedelta(days=day.weekday()))


def usual(today: date) -> Week:
    """On Monday and Tuesday the last whole week, after that the one under way."""
    is_early = today.weekday() < _LOOKS_BACK
    return week_with(today - _DAYS if is_early else today)


def meant(text: str, today: date) -> tuple[Week, str]:
    """The week of the day that was asked for; else the usual one, and why, in a sentence."""
    instead = usual(today)
    if not text.strip():
        return instead, ""
    try:
        asked = date.fromisoformat(text.strip())
    except ValueError:
        return instead, f"A week is chosen by one of its days. {_shown(instead)}"
    if not EARLIEST <= asked <= LATEST:
        return instead, f"Choose a day of this century. {_shown(instead)}"
    if week_with(asked).first > today:
        return instead, f"That week has not begun. {_shown(instead)}"
    return week_with(asked), ""


def _shown(week: Week) -> str:
    return f"The week {week} is shown instead."
