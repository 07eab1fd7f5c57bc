"""What a review is made from: one place for each lead that was judged. Plain arrays, no Django.

Instants are int64 microseconds since 1970. Whatever stands here was known at `at`, the instant at
which the lead is judged, and nothing that came with or after its outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.rehearsal.figures import Instants, Numbers, Truths

SignalKind: TypeAlias = Literal["fit", "interest", "intent"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One line of the agreement, and what it gave each lead when it was judged.

    `given`: its contribution in points (0 where it did not fire; what `at_most` and fading left).
    `raw`: points before `at_most`, to tell saturation; equal to `given` where there is no cap.
    `fired`: whether anything matched at all. `points`, `at_most`: as the agreement says.
    """

    kind: SignalKind
    name: str
    points: float
    at_most: float | None
    fired: Truths
    given: Numbers
    raw: Numbers


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact or an activity that the agreement does not use.

    `of`: a fact's name or an activity's. `values`: for a fact a code for each value (-1 not known,
    numbers in up to ten bins), with `labels` by code; for an activity how often it was done, held
    at ten. `is_late`: the outcome may have made it (known only with or after it for most).
    """

    what: Literal["fact", "activity"]
    of: str
    values: NDArray[np.int64]
    labels: tuple[str, ...] = ()
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why sales said no: `count` offers rejected for this reason, `of` offers that were answered.

    `shared_signals`: by the name of a signal, for which share (0..1) of the `count` it had fired.
    Only reasons that ask for a change are given (what sales calls bad luck is not).
    """

    reason: str
    count: int
    of: int
    shared_signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a review looks at. Arrays have one place for each lead, by rising `at`.

    Only ripe leads are in it: those whose outcome had time to come. `population` says who they are:
    those that were offered to sales, or, where too few were, everybody. `dimensions`: what leads
    are told apart by (source, …) as codes with labels, for the drift of the mix and for sources
    without wins. `recent`/`before` are cut by the reader at an instant of `at`. `weights`: what a
    point of each kind counts in the priority (the agreement's; all alike where none are given).
    """

    population: Literal["offered", "all"]
    outcome_name: str
    lead_ids: NDArray[np.int64]
    at: Instants
    outcome: Truths
    priority: Numbers
    scores: Mapping[str, Numbers]  # fit, interest, intent
    signals: tuple[Signal, ...]
    candidates: tuple[Candidate, ...]
    dimensions: Mapping[str, tuple[NDArray[np.int64], tuple[str, ...]]]
    rejections: tuple[Rejected, ...] = ()
    unripe: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lead_ids)


@dataclass(frozen=True, slots=True)
class Change:
    """What a finding would put into a draft. `deed` says which of the others are filled.

    set_points: `kind`, `name`, `points`. cap: `kind`, `name`, `at_most`. remove: `kind`, `name`.
    add_fit: `name`, `points`, `fact`, `value`. add_behaviour: `kind`, `name`, `points`, `event`.
    raise_bar: `bar` (of the criterion's thresholds), `at_least`. half_life: `kind`, `name`, `days`.
    """

    deed: Literal[
        "set_points", "cap", "remove", "add_fit", "add_behaviour", "raise_bar", "half_life"
    ]
    kind: SignalKind | None = None
    name: str = ""
    points: float | None = None
    at_most: float | None = None
    fact: str = ""
    value: str | float | bool | None = None
    event: str = ""
    bar: str = ""
    at_least: float | None = None
    days: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the evidence says. `sentence` is plain and holds its figure; `strength` orders
    findings (0..1, 1 the surest); `is_sure`: above the bar that a review states (its false alarms
    are held to one in twenty). `figures`: name and shown value; `change`: what a draft would say.
    """

    code: str
    about: str
    sentence: str
    strength: float
    is_sure: bool
    figures: tuple[tuple[str, str], ...] = ()
    change: Change | None = None
