"""The rows of each export, read through the doors in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from handraise.deals.models import Purchase
from handraise.deals.queries import deals_visible_to
from handraise.leads.models import Activity, Fact, FactWithdrawal, Lead, StageMove
from handraise.leads.queries import activities_visible_to, counting, leads_visible_to
from handraise.scoring.models import Score
from handraise.team.models import User

_CHUNK = 2_000


def _those(user: User, of: QuerySet[Lead] | None) -> QuerySet[Lead]:
    """The leads that are exported: everybody this person sees, or those of them in `of`."""
    everybody = leads_visible_to(user)
    return everybody if of is None else everybody.filter(pk__in=of.values("pk"))


def leads(user: User, of: QuerySet[Lead] | None = None) -> Iterator[Sequence[Any]]:
    """A row for each lead, its newest facts as one JSON object."""
    rows = iter(
        _those(user, of)
        .order_by("pk")
        .values_list(
            "pk", "name", "email", "phone", "title", "country", "company__name",
            "company__domain", "stage", "stage_since", "owner__email", "tags", "created_at",
            "last_seen_at",
        )
        .iterator(chunk_size=_CHUNK)
    )  # fmt: skip
    while chunk := list(islice(rows, _CHUNK)):
        facts = _facts([row[0] for row in chunk])
        yield from ((*row, facts.get(row[0], {})) for row in chunk)


def _facts(lead_ids: list[int]) -> dict[int, dict[str, Any]]:
    gone = FactWithdrawal.objects.filter(fact=OuterRef("pk"))
    newest = (
        Fact.objects.filter(~Exists(gone), identity__lead__canonical__in=lead_ids)
        .order_by("identity__lead__canonical", "name", "-holds_from", "-known_at", "-pk")
        .distinct("identity__lead__canonical", "name")
    )
    found: dict[int, dict[str, Any]] = {}
    for lead_id, name, value in newest.values_list("identity__lead__canonical", "name", "value"):
        found.setdefault(lead_id, {})[name] = value
    return found


def activities(user: User, of: QuerySet[Lead] | None = None) -> Iterator[Sequence[Any]]:
    """A row for each activity of a current lead; `counts` is false for robots' and withdrawn."""
    counts = Exists(counting(Activity.objects.filter(pk=OuterRef("pk"))))
    rows = (
        activities_visible_to(user)
        .filter(identity__lead__canonical__in=_those(user, of))
        .annotate(is_counting=counts)
        .order_by("pk")
    )
    return iter(
        rows.values_list(
            "pk", "identity__lead__canonical", "identity__kind", "identity__value", "name",
            "occurred_at", "known_at", "is_known_at_assumed", "source__name", "message_id",
            "by__email", "is_counting", "properties",
        ).iterator(chunk_size=_CHUNK)
    )  # fmt: skip


def scores(user: User, of: QuerySet[Lead] | None = None) -> Iterator[Sequence[Any]]:
    """A row for each lead that has a score: the newest."""
    rows = Score.objects.filter(lead__in=_those(user, of)).order_by("pk")
    return iter(
        rows.values_list(
            "lead_id", "version", "scored_at", "fit", "interest", "intent", "priority", "grade",
            "truths",
        ).iterator(chunk_size=_CHUNK)
    )  # fmt: skip


def moves(user: User, of: QuerySet[Lead] | None = None) -> Iterator[Sequence[Any]]:
    """A row for each stage move of a current lead, in the order in which they were written."""
    rows = StageMove.objects.filter(
        withdrawn_at=None, lead__canonical__in=_those(user, of)
    ).order_by("pk")
    return iter(
        rows.values_list(
            "pk", "lead__canonical", "before", "after", "at", "known_at", "version", "reason",
            "by__email", "source__name", "scores",
        ).iterator(chunk_size=_CHUNK)
    )  # fmt: skip


def deals(user: User, of: QuerySet[Lead] | None = None) -> Iterator[Sequence[Any]]:
    """A row for each deal of a current lead, with what it brought as one JSON list."""
    found = deals_visible_to(user).filter(lead__canonical__in=_those(user, of))
    rows = iter(
        found.order_by("pk")
        .values_list(
            "pk", "external_id", "lead__canonical", "lead__canonical__email", "company__name",
            "name", "amount", "currency", "stage__name", "outcome", "expected_close",
            "owner__email", "opened_at", "closed_at", "lost_reason__name", "note",
        )
        .iterator(chunk_size=_CHUNK)
    )  # fmt: skip
    while chunk := list(islice(rows, _CHUNK)):
        bought = _purchases([row[0] for row in chunk])
        yield from ((*row, bought.get(row[0], [])) for row in chunk)


def _purchases(deal_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for one in Purchase.objects.filter(deal__in=deal_ids, withdrawn_at=None).order_by("pk"):
        found.setdefault(one.deal_id, []).append(
            {"amount": f"{one.amount:f}", "currency": one.currency, "period": one.period,
             "margin": None if one.margin is None else f"{one.margin:f}",
             "starts_on": one.starts_on.isoformat(),
             "ends_on": one.ends_on.isoformat() if one.ends_on else None}
        )  # fmt: skip
    return found
