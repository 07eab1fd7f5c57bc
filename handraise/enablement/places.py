"""Where key messages are said by steps above, such as in mails to many.

Such a step adds its places when the application starts, because nothing here may import it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from handraise.enablement.models import KeyMessage


@dataclass(frozen=True, slots=True)
class PlaceAbove:
    """A thing that says a key message as it was worded in version `number`. `confirm_url` is
    posted to by who finds that it still fits."""

    name: str
    noun: str
    number: int
    is_older: bool
    url: str
    confirm_url: str


Places: TypeAlias = Callable[[Collection[KeyMessage]], Mapping[int, Sequence[PlaceAbove]]]

_places: dict[str, Places] = {}


def add_places(name: str, places: Places) -> None:
    """Let a step above say where it says key messages. Once for each name."""
    _places[name] = places


def places_above(messages: Collection[KeyMessage]) -> dict[int, list[PlaceAbove]]:
    """By the id of each key message, where steps above say it."""
    found: dict[int, list[PlaceAbove]] = {message.pk: [] for message in messages}
    for places in _places.values():
        for pk, here in places(messages).items():
            found[pk].extend(here)
    return found


__all__ = ["PlaceAbove", "add_places", "places_above"]
