"""What PostgreSQL and JSON can hold: text, numbers and depth of a decoded message."""

from __future__ import annotations

from typing import Any

from handraise.capture.decide import Refusal
from handraise.capture.reading import PLAIN_DEPTH, Refused

DEPTH = PLAIN_DEPTH
_LARGEST = 2**63


def clean(value: Any, depth: int) -> None:
    """Refuse what PostgreSQL or JSON cannot hold; make whole numbers beyond 64 bits floats."""
    if depth > DEPTH:
        raise Refused(Refusal.TOO_DEEP, f"The message is nested more than {DEPTH} levels deep.")
    parts: Any = enumerate(value)
    if type(value) is dict:
        parts = value.items()
        for key in value:
            if "\0" in key or not key.isascii():
                _check_text(key, "a field's name")
    for key, part in parts:
        kind = type(part)
        if kind is str:
            if "\0" in part or not part.isascii():
                _check_text(part, str(key))
        elif kind is dict or kind is list:
            clean(part, depth + 1)
        elif (kind is float or kind is int) and not -_LARGEST <= part < _LARGEST:
            value[key] = _number(part, str(key))


def _check_text(text: str, where: str) -> None:
    where = where.encode("ascii", "replace").decode("ascii").replace("\0", "?")[:60]
    if "\0" in text:
        raise Refused(Refusal.TEXT_INVALID, f"The text of {where} holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(
            Refusal.TEXT_INVALID, f"The text of {where} holds half a character (lone surrogate)."
        ) from None


def _number(number: float, where: str) -> float:
    """A float for a number beyond 64 bits (NaN fails every comparison, so it comes here too)."""
    try:
        whole = float(number)
    except OverflowError:
        whole = float("inf")
    if whole - whole != 0:
        raise Refused(Refusal.WRONG_TYPE, f"{where[:60]} is not a finite number.")
    return whole
