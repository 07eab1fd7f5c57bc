"""A function that an engine has itself, to be called in Ibis expressions."""

from __future__ import annotations

from typing import Any

import ibis


def builtin(name: str, takes: tuple[Any, ...], gives: Any) -> Any:
    """The engine's own function of that name, with the types it takes and gives."""

    def of_one(value: Any) -> None: ...
    def of_two(value: Any, second: Any) -> None: ...
    def of_three(value: Any, second: Any, third: Any) -> None: ...

    shape = (of_one, of_two, of_three)[len(takes) - 1]
    return ibis.udf.scalar.builtin(shape, name=name, signature=(takes, gives))


__all__ = ["builtin"]
