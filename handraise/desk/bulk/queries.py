"""The doors to bulk actions, how leads stand before a deed, and what a preview says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count, Q, QuerySet

from handraise.desk.bulk import decide
from handraise.desk.bulk.decide import Actor, Deed, Outcome, Standing
from handraise.desk.bulk.models import Bulk, BulkLead
from handraise.leads.bulk import among
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.lists.models import ListMember
from handraise.team.access import require
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

FIRST = 20  # leads that a preview names
LISTED = 100  # leads that a result names; the file has them all
_CHUNK = 5_000


def bulks_visible_to(user: User) -> QuerySet[Bulk]:
    """One's own, newest first; who may act for somebody else sees those of others too, but for
    those about private lists. Raises PermissionDenied for who may not edit leads."""
    require(user, Permission.EDIT_LEADS)
    mine = Q(by=user)
    if may(user, Permission.OVERRIDE):
        mine |= Q(is_private=False)
    return Bulk.objects.filter(mine).select_related("by", "undoing_by").order_by("-pk")


def bulk_visible_to(user: User, pk: int) -> Bulk:
    """One of them. Raises Bulk.DoesNotExist also for one that this person may not see."""
    return bulks_visible_to(user).get(pk=pk)


def leads_of(bulk: Bulk) -> QuerySet[Lead]:
    """The chosen leads, as they were chosen."""
    return Lead.objects.filter(pk__in=BulkLead.objects.filter(bulk=bulk).values("lead"))


def actor_of(user: User) -> Actor:
    """Who does it, as far as the rules ask."""
    return Actor(Role(user.role), may(user, Permission.OVERRIDE))


def standings_of(bulk: Bulk, lead_ids: Sequence[int]) -> dict[int, Standing]:
    """How these leads stand now, by what the deed of this bulk asks of them."""
    inside: set[int] = set()
    if bulk.deed in {Deed.LIST, Deed.UNLIST}:
        rows = ListMember.objects.filter(list=bulk.given["list"])
        held = rows.filter(lead__canonical__in=among(lead_ids))
        inside = set(held.values_list("lead__canonical", flat=True))
    found = Lead.objects.filter(pk__in=among(lead_ids)).values_list(
        "pk", "canonical", "withdrawn_at", "stage", "owner", "tags"
    )
    return {
        pk: Standing(
            Stage(stage), owner, tags, pk in inside, canonical != pk, withdrawn is not None
        )
        for pk, canonical, withdrawn, stage, owner, tags in found
    }


def forecast_of(bulk: Bulk) -> dict[str, Any]:
    """What the deed would change now: how many, for whom not and why, and the first by id."""
    actor, deed = actor_of(bulk.by), Deed(bulk.deed)
    reasons: Counter[str] = Counter()
    first: list[int] = []
    for ids in _chunks(bulk):
        standings = standings_of(bulk, ids)
        for pk in ids:
            why = decide.hindrance(deed, bulk.given, standings[pk], actor)
            reasons[why] += 1
            if not why and len(first) < FIRST:
                first.append(pk)
    return {
        "will": reasons.pop("", 0),
        "not": [[why, count] for why, count in reasons.most_common()],
        "first": first,
    }


def _chunks(bulk: Bulk) -> Iterator[list[int]]:
    rows = BulkLead.objects.filter(bulk=bulk).order_by("pk").values_list("lead", flat=True)
    ids = rows.iterator(chunk_size=_CHUNK)
    while chunk := list(islice(ids, _CHUNK)):
        yield chunk


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing was done, or undone, and for how many."""

    why: str
    count: int


def reasons_of(bulk: Bulk, outcome: Outcome) -> list[Reason]:
    """Why leads have this outcome, the most frequent first."""
    rows = BulkLead.objects.filter(bulk=bulk, outcome=outcome).values_list("why")
    counted = rows.annotate(count=Count("pk")).order_by("-count", "why")
    return [Reason(why, count) for why, count in counted]


def first_of(bulk: Bulk) -> list[Lead]:
    """The leads that the preview names, in its order."""
    ids = bulk.forecast.get("first", [])
    found = Lead.objects.select_related("company", "owner").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def rows_with(bulk: Bulk, outcome: Outcome) -> QuerySet[BulkLead]:
    """The leads with this outcome and why, in the order in which they were chosen."""
    rows = BulkLead.objects.filter(bulk=bulk, outcome=outcome)
    return rows.select_related("lead__canonical").order_by("pk")
