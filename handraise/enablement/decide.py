"""Closed lists of what helps to sell, and what may be said of its use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from handraise.kit.shares import wilson
from handraise.leads.decide import Stage

ENOUGH = 10  # fewer leads than this, and a share is a guess
UNUSED_AFTER = timedelta(days=90)
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Kind(StrEnum):
    """What a script is for."""

    CALL = "call opening"
    DISCOVERY = "discovery questions"
    OBJECTION = "objection"
    MAIL = "mail"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Piece(StrEnum):
    """What a playbook is made of."""

    SCRIPT = "script"
    QUESTION = "question"
    ASSET = "asset"
    MESSAGE = "message"


# Reaching a stage is reaching it or going past it: some firms skip one.
GOALS: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.SALES_QUALIFIED: (Stage.SALES_QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER),
    Stage.OPPORTUNITY: (Stage.OPPORTUNITY, Stage.CUSTOMER),
    Stage.CUSTOMER: (Stage.CUSTOMER,),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """`count` of the `of` leads that had not been there before went on to a stage."""

    count: int
    of: int

    @property
    def is_enough(self) -> bool:
        return self.of >= ENOUGH

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> str:
        """Between which shares, in per cent, the true one lies, 95 times in 100: `27–62`."""
        low, high = wilson(self.count, self.of)
        return f"{100 * low:.0f}–{100 * high:.0f}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is asked of a script or asset to say whether somebody should look at it."""

    made_on: date
    used_on: date | None
    review_by: date | None
    has_owner: bool


def doubts(one: Kept, *, today: date) -> list[str]:
    """Why a script or asset may be stale, in words; none if it is in order."""
    found = []
    if one.review_by is not None and one.review_by < today:
        found.append(f"to be reviewed since {one.review_by:%-d %B %Y}")
    if (one.used_on or one.made_on) < today - UNUSED_AFTER:
        found.append(f"not used for {UNUSED_AFTER.days} days")
    if not one.has_owner:
        found.append("nobody’s")
    return found


__all__ = ["CODE", "ENOUGH", "GOALS", "UNUSED_AFTER", "Kept", "Kind", "Piece", "Reached", "doubts"]
