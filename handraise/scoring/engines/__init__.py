"""Owns: how one dialect spells what dialects differ in, and how it is run.
Takes: the relations of a compiled agreement, and the moments that are asked for.
Gives: rows, as Arrow tables.
Promises: no rule stands here; every engine reads the same relations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from handraise.scoring.compile import Compiled
    from handraise.scoring.engines.keeping import Keeping
    from handraise.scoring.engines.moments import Moments


class Functions(Protocol):
    """What dialects really differ in, as Ibis expressions over the engine's own functions."""

    @property
    def reads_verdicts_whole(self) -> bool:
        """Whether to read everybody's verdicts rather than look up those of the leads asked for."""

    def gathered(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Aggregates that keep every value of columns that are never null, for `laid_out`."""

    def laid_out(self, row: Any, names: Sequence[str]) -> dict[str, Any]:
        """What `gathered` kept: an array for each of the names, all in one order."""

    def opened(self, match: Any, paths: Sequence[str]) -> Any:
        """What `text`, `number`, `truth` and `is_known` read: the column `match`, or what the
        engine takes out of it in one go. They get the path and its place in `paths`."""

    def text(self, opened: Any, path: str, place: int) -> Any:
        """The text under `path`; null for another type or nothing."""

    def number(self, opened: Any, path: str, place: int) -> Any:
        """The number under `path`; null for another type or nothing."""

    def truth(self, opened: Any, path: str, place: int) -> Any:
        """The truth value under `path`; null for another type or nothing."""

    def is_known(self, opened: Any, path: str, place: int) -> Any:
        """Whether anything but null stands under `path`. Never null."""

    def micros(self, instant: Any) -> Any:
        """Whole microseconds since 1970, exact, as int64."""

    def day(self, instant: Any, zone: str) -> Any:
        """The calendar day of the instant in the zone."""


class Engine(Protocol):
    """Something that runs relations over the tables of `scoring.inputs`."""

    @property
    def name(self) -> str:
        """`postgres`, `duckdb` or `spark`."""

    @property
    def functions(self) -> Functions:
        """How this engine spells what dialects differ in; compile with them."""

    def table(self, made: Compiled, expression: Any, moments: Moments) -> pa.Table:
        """The rows of `expression`, in no order.

        `expression` is an unbound Ibis relation over `scoring.inputs`, usually one of
        `made.relations` or made from them. The engine hands in `moments`, `asked`, and the
        `signals` and `lists` of `made`. Instants come as timestamp[us, UTC].
        """

    def keeping(self, made: Compiled) -> AbstractContextManager[Keeping]:
        """A place to keep rows between expressions; all of it is forgotten at the end."""


__all__ = ["Engine", "Functions"]
