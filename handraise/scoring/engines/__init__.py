"""Owns: how one dialect spells what dialects differ in, and how it is run.
Takes: the relations of a compiled agreement.
Gives: rows.
Promises: no rule stands here; every engine reads the same relations.
"""

from __future__ import annotations

from typing import Any, Protocol


class Functions(Protocol):
    """What dialects really differ in, as Ibis expressions over the engine's own functions."""

    def text(self, match: Any, path: str) -> Any:
        """The text under `path` of the column `match`; null for another type or nothing."""

    def number(self, match: Any, path: str) -> Any:
        """The number under `path`; null for another type or nothing."""

    def truth(self, match: Any, path: str) -> Any:
        """The truth value under `path`; null for another type or nothing."""

    def is_known(self, match: Any, path: str) -> Any:
        """Whether anything but null stands under `path`. Never null."""

    def micros(self, instant: Any) -> Any:
        """Whole microseconds since 1970, exact, as int64."""

    def day(self, instant: Any, zone: str) -> Any:
        """The calendar day of the instant in the zone."""


__all__ = ["Functions"]
