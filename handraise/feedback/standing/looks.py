"""What one look reads once: the tables of a report share what they are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_Asked = ParamSpec("_Asked")
_Found = TypeVar("_Found")
_READ: ContextVar[dict[Any, Any] | None] = ContextVar("read", default=None)


def is_one_look() -> bool:
    """Whether what is read now belongs to one page, mail or file of many tables."""
    return _READ.get() is not None


@contextmanager
def looking() -> Iterator[None]:
    """Inside, what is marked `once_a_look` is read once for the same question."""
    token = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(token)


def once_a_look(read: Callable[_Asked, _Found]) -> Callable[_Asked, _Found]:
    """Read the same only once within one look; what is given is shared, so nobody changes it.

    The arguments can be hashed. Outside of a look everything is read anew.
    """

    @wraps(read)
    def kept(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Found:
        known = _READ.get()
        if known is None:
            return read(*args, **kwargs)
        asked = (read, args, tuple(sorted(kwargs.items())))
        if asked not in known:
            known[asked] = read(*args, **kwargs)
        found: _Found = known[asked]
        return found

    return kept
