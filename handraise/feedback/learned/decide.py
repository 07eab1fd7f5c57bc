"""What may be said of a learned score: whether there is enough, and how it stands to the points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from handraise.feedback.rehearsal.figures import Auc
from handraise.feedback.rehearsal.suspicion import WHOLE

ENOUGH = 100  # leads with the outcome, and as many without, before anything is learned
ENOUGH_LATER = 15  # of either kind, on which it is calibrated and tested
FEW = 300  # of the rarer kind: below that a straight line is learned, above it trees
APART = 0.4  # of all leads: so far apart must the two orders put a lead to be told


class Verdict(StrEnum):
    """How the learned score stands to the points, on leads later than those it learned from."""

    BETTER = "better"
    EVEN = "even"
    WORSE = "worse"
    SUSPECT = "suspect"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more often the learned score puts a lead with the outcome above one without than
    the points do, with the bounds that hold 95 times in 100."""

    value: float
    low: float
    high: float


def lacking(having: int, without: int, outcome: str) -> str:
    """What is missing to learn from so many leads that `outcome` and that did not; empty: none."""
    if having >= ENOUGH and without >= ENOUGH:
        return ""
    said = "Not enough data to learn from: "
    if not having and not without:
        return f"{said}no lead has had the time yet in which outcomes come. It takes {ENOUGH}" + (
            f" that {outcome} and {ENOUGH} that did not."
        )
    if not without:
        return f"{said}all {having:,} leads {outcome}, so there is nothing to tell apart."
    if not having:
        return f"{said}none of {without:,} leads {outcome}; it takes {ENOUGH}."
    return (
        f"{said}{having:,} leads {outcome} and {without:,} did not; it takes {ENOUGH} of each that"
        " have had time."
    )


def lacking_later(slices: list[tuple[str, int, int]], outcome: str) -> str:
    """The same of the later parts (what for, with the outcome, without); empty: enough."""
    for what, having, without in slices:
        if min(having, without) < ENOUGH_LATER:
            return (
                f"Not enough data to learn from: of the later leads, on which it is {what},"
                f" {having:,} {outcome} and {without:,} did not; it takes {ENOUGH_LATER} of each."
            )
    return ""


def verdict(learned: Auc, difference: Difference) -> Verdict:
    """What the test on later leads says."""
    if learned.value > WHOLE:
        return Verdict.SUSPECT
    if difference.low > 0:
        return Verdict.BETTER
    return Verdict.WORSE if difference.high < 0 else Verdict.EVEN


def finding(found: Verdict, learned: Auc, points: Auc, difference: Difference) -> str:
    """The verdict in a sentence, with its figures."""
    apart = f"{_signed(difference.value)}, 95 % interval {_signed(difference.low)} to"
    figures = (
        f"AUC {learned.value:.2f} against {points.value:.2f}; difference {apart}"
        f" {_signed(difference.high)}"
    )
    return {
        Verdict.BETTER: f"On later leads the learned score told better than the points ({figures})",
        Verdict.EVEN: "On later leads the learned score cannot be told from the points"
        f" ({figures})",
        Verdict.WORSE: f"On later leads the learned score told worse than the points ({figures})",
        Verdict.SUSPECT: f"The learned score is too good to be true (AUC {learned.value:.2f};"
        f" above {WHOLE} something usually knows the outcome)",
    }[found] + "."


def may_order(found: Verdict) -> bool:
    """Whether leads may be put in its order, if the agreement says so."""
    return found in {Verdict.BETTER, Verdict.EVEN}


def why_not(found: Verdict) -> str:
    """Why it may not; empty where it may."""
    return {
        Verdict.SUSPECT: "It is suspect, so leads are not put in its order.",
        Verdict.WORSE: "It did worse than the points, so leads are not put in its order.",
    }.get(found, "")


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
