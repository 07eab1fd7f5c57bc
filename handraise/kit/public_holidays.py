"""Public holidays of a country or of a part of one, from the `holidays` package.

Places are ISO 3166 codes: `NL`, `DE-BY`; the empty one is nowhere and has no holidays.
"""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime
from functools import cache, lru_cache

import holidays
from holidays.registry import COUNTRIES

_YEARS_ON = 10  # as far as working time is looked for
_TOLD = 20


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country whose holidays are known, by name."""
    known = holidays.list_supported_countries(include_aliases=False)
    named = (names[:2] for names in COUNTRIES.values())
    return tuple(
        sorted(
            ((code, _spaced(name)) for name, code in named if code in known),
            key=lambda pair: pair[1],
        )
    )


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def checked(place: str) -> str:
    """The code in its usual spelling. Raises ValueError with a sentence where nothing is known."""
    country, _, part = place.strip().upper().partition("-")
    if not country and not part:
        return ""
    names = dict(countries())
    if not country:
        raise ValueError("Public holidays of a part need its country.")
    if country not in names:
        raise ValueError(f"No public holidays are known of {country!r}.")
    if not part:
        return country
    parts = {str(code).upper(): str(code) for code in holidays.list_supported_countries()[country]}
    if part not in parts:
        some = ", ".join(list(parts.values())[:_TOLD]) or "none"
        raise ValueError(f"{names[country]} has no part {part!r} here; there are: {some}.")
    return f"{country}-{parts[part]}"


def days(place: str, at: datetime) -> frozenset[date]:
    """The holidays of a place from the year before `at` on, for twelve years."""
    return _days(place, at.year)


@lru_cache(maxsize=512)
def _days(place: str, year: int) -> frozenset[date]:
    if not place:
        return frozenset()
    country, _, part = place.partition("-")
    years = range(year - 1, year + _YEARS_ON + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some feasts are computed for fewer years than others
            found = holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError:  # another release of the package knows other places
        return frozenset()
    return frozenset(found)


__all__ = ["checked", "countries", "days"]
