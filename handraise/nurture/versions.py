"""Versions with their plans, read once: a version never changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from handraise.agreement.faults import AgreementError
from handraise.nurture.compiling import Plan, plan_of
from handraise.nurture.models import JourneyVersion


def versions(pks: Collection[int]) -> dict[int, JourneyVersion]:
    """These versions, each with its journey and who published it."""
    found = JourneyVersion.objects.select_related("journey", "by").in_bulk(list(pks))
    return dict(sorted(found.items()))


def readable(found: Iterable[JourneyVersion]) -> dict[int, Plan]:
    """The plans of those that this release can read."""
    plans = {}
    for version in found:
        plan = _plan_or_none(version.text)
        if plan is not None:
            plans[version.pk] = plan
    return plans


@lru_cache(maxsize=256)
def _plan_or_none(text: str) -> Plan | None:
    try:
        return plan_of(text)
    except AgreementError:
        return None


__all__ = ["readable", "versions"]
