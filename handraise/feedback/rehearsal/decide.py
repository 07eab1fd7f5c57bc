"""Whom a version is judged on, and how: ripeness, rows, hits. Plain Python over arrays.

Instants are int64 microseconds since 1970; NEVER stands where something did not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import Auc, Instants, Numbers, Tenth, Truths, auc, tenths

NEVER = int(np.iinfo(np.int64).max)
RIPE_SHARE = 0.9  # of the outcomes that came, so many had come by then


class Name(StrEnum):
    """The engines that can replay."""

    POSTGRES = "postgres"
    DUCKDB = "duckdb"
    SPARK = "spark"

    @property
    def label(self) -> str:
        return {"postgres": "PostgreSQL", "duckdb": "DuckDB", "spark": "Spark"}[self.value]


class Outcome(StrEnum):
    """What may come of a lead, as history tells. Going past a stage counts as reaching it."""

    ACCEPTED = "accepted"
    SALES_QUALIFIED = "sales_qualified"
    WON = "won"

    @property
    def label(self) -> str:
        return {"accepted": "accepted", "sales_qualified": "SQL", "won": "won"}[self.value]

    @property
    def became(self) -> str:
        """What is said of one lead: `became SQL`."""
        return {
            "accepted": "was accepted", "sales_qualified": "became SQL", "won": "was won",
        }[self.value]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ripening:
    """How long an outcome takes to come. `of`: from how many outcomes; 0 where it was given."""

    micros: int
    of: int


def ripening(begun: Instants, outcome: Instants, *, share: float = RIPE_SHARE) -> Ripening | None:
    """The time by which `share` of the outcomes that came had come since `begun`.

    What has no outcome yet is not in it, so that in a young history it is rather too short.
    None if nothing had an outcome.
    """
    both = (begun != NEVER) & (outcome != NEVER) & (outcome >= begun)
    spans = np.sort((outcome - begun)[both])
    if not len(spans):
        return None
    return Ripening(int(spans[max(ceil(share * len(spans)) - 1, 0)]), len(spans))


def latest(*instants: Instants) -> Instants:
    """The latest of several instants of each lead, as far as they happened."""
    found = np.full(len(instants[0]), np.iinfo(np.int64).min, dtype=np.int64)
    for one in instants:
        found = np.where(one == NEVER, found, np.maximum(found, one))
    return found


def earliest(*instants: Instants) -> Instants:
    """The earliest of several instants of each lead; NEVER if none of them happened."""
    found: Instants = np.minimum.reduce(instants)
    return found


@dataclass(frozen=True, slots=True)
class History:
    """All leads that had come in by the end of the period, sorted by id; arrays aligned (µs).

    entered: when first heard of. marketed: when first made MQL. outcomes: when each first came.
    """

    lead_ids: NDArray[np.int64]
    entered: Instants
    marketed: Instants
    outcomes: dict[Outcome, Instants]

    def __len__(self) -> int:
        return len(self.lead_ids)

    @property
    def touched(self) -> Instants:
        """When the first of the outcomes came: from there on people had a hand in it."""
        return earliest(*self.outcomes.values())

    @property
    def begun(self) -> Instants:
        """From when an outcome is waited for: made MQL or, if history skipped that, come in."""
        found: Instants = np.where(self.marketed == NEVER, self.entered, self.marketed)
        return found


@dataclass(frozen=True, slots=True)
class Hits:
    """A version's word against what came of the leads.

    hits: qualified, and the outcome came after it. idle: qualified, and it did not come.
    missed: it came without; late: of those missed, how many were noticed after it had come.
    """

    hits: int
    idle: int
    missed: int
    late: int
    rest: int

    @property
    def precision(self) -> Share:
        """Of those that were qualified, the share with the outcome."""
        return Share(self.hits, self.hits + self.idle)

    @property
    def recall(self) -> Share:
        """Of those with the outcome, the share that was qualified in time."""
        return Share(self.hits, self.hits + self.missed)


def is_in_time(crossed: Instants, outcome: Instants, *, end: int) -> Truths:
    """Whether each lead is qualified before `end`, and not after its outcome."""
    found: Truths = (crossed < end) & (crossed <= outcome)
    return found


def hits(crossed: Instants, outcome: Instants, *, end: int) -> Hits:
    """Who was qualified in time, against whom the outcome came of."""
    said, came = is_in_time(crossed, outcome, end=end), outcome != NEVER
    return Hits(
        hits=int((said & came).sum()),
        idle=int((said & ~came).sum()),
        missed=int((~said & came).sum()),
        late=int((~said & came & (crossed < end)).sum()),
        rest=int((~said & ~came).sum()),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What a version said of some leads, and how well its priority parts them."""

    leads: int
    hits: Hits
    auc: Auc | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A version judged by one outcome, on all ripe leads and on the earlier and later half.

    Nothing is fitted: the halves are there to show whether what held early held late.
    `parted_at`: where the halves meet (µs). `tenths`: the leads it qualified, by priority then.
    """

    outcome: Outcome
    ripening: Ripening
    unripe: int
    whole: Part
    earlier: Part | None
    later: Part | None
    parted_at: int | None
    tenths: list[Tenth]


def judged(
    kind: Outcome,
    *,
    crossed: Instants,
    outcome: Instants,
    score: Numbers,
    anchor: Instants,
    at: int,
    end: int,
    time: Ripening,
) -> Judged:
    """Judge on the leads whose outcome had time to come between `anchor` and `at`.

    An unripe lead is left out also if its outcome came already, for else only the quick ones
    would count.
    """
    ripe = anchor <= at - time.micros
    crossed, outcome, score, anchor = crossed[ripe], outcome[ripe], score[ripe], anchor[ripe]
    middle = int(np.sort(anchor)[len(anchor) // 2]) if len(anchor) > 1 else None
    early = anchor < (middle if middle is not None else NEVER)
    said = is_in_time(crossed, outcome, end=end)

    def part(chosen: Truths) -> Part:
        c, o, s = crossed[chosen], outcome[chosen], score[chosen]
        return Part(len(c), hits(c, o, end=end), auc(o != NEVER, s))

    return Judged(
        kind, time, int((~ripe).sum()), part(np.ones(len(crossed), dtype=bool)),
        None if middle is None else part(early), None if middle is None else part(~early),
        middle, tenths((outcome != NEVER)[said], score[said]),
    )  # fmt: skip
