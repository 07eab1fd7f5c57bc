"""Whether two shares can be told apart: the difference with its interval, and tests of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, inf, lgamma, sqrt

from handraise.feedback.decide import Share

SURE = 0.05  # a difference is called one when chance would show it less often
FEW = 5  # cases expected in a field, below which Fisher's test is made


@dataclass(frozen=True, slots=True)
class Difference:
    """`one` less `other`, with the bounds (-1..1) between which the true difference lies, 95 times
    in 100: Newcombe's hybrid of two Wilson intervals (1998, his method 10)."""

    one: Share
    other: Share

    @property
    def is_enough(self) -> bool:
        return self.one.is_enough and self.other.is_enough

    @property
    def value(self) -> float | None:
        if self.one.value is None or self.other.value is None:
            return None
        return self.one.value - self.other.value

    @property
    def bounds(self) -> tuple[float, float]:
        a, b = self.one, self.other
        if a.value is None or b.value is None:
            return -1.0, 1.0
        apart = a.value - b.value
        low = apart - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
        high = apart + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
        return max(-1.0, low), min(1.0, high)

    @property
    def is_few(self) -> bool:
        """Whether a field of the four expects so few cases that only Fisher's test holds."""
        came, of = self.one.count + self.other.count, self.one.of + self.other.of
        smallest = min(self.one.of, self.other.of) * min(came, of - came)
        return smallest < FEW * of

    @property
    def p(self) -> float:
        """How often chance alone would show as large a difference, were there none."""
        if not self.one.of or not self.other.of:
            return 1.0
        return _fisher(self.one, self.other) if self.is_few else _score(self.one, self.other)


def _score(one: Share, other: Share) -> float:
    """The score test of two proportions, with what both have in common as its variance."""
    together = (one.count + other.count) / (one.of + other.of)
    spread = together * (1 - together) * (1 / one.of + 1 / other.of)
    if not spread or one.value is None or other.value is None:
        return 1.0
    return erfc(abs(one.value - other.value) / sqrt(2 * spread))


def _fisher(one: Share, other: Share) -> float:
    """Fisher's exact test, both sides: all tables that are no likelier than the one seen."""
    came = one.count + other.count
    lowest, highest = max(0, came - other.of), min(came, one.of)

    def likely(count: int) -> float:
        return (
            _choose(one.of, count)
            + _choose(other.of, came - count)
            - _choose(one.of + other.of, came)
        )

    seen = likely(one.count)
    each = (likely(count) for count in range(lowest, highest + 1))
    return min(1.0, sum(exp(chance) for chance in each if chance <= seen + 1e-7))


def _choose(of: int, count: int) -> float:
    if not 0 <= count <= of:
        return -inf
    return lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)


def holm(chances: Sequence[float]) -> list[float]:
    """Each p-value as it must be read beside the others (Holm 1979): looking often finds much."""
    found, largest = [0.0] * len(chances), 0.0
    order = sorted(range(len(chances)), key=chances.__getitem__)
    for place, which in enumerate(order):
        largest = max(largest, min(1.0, chances[which] * (len(chances) - place)))
        found[which] = largest
    return found


def sentence(step: str, difference: Difference, p: float) -> str:
    """What a comparison comes to; `p` is that of Holm."""
    value = difference.value
    if value is None or not difference.is_enough:
        return f"{step}: not enough data."
    low, high = (f"{_signed(100 * bound)}" for bound in difference.bounds)
    told = f"{_signed(100 * value)} points, {low} to {high}; {p_words(p)}"
    if p >= SURE:
        return f"{step}: cannot be told apart ({told})."
    return f"{step}: {'higher' if value > 0 else 'lower'} in the first ({told})."


def p_words(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _signed(points: float) -> str:
    shown = f"{abs(points):.1f}"
    sign = "" if shown == "0.0" else "+" if points > 0 else "\N{MINUS SIGN}"
    return sign + shown
