"""Where the bar on the priority would stand: by what the team can take and what mistakes cost."""

from __future__ import annotations

import numpy as np

from handraise.feedback.decide import ENOUGH, Share
from handraise.feedback.rehearsal.figures import WEEK, Instants, Numbers, Truths
from handraise.feedback.review.bootstrap import REPLICATES
from handraise.feedback.review.evidence import Change, Finding
from handraise.feedback.review.report import BarPoint, Bars, Ratio
from handraise.kit.shares import percent

HOURS_A_LEAD = 1.0  # that sales spends on a lead which comes to nothing
_HIGHEST = 100
_OVER = 1.1  # so many times its capacity, before a team is told that it has too many


class Counted:
    """How many leads stand at or above each whole bar, with the outcome and without it."""

    def __init__(self, priority: Numbers, outcome: Truths, at: Instants) -> None:
        place = np.clip(np.floor(priority + 1e-9), 0, _HIGHEST).astype(np.int64)
        self.came = np.bincount(place[outcome], minlength=_HIGHEST + 1)
        self.rest = np.bincount(place[~outcome], minlength=_HIGHEST + 1)
        self.lowest = int(place.min()) if len(place) else 0
        span = int(at.max() - at.min()) if len(at) else 0
        self.weeks = max(span / WEEK, 1.0)

    def point(self, bar: int, hour: float | None, missed: float | None) -> BarPoint:
        came, rest = int(self.came[bar:].sum()), int(self.rest[bar:].sum())
        below = int(self.came[:bar].sum())
        cost = None
        if hour is not None and missed is not None:
            cost = rest * hour * HOURS_A_LEAD + below * missed
        return BarPoint(
            float(bar), (came + rest) / self.weeks, Share(came, came + rest), below, cost
        )


def bars(
    counted: Counted, *, present: float | None, capacity: float | None, hour: float | None,
    missed: float | None, name: str, seed: int,
) -> Bars:  # fmt: skip
    """The curve, the bar that fits what the team can take, and the cheapest with its interval."""
    points = tuple(counted.point(bar, hour, missed) for bar in range(_HIGHEST + 1))
    enough = min(int(counted.came.sum()), int(counted.rest.sum())) >= ENOUGH
    fits, best, said = None, None, []
    if capacity is not None and counted.came.sum() + counted.rest.sum() >= ENOUGH:
        fits = next((one for one in points if one.a_week <= capacity), points[-1])
        said.append(_fits(fits, capacity, name))
    if hour is not None and missed is not None and enough:
        best = _cheapest(counted, hour, missed, seed)
        said.append(
            f"With {hour:,.0f} for an hour spent in vain and {missed:,.0f} for a deal missed, the"
            f" cheapest bar is {best.value:.0f} (95 % interval {best.low:.0f}–{best.high:.0f})."
        )
    if not said:
        said.append("Not enough data, or no capacity and costs, to say where the bar would stand.")
    return Bars(points, present, capacity, fits, best, tuple(said))


def _fits(fits: BarPoint, capacity: float, name: str) -> str:
    said = (
        f"The team can take {capacity:g} leads a week: with the bar at {fits.bar:.0f}"
        f" {fits.a_week:.1f} a week would pass"
    )
    if not fits.precision.is_enough or fits.precision.value is None:
        return f"{said}."
    return f"{said}, of whom {percent(fits.precision.value)} come to {name}."


def _cheapest(counted: Counted, hour: float, missed: float, seed: int) -> Ratio:
    chance = np.random.default_rng((seed, 3))
    drawn_came = np.vstack([counted.came, chance.poisson(counted.came, (REPLICATES, 101))])
    drawn_rest = np.vstack([counted.rest, chance.poisson(counted.rest, (REPLICATES, 101))])
    above = drawn_rest[:, ::-1].cumsum(axis=1)[:, ::-1]
    below = drawn_came.cumsum(axis=1) - drawn_came
    cost = above * hour * HOURS_A_LEAD + below * missed
    # Below the lowest lead seen nobody was judged: nothing can be said of bars there.
    place = counted.lowest + cost[:, counted.lowest :].argmin(axis=1)
    low, high = np.quantile(place[1:], (0.025, 0.975))
    value = float(place[0])
    return Ratio(value, min(float(low), value), max(float(high), value))


def findings(found: Bars, name: str) -> list[Finding]:
    """Where the present bar lets in more than fits, or costs more than it must."""
    said = []
    if found.fits is not None and found.present is not None:
        said += _too_many(found, found.fits, found.present, name)
    if found.best is not None and found.present is not None:
        said += _dear(found.best, found.present)
    return said


def _too_many(found: Bars, fits: BarPoint, present: float, name: str) -> list[Finding]:
    now = found.points[int(np.clip(np.ceil(present), 0, _HIGHEST))]
    capacity = found.capacity_a_week or 0.0
    if now.a_week <= capacity * _OVER or fits.bar <= present:
        return []
    sentence = (
        f"With the bar at {present:g} {now.a_week:.1f} leads a week pass, and the team can take"
        f" {capacity:g}; at {fits.bar:.0f} it would be {fits.a_week:.1f}, and {fits.missed:,} that"
        f" came to {name} would have stayed below."
    )
    change = Change("raise_bar", bar="priority.more", at_least=fits.bar)
    figures = (("Pass a week", f"{now.a_week:.1f}"), ("Fit", f"{capacity:g}"))
    return [Finding("bar_by_capacity", "bar", sentence, 0.5, True, figures, change)]


def _dear(best: Ratio, present: float) -> list[Finding]:
    if best.low <= present <= best.high:
        return []
    sentence = (
        f"By what an hour in vain and a missed deal cost, the bar would stand at {best.value:.0f}"
        f" (95 % interval {best.low:.0f}–{best.high:.0f}); it stands at {present:g}."
    )
    change = None
    if best.value > present:
        change = Change("raise_bar", bar="priority.more", at_least=best.value)
    figures = (("Cheapest bar", f"{best.value:.0f} ({best.low:.0f}–{best.high:.0f})"),)
    return [Finding("bar_by_cost", "bar", sentence, 0.45, False, figures, change)]
