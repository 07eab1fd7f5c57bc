"""A function that an engine has itself, to be called in Ibis expressions."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt


def builtin(name: str, takes: tuple[Any, ...], gives: Any) -> Any:
    """The engine's own function of that name, with the types it takes and gives."""

    def of_one(value: Any) -> None: ...
    def of_two(value: Any, second: Any) -> None: ...
    def of_three(value: Any, second: Any, third: Any) -> None: ...

    shape = (of_one, of_two, of_three)[len(takes) - 1]
    return ibis.udf.scalar.builtin(shape, name=name, signature=(takes, gives))


def array_of(column: Any) -> Any:
    """The values of a column that is never null, as an array. Several of one group have one order.

    All engines call it so; Ibis's own `collect` has each value tested for null first.
    """

    def array_agg(value: Any) -> None: ...

    kind = column.type()
    function = ibis.udf.agg.builtin(
        array_agg, name="array_agg", signature=((kind,), dt.Array(kind))
    )
    return function(column)


__all__ = ["array_of", "builtin"]
