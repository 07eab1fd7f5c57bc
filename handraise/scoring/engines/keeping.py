"""Relations in several steps: what one step found is kept in the engine for the next."""

from __future__ import annotations

from typing import Any, Protocol

import pyarrow as pa


class Keeping(Protocol):
    """A place in an engine where rows are kept for a while, under names.

    An expression may read what is kept, as `ibis.table(schema, name=…)`, beside the tables of
    `scoring.inputs`. `signals` and `lists` are there; `moments` and `asked` are kept like the
    rest. Names are ours, never taken from outside.
    """

    def keep(self, name: str, rows: Any) -> int:
        """Keep the rows of an expression, instead of what was kept under the name. How many."""

    def read(self, rows: Any) -> pa.Table:
        """The rows of an expression, in no order. Instants come as timestamp[us, UTC]."""


__all__ = ["Keeping"]
