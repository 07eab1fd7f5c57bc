"""Lengths of time as people write them: `30 days`, `4 hours`, `90 minutes`, `2 weeks`."""

import re
from datetime import timedelta

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_FORM = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(second|minute|hour|day|week)s?\s*$", re.IGNORECASE)


def parse(text: str) -> timedelta:
    """A length from its words. A day is 86,400 s whatever the clocks do. Raises ValueError."""
    found = _FORM.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a length of time such as '30 days' or '4 hours'.")
    try:
        length = timedelta(seconds=float(found[1]) * _UNITS[found[2].lower()])
    except OverflowError:
        raise ValueError(f"{text!r} is longer than can be reckoned.") from None
    if length <= timedelta(0):
        raise ValueError(f"{text!r} must be longer than nothing.")
    return length


def phrase(length: timedelta) -> str:
    """The same length in words, in the largest unit that divides it."""
    seconds = length.total_seconds()
    for unit, size in sorted(_UNITS.items(), key=lambda item: -item[1]):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" + ("" if count == 1 else "s")
    return f"{seconds:g} seconds"
