"""What may be said of counts: shares with their interval, and a finding in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handraise.kit.shares import Z as Z
from handraise.kit.shares import wilson
from handraise.leads.decide import Stage

ENOUGH = 20  # fewer cases than this, and a share is a guess


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, with the bounds (0..1) between which the true share lies, 95 times in 100.

    The interval is Wilson's (1927), which holds for small counts and near 0 and 1.
    """

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def is_enough(self) -> bool:
        return self.of >= ENOUGH

    @property
    def low(self) -> float:
        return self._bounds()[0]

    @property
    def high(self) -> float:
        return self._bounds()[1]

    @property
    def interval(self) -> str:
        """The bounds in per cent, as they stand beside the figure: `27–32`."""
        return f"{100 * self.low:.0f}–{100 * self.high:.0f}"

    def _bounds(self) -> tuple[float, float]:
        return wilson(self.count, self.of)


CONSEQUENCES = {
    "recycle": "recycled",
    "disqualify": "disqualified",
    "fix data": "sent back to be corrected",
    "other team": "passed to another team",
    "more work": "back to sales development",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the path: how many of the cohort reached it, and of those before, how many
    went on (to it or past it: some firms skip a stage). `versions`: under which agreements."""

    stage: Stage
    reached: int
    from_before: Share | None
    versions: tuple[int, ...]


def finding(path: Sequence[Step]) -> str:
    """The heading: what the funnel says, first about the handshake of the two teams."""
    if not path or not path[0].reached:
        return "Nobody came in during this time"
    for stage, words in _WORDS.items():
        share = next((step.from_before for step in path if step.stage is stage), None)
        if share is not None and share.is_enough and share.value is not None:
            said = words.format(_in_words(share.value))
            return said[:1].upper() + said[1:]
    return "Not enough data yet to say how leads go on"


_WORDS = {
    Stage.SALES_ACCEPTED: "In the end sales accepts {} MQLs",
    Stage.SALES_QUALIFIED: "{} accepted leads become SQL",
    Stage.MARKETING_QUALIFIED: "{} leads become MQL",
}


def _in_words(share: float) -> str:
    tenths = round(share * 10)
    if share < 0.095:
        return f"{share * 100:.0f} in a hundred"
    return "all" if tenths == 10 and share > 0.995 else f"{_NUMBERS[min(tenths, 9)]} in ten"


_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
