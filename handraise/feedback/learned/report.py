"""What a run tells, as plain data that a page is made from. No Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from handraise.feedback.learned.learning import Tested


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that matters: on average it moves the chance of a tested lead by so much."""

    words: str
    moves: float


@dataclass(frozen=True, slots=True)
class Gone:
    """One thing that was left out, and why."""

    words: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """`version`: of whose points it was compared with; `given`: how many leads got a chance;
    `ripening_days`: nine of ten outcomes come within so many days."""

    population: Literal["offered", "all"]
    version: int
    unripe: int
    columns: int
    given: int
    ripening_days: float
    seconds: float
    engine: str
    tested: Tested
    matters: list[Matter]
    left_out: list[Gone]


def as_plain(report: Report) -> dict[str, Any]:
    """Plain data for a JSON column."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def of_plain(plain: object) -> Report:
    """The report that `as_plain` wrote. Raises msgspec.ValidationError."""
    return msgspec.convert(plain, Report)
