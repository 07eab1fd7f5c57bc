"""Figures about everybody that need not look at everybody: a sample, and what it says of all."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from django.db.models.functions import Mod

from handraise.leads.models import Lead

FEW = 4_000  # leads that are looked at one and all; of more, about so many


@dataclass(frozen=True, slots=True)
class Count:
    """How many of `total` leads. `looked_at` fewer than these: `found` is an estimate.

    `recent`: in the last 30 days rather than 90 (a signal); `unknown`: for whom it is neither
    true nor false (a condition).
    """

    found: int
    total: int
    looked_at: int
    recent: int | None = None
    unknown: int | None = None

    @property
    def is_about(self) -> bool:
        return self.looked_at < self.total


def total() -> int:
    """How many leads there are."""
    return Lead.objects.filter(is_current=True).count()


def sample(total: int) -> list[int]:
    """Whom to look at: everybody while they are few."""
    leads = Lead.objects.filter(is_current=True)
    if total > FEW:
        # Every n-th by number: the same leads from key to key, so that figures hold still.
        leads = leads.alias(turn=Mod("id", ceil(total / FEW))).filter(turn=0)
    return list(leads.order_by("id").values_list("id", flat=True))


def of_all(found: int, looked_at: int, total: int) -> int:
    """What was found among those looked at, for everybody; estimates to two figures."""
    if looked_at >= total or not found:
        return found
    estimate = found * total / looked_at
    step: int = 10 ** max(0, floor(log10(estimate)) - 1)
    return round(estimate / step) * step
