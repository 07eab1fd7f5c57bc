"""Which bar of a criterion may be moved, and the document with that bar elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handraise.agreement.conditions import SCORES, Condition, Joined, Operator, Test
from handraise.agreement.document import Document
from handraise.agreement.wording import condition_words

STEP = 5.0
LOWEST, HIGHEST = 0.0, 100.0
_TOLD = 5  # of what is asked for besides


@dataclass(frozen=True, slots=True)
class Threshold:
    """One bar of `mql.when`: `place` leads from the root of the tree to the test.

    Without a place it is a bar on top: `mql.when` and the subject at least so much. Every draft
    has that one, so that those can be tried too that only ask what somebody did.
    """

    subject: str
    value: float
    place: tuple[int, ...] | None
    among: str = ""  # what is asked for besides, in words

    @property
    def key(self) -> str:
        """How forms and the shell name it: `intent.0.1`, or `priority.more` for one on top."""
        steps = ["more"] if self.place is None else [str(step) for step in self.place]
        return ".".join([self.subject, *steps])

    @property
    def words(self) -> str:
        """What stands before the number: `intent at least`."""
        more = "and, on top, " if self.place is None else ""
        return f"{more}{self.subject} at least"

    @property
    def levels(self) -> list[float]:
        """The bars to try, from 0 to 100 in steps of 5, the draft's own among them."""
        below = int((self.value - LOWEST) // STEP)
        count = int((HIGHEST - self.value) // STEP) + below
        return [round(self.value + (place - below) * STEP, 6) for place in range(count + 1)]


def thresholds(document: Document) -> list[Threshold]:
    """Every bar that can be moved, in the order of the text, the one on top at the end.

    Bars within `none` are left out: raising one of those lets more in.
    """
    when: Condition = document.mql.when
    return [*_within(when, (), ""), Threshold("priority", 0.0, None)]


def _within(condition: Condition, place: tuple[int, ...], among: str) -> Iterator[Threshold]:
    match condition:
        case Test(subject=subject, operator=Operator.AT_LEAST, values=(value,)):
            if subject in SCORES:
                yield Threshold(subject, float(value), place, among)
        case Joined(how="all" | "any" as how, parts=parts):
            for step, part in enumerate(parts):
                is_asked_too = how == "all" and len(parts) > 1
                said = _others(parts, step) if is_asked_too else among
                yield from _within(part, (*place, step), said)
        case _:
            return


def _others(parts: tuple[Condition, ...], step: int) -> str:
    """What is asked for beside one part: the first of them in words, the rest counted."""
    others = (*parts[:step][:_TOLD], *parts[step + 1 :][:_TOLD])[:_TOLD]
    more = len(parts) - 1 - len(others)
    said = condition_words(Joined("all", others))
    return f"{said} and {more} more" if more else said


def chosen(document: Document, key: str | None) -> Threshold:
    """The bar of that key; without one the first. Raises KeyError for an unknown key."""
    found = thresholds(document)
    if not key:
        return found[0]
    return {one.key: one for one in found}[key]


def at_level(document: Document, threshold: Threshold, level: float) -> Document:
    """The document with its bar at `level`; itself if that is where the bar stands."""
    if level == threshold.value:
        return document
    moved = Test(threshold.subject, Operator.AT_LEAST, (level,))
    when: Condition = document.mql.when
    if threshold.place is None:
        when = Joined("all", (when, moved))
    else:
        when = _replaced(when, threshold.place, moved)
    mql = document.mql.model_copy(update={"when": when})
    return document.model_copy(update={"mql": mql})


def _replaced(condition: Condition, place: tuple[int, ...], new: Condition) -> Condition:
    if not place:
        return new
    assert isinstance(condition, Joined)
    step, *rest = place
    parts = [
        _replaced(part, tuple(rest), new) if number == step else part
        for number, part in enumerate(condition.parts)
    ]
    return Joined(condition.how, tuple(parts))


__all__ = ["Threshold", "at_level", "chosen", "thresholds"]
