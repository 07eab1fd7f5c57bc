"""Limits of sending: how many mails, and when none. Plain values, and what they say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from handraise.sends.quiet import LONGEST, MOST_DATES, Hours, Quiet, quiet, told
from handraise.team.decide import Refused

ALL = ""  # the cap of all purposes together
MOST = 999  # mails that a cap allows
_OPEN = 60  # minutes of a week that must not be quiet, in one piece

# Rolling windows, from the shortest: name, length, words.
WINDOWS = (
    ("day", timedelta(hours=24), "24 hours"),
    ("week", timedelta(days=7), "7 days"),
    ("month", timedelta(days=30), "30 days"),
)
WIDEST = WINDOWS[-1][1]


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many mails to a lead within each window; None: as many as may be."""

    day: int | None = None
    week: int | None = None
    month: int | None = None

    def of(self, window: str) -> int | None:
        found: int | None = getattr(self, window)
        return found

    @property
    def is_set(self) -> bool:
        return any(self.of(window) is not None for window, _, _ in WINDOWS)


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps by purpose (ALL for all of them together), and quiet hours and dates as written."""

    caps: Mapping[str, Cap] = field(default_factory=dict)
    hours: Hours = field(default_factory=dict)
    dates: Sequence[str] = ()

    def quiet(self) -> Quiet:
        return quiet(self.hours, self.dates)

    def caps_on(self, purpose: str) -> list[tuple[str, Cap]]:
        """The caps that hold for a mail of this purpose: that of all, then its own."""
        return [(name, self.caps[name]) for name in (ALL, purpose) if name in self.caps]


# What holds until somebody says otherwise.
SHIPPED = Limits(caps={ALL: Cap(day=2, week=5, month=12)})


def as_stored(limits: Limits) -> dict[str, Any]:
    """As plain values, for a row and for the journal."""
    return {
        "caps": {
            name: {window: cap.of(window) for window, _, _ in WINDOWS}
            for name, cap in sorted(limits.caps.items())
            if cap.is_set
        },
        "hours": {day: [list(span) for span in spans] for day, spans in limits.hours.items()},
        "dates": list(limits.dates),
    }


def from_stored(told: Mapping[str, Any]) -> Limits:
    caps = {name: Cap(**given) for name, given in told["caps"].items()}
    return Limits(caps, told["hours"], tuple(told["dates"]))


def checked(limits: Limits, *, today: date) -> Limits:
    """The limits without what says nothing. Raises Refused with a sentence."""
    for cap in limits.caps.values():
        _check_cap(cap)
    if len(limits.dates) > MOST_DATES:
        raise Refused(f"Write at most {MOST_DATES} lines of quiet dates.")
    hours = {day: spans for day, spans in sorted(limits.hours.items()) if spans}
    try:
        made = quiet(hours, limits.dates)
    except ValueError as unreadable:
        raise Refused(str(unreadable)) from None
    _check_openness(made, today)
    caps = {name: cap for name, cap in limits.caps.items() if cap.is_set}
    return Limits(caps, hours, tuple(limits.dates))


def _check_cap(cap: Cap) -> None:
    least = 0
    for window, _, words in WINDOWS:
        count = cap.of(window)
        if count is None:
            continue
        if not 1 <= count <= MOST:
            raise Refused(f"A limit is a whole number from 1 to {MOST}; leave it empty for none.")
        if count < least:
            raise Refused(f"At most {count} in {words} is less than what shorter times allow.")
        least = count


def _check_openness(made: Quiet, today: date) -> None:
    longest = max((gap for spans in made.week for gap in _gaps(spans)), default=0)
    if longest < _OPEN:
        raise Refused("Leave at least an hour of some day that is not quiet.")
    first, count = made.longest_run(today)
    if count > LONGEST.days:
        raise Refused(
            f"From {first:%-d %B %Y} on {count} days on end would be quiet; "
            f"no more than {LONGEST.days} may be, as nothing waits longer."
        )


def _gaps(spans: Sequence[tuple[int, int]]) -> list[int]:
    edges = [0, *(edge for span in spans for edge in span), 1440]
    return [edges[place + 1] - edges[place] for place in range(0, len(edges), 2)]


def cap_told(cap: Cap) -> str:
    """`2 mails in 24 hours, 5 in 7 days`; empty when nothing is limited."""
    said = [f"{cap.of(name)} in {words}" for name, _, words in WINDOWS if cap.of(name) is not None]
    if not said:
        return ""
    first, *rest = said
    count, _, span = first.partition(" in ")
    mails = "mail" if count == "1" else "mails"
    return _listed([f"{count} {mails} in {span}", *rest])


def sentences(limits: Limits, *, place: str = "Germany") -> list[str]:
    """What the limits mean for a lead in this country, in sentences."""
    made = limits.quiet()
    times = told(made)
    said = []
    if times:
        said.append(f"A lead in {place} gets nothing {'; '.join(times)}, by the clock there.")
    else:
        said.append(f"A lead in {place} may get a mail at any hour of any day.")
    if limits.dates:
        said.append(f"Nothing leaves on {_listed([_spaced(one) for one in limits.dates])}.")
    overall = cap_told(limits.caps.get(ALL, Cap()))
    said.append(
        f"Of all purposes together they get at most {overall}."
        if overall
        else "How many mails they get in all is not limited."
    )
    said += [
        f"For “{name}” they get at most {cap_told(cap)}."
        for name, cap in sorted(limits.caps.items())
        if name != ALL and cap.is_set
    ]
    return said


def _spaced(line: str) -> str:
    first, parts, last = line.partition("..")
    return f"{first.strip()} to {last.strip()}" if parts else first


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


__all__ = [
    "ALL",
    "MOST",
    "SHIPPED",
    "WIDEST",
    "WINDOWS",
    "Cap",
    "Limits",
    "as_stored",
    "cap_told",
    "checked",
    "from_stored",
    "sentences",
]
