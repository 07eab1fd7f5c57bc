"""What is wrong with a text, where, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: `line` and `column` count from 1; `path` reads like `intent[2].half_life`."""

    line: int
    column: int
    path: str
    sentence: str

    def __str__(self) -> str:
        at = f"line {self.line}, {self.path}" if self.path else f"line {self.line}"
        return f"{at}: {self.sentence}"


class AgreementError(ValueError):
    """A text that is no agreement. `faults` is never empty, in the order of the text."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def path_of(place: Place) -> str:
    """`("intent", 2, "half_life")` as `intent[2].half_life`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


_COMPARED = 200  # a comparison takes a tenth of a millisecond


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean half_life?` or nothing, to end a sentence with."""
    found = nearest_of(word, known)
    return f" Did you mean {found}?" if found else ""


def nearest_of(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, if any is; none that says the opposite."""
    found = get_close_matches(word[:60], sorted(known)[:_COMPARED], n=3, cutoff=0.6)
    return next((each for each in found if not _are_opposites(word, each)), None)


def _are_opposites(one: str, other: str) -> bool:
    """Whether a word of one is the denial of a word of the other: subscribed, unsubscribed."""
    ones, others = set(one.casefold().split()), set(other.casefold().split())
    return any(
        f"{denial}{word}" in against
        for words, against in ((ones, others), (others, ones))
        for word in words
        for denial in ("un", "dis", "non", "in")
    )


def one_of(known: Iterable[str]) -> str:
    """`A, B or C`."""
    *first, last = known
    return f"{', '.join(first)} or {last}" if first else last
