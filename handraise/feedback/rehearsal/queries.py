"""Reads: rehearsals and what they found, through the doors of version and lead."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from handraise.agreement.queries import versions_visible_to
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.rehearsal.report import Passing
from handraise.leads.models import Lead
from handraise.leads.queries import leads_visible_to
from handraise.team.models import User


def rehearsals_visible_to(user: User) -> QuerySet[Rehearsal]:
    """Every rehearsal of a version that this person may see, the newest first."""
    versions = versions_visible_to(user).order_by()
    found = Rehearsal.objects.filter(version__in=versions).select_related("version", "by")
    return found.order_by("-at", "-pk")


def levels_of(rehearsal: Rehearsal) -> list[float]:
    """The bars that were tried, rising."""
    found = RehearsedLevel.objects.filter(rehearsal=rehearsal).order_by("at_least")
    return list(found.values_list("at_least", flat=True))


def nearest_level(rehearsal: Rehearsal, at_least: float) -> RehearsedLevel:
    """The level that was tried nearest to this bar. Raises RehearsedLevel.DoesNotExist."""
    tried = levels_of(rehearsal)
    if not tried:
        raise RehearsedLevel.DoesNotExist
    best = min(tried, key=lambda one: abs(one - at_least))
    return RehearsedLevel.objects.get(rehearsal=rehearsal, at_least=best)


def people(user: User, passing: Iterable[Passing]) -> dict[int, Lead]:
    """Those of these leads that this person may see, by id."""
    ids = {one.lead_id for one in passing}
    found = leads_visible_to(user).filter(pk__in=ids).select_related("company")
    return {lead.pk: lead for lead in found}
