"""Pages of a list by place, not by number: the next page begins after the last row shown.

An OFFSET reads all it skips and shifts when rows arrive; a place does neither.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Order:
    """One order of a list: a field that is never null in the rows listed, then the key."""

    field: str
    is_descending: bool
    read: Callable[[str], Any] = str
    key: str = "pk"


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows of a page; `previous` and `next` are places for `?before=` and `?after=`."""

    rows: list[M]
    previous: str
    next: str


def page_of(
    rows: QuerySet[M], order: Order, *, after: str = "", before: str = "", size: int = 50
) -> Page[M]:
    """One page of the rows in this order. A place that cannot be read is the beginning."""
    return page_of_parts([(rows, order)], after=after, before=before, size=size)


def page_of_parts(
    parts: Sequence[tuple[QuerySet[M], Order]], *, after: str = "", before: str = "", size: int = 50
) -> Page[M]:
    """As `page_of`, of rows in several parts, one after the other, each in an order of its own.
    Of a later part nothing is read until those before it are at their end."""
    backwards = bool(before) and not after
    place = _read(after or before, parts)
    begin = place.part if place is not None else 0
    left = range(begin, -1, -1) if backwards else range(begin, len(parts))
    found: list[tuple[int, M]] = []
    for part in left:
        rows, order = parts[part]
        wanted = order.is_descending != backwards
        if place is not None and part == begin:
            rows = rows.filter(_beyond(order, place, is_descending=wanted))
        some = _sorted(rows, order, is_descending=wanted)[: size + 1 - len(found)]
        found += [(part, row) for row in some]
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    is_later = place is not None and (more or not backwards)
    is_followed = more or (backwards and place is not None)
    return Page(
        [row for _, row in found],
        previous=_placed(found[0], parts) if found and is_later else "",
        next=_placed(found[-1], parts) if found and is_followed else "",
    )


def _sorted(rows: QuerySet[M], order: Order, *, is_descending: bool) -> QuerySet[M]:
    names = (order.field, order.key)
    return rows.order_by(*(F(name).desc() if is_descending else F(name).asc() for name in names))


@dataclass(frozen=True, slots=True)
class _Place:
    """A row's place: in which part, its value there, and its key."""

    part: int
    value: Any
    key: int


def _beyond(order: Order, place: _Place, *, is_descending: bool) -> Q:
    sign = "lt" if is_descending else "gt"
    # The first term says nothing new to logic, but lets the index begin at the right row.
    return Q(**{f"{order.field}__{sign}e": place.value}) & (
        Q(**{f"{order.field}__{sign}": place.value}) | Q(**{f"{order.key}__{sign}": place.key})
    )


def _placed(found: tuple[int, M], parts: Sequence[tuple[QuerySet[M], Order]]) -> str:
    part, row = found
    value: Any = row
    for name in parts[part][1].field.split("__"):
        value = getattr(value, name)
    text = value.isoformat() if isinstance(value, datetime) else value
    made = json.dumps([text, row.pk, *([part] if part else [])], separators=(",", ":"))
    return base64.urlsafe_b64encode(made.encode()).decode().rstrip("=")


def _read(place: str, parts: Sequence[tuple[QuerySet[M], Order]]) -> _Place | None:
    try:
        value, key, *rest = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        (part,) = rest or [0]
        if not isinstance(key, int) or abs(key) >= 2**63 or part not in range(len(parts)):
            return None
        return _Place(part, _storable(parts[part][1].read(value)), key)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return None


def _storable(value: Any) -> Any:
    """The value, if the database can compare with it; else one of the errors that `_read` knows."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("A NUL character.")
        value.encode()
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


def capped_count(rows: QuerySet[Any], cap: int) -> int:
    """How many rows there are, counting no further than one above the cap."""
    return rows.order_by()[: cap + 1].count()
