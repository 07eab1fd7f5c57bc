"""The small tables that engines of files hand in with every call, as Arrow."""

from __future__ import annotations

import pyarrow as pa

from handraise.agreement.document import Document
from handraise.kit.fold import fold
from handraise.scoring.plan import Plan

_SIGNALS = pa.schema(
    [
        ("number", pa.int64()), ("kind", pa.string()), ("event", pa.string()),
        ("points", pa.float64()), ("half_life", pa.int64()), ("horizon", pa.int64()),
        ("at_most", pa.float64()),
    ]
)  # fmt: skip
_LISTS = pa.schema([("list", pa.string()), ("value", pa.string())])


def signals(plan: Plan) -> pa.Table:
    """One row for each behaviour signal and `did`, as `inputs.SIGNALS`."""
    rows = [{name: getattr(one, name) for name in _SIGNALS.names} for one in plan.watched]
    return pa.Table.from_pylist(rows, schema=_SIGNALS)


def own_lists(document: Document) -> pa.Table:
    """The lists that a document brings along, folded, as `inputs.LISTS`: they hold instead of
    those of the same names that are stored."""
    pairs = sorted(
        {(name, fold(value)) for name, values in document.lists.items() for value in values}
    )
    return pa.Table.from_pylist(
        [{"list": name, "value": value} for name, value in pairs], schema=_LISTS
    )


__all__ = ["own_lists", "signals"]
