"""Reads: rehearsals of routes, through the door of the version, and whether they still hold."""

from __future__ import annotations

from hashlib import sha256

from django.db.models import QuerySet

from handraise.agreement import queries as agreements
from handraise.agreement.models import Version
from handraise.feedback.routing.models import RouteRehearsal
from handraise.leads.bulk import as_json
from handraise.team.models import Team, User


def rehearsals_visible_to(user: User, version: Version) -> QuerySet[RouteRehearsal]:
    """Those of a version that this person may see, the newest first."""
    seen = agreements.versions_visible_to(user).order_by()
    found = RouteRehearsal.objects.filter(version=version, version__in=seen)
    return found.select_related("version", "by").order_by("-at", "-pk")


def basis_now() -> str:
    """What people and teams are set to: another text whenever a rehearsal would go by others."""
    people = User.objects.filter(is_active=True, team__isnull=False).order_by("pk")
    rows = people.values_list(
        "pk", "team", "role", "is_manager", "weight", "capacity", "zone", "hours", "holidays",
        "away_until",
    )  # fmt: skip
    teams = Team.objects.order_by("pk").values_list("pk", "name")
    told = as_json([[list(row) for row in rows], [list(row) for row in teams]])
    return sha256(told.encode()).hexdigest()


def stale_because(made: RouteRehearsal) -> str:
    """Why this no longer tells what would happen, in a sentence; empty while it does."""
    if made.version.text != made.text:
        return "The text was changed since: ask again."
    held = agreements.published()
    if (None if held is None else held.number) != made.against:
        return "Another version came into force since: ask again."
    if basis_now() != made.basis:
        return "People or teams were changed since, or somebody went away: ask again."
    return ""
