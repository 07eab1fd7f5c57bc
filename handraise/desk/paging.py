"""Pages of a list by place, not by number: the next page begins after the last row shown.

An OFFSET reads all it skips and shifts when rows arrive; a place does neither.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
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
    backwards = bool(before) and not after
    place = _read(after or before, order)
    wanted = order.is_descending != backwards
    if place is not None:
        rows = rows.filter(_beyond(order, place, is_descending=wanted))
    found = list(_sorted(rows, order, is_descending=wanted)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    return Page(
        found,
        previous=_place(found, 0, order) if place is not None and (more or not backwards) else "",
        next=_place(found, -1, order) if more or (backwards and place is not None) else "",
    )


def _sorted(rows: QuerySet[M], order: Order, *, is_descending: bool) -> QuerySet[M]:
    names = (order.field, order.key)
    return rows.order_by(*(F(name).desc() if is_descending else F(name).asc() for name in names))


def _beyond(order: Order, place: tuple[Any, int], *, is_descending: bool) -> Q:
    value, key = place
    sign = "lt" if is_descending else "gt"
    # The first term says nothing new to logic, but lets the index begin at the right row.
    return Q(**{f"{order.field}__{sign}e": value}) & (
        Q(**{f"{order.field}__{sign}": value}) | Q(**{f"{order.key}__{sign}": key})
    )


def _place(rows: list[M], index: int, order: Order) -> str:
    if not rows:
        return ""
    value: Any = rows[index]
    for name in order.field.split("__"):
        value = getattr(value, name)
    text = value.isoformat() if isinstance(value, datetime) else value
    made = json.dumps([text, rows[index].pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(made.encode()).decode().rstrip("=")


def _read(place: str, order: Order) -> tuple[Any, int] | None:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        if not isinstance(key, int) or abs(key) >= 2**63:
            return None
        return _storable(order.read(value)), key
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
