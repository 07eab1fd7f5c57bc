"""The doors to leads and companies, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from handraise.leads.models import (
    Activity,
    Company,
    Consent,
    Fact,
    FactWithdrawal,
    Identity,
    Judgement,
    Lead,
    Membership,
    Merge,
    ParkedLead,
)
from handraise.leads.timeline import Cursor, Item, doubted, timeline
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

__all__ = [
    "Cursor",
    "Item",
    "activities_visible_to",
    "canonical_ids",
    "companies_visible_to",
    "company_facts_of",
    "company_of",
    "consents_of",
    "counting",
    "doubted",
    "facts_of",
    "history_of_fact",
    "identities_of",
    "lead_visible_to",
    "leads_visible_to",
    "merges_of",
    "merges_visible_to",
    "newest_activities",
    "parked_leads",
    "timeline",
]


def leads_visible_to(user: User) -> QuerySet[Lead]:
    """Every lead that stands for itself: not merged into another, not taken back by an undo.

    Raises PermissionDenied for who may not see leads.
    """
    require(user, Permission.SEE)
    return Lead.objects.filter(is_current=True)


def lead_visible_to(user: User, pk: int) -> Lead:
    """One lead; the id of a merged one gives the lead it was merged into. Lead.DoesNotExist."""
    require(user, Permission.SEE)
    canonical = Lead.objects.filter(pk=pk).values("canonical_id")
    return Lead.objects.select_related("company", "owner").get(pk__in=canonical, is_current=True)


def companies_visible_to(user: User) -> QuerySet[Company]:
    """Every company. Raises PermissionDenied for who may not see leads."""
    require(user, Permission.SEE)
    return Company.objects.all()


def activities_visible_to(user: User) -> QuerySet[Activity]:
    """Every activity, also those that were judged not to count."""
    require(user, Permission.SEE)
    return Activity.objects.all()


def merges_visible_to(user: User) -> QuerySet[Merge]:
    """Every merge, also the undone ones."""
    require(user, Permission.SEE)
    return Merge.objects.all()


def parked_leads(user: User) -> QuerySet[ParkedLead]:
    """Leads that could not be advanced and wait for a person, the newest first."""
    require(user, Permission.SEE)
    return ParkedLead.objects.filter(cleared_at=None).select_related("lead").order_by("-at")


def facts_of(lead: Lead, *, at: datetime | None = None) -> list[Fact]:
    """The newest fact of each name, by name; a null value means it is known that there is none.

    With `at`: as they held and were known at that instant. Each fact has its source and person.
    """
    mine = Fact.objects.filter(identity__lead__canonical=lead.canonical_id)
    return _newest_facts(mine, at)


def company_facts_of(company: Company, *, at: datetime | None = None) -> list[Fact]:
    """The newest fact of each name about a company, by name, as `facts_of`."""
    return _newest_facts(Fact.objects.filter(company=company), at)


def _newest_facts(facts: QuerySet[Fact], at: datetime | None) -> list[Fact]:
    gone = FactWithdrawal.objects.filter(fact=OuterRef("pk"))
    if at is not None:
        facts = facts.filter(known_at__lte=at, holds_from__lte=at)
        gone = gone.filter(known_at__lte=at)
    newest = (
        facts.filter(~Exists(gone))
        .order_by("name", "-holds_from", "-known_at", "-id")
        .distinct("name")
    )
    return list(newest.select_related("source", "by"))


def history_of_fact(lead: Lead, name: str) -> list[Fact]:
    """Every value that a fact had, the newest first, withdrawn ones too (`fact.withdrawal`)."""
    facts = Fact.objects.filter(identity__lead__canonical=lead.canonical_id, name=name)
    return list(
        facts.select_related("source", "by", "withdrawal").order_by(
            "-holds_from", "-known_at", "-id"
        )
    )


def identities_of(lead: Lead) -> list[Identity]:
    """Everything the lead is known by, of all that was merged into it, without our own."""
    mine = Identity.objects.filter(lead__canonical=lead.canonical_id).exclude(kind="record")
    return list(mine.order_by("created_at", "id"))


def merges_of(lead: Lead) -> list[Merge]:
    """The merges that made this lead, undone ones too, the newest first."""
    mine = Q(kept__canonical=lead.canonical_id) | Q(merged__canonical=lead.canonical_id)
    found = Merge.objects.filter(mine).select_related("kept", "merged", "by")
    return list(found.order_by("-at", "-id"))


def counting(activities: QuerySet[Activity], *, at: datetime | None = None) -> QuerySet[Activity]:
    """Those that count: for each doubt the newest judgement (known at `at`) holds."""
    judged = Judgement.objects.filter(activity=OuterRef("activity"), doubt=OuterRef("doubt"))
    against = Judgement.objects.filter(activity=OuterRef("pk"), counts=False)
    if at is not None:
        judged, against = judged.filter(known_at__lte=at), against.filter(known_at__lte=at)
    later = judged.filter(
        Q(known_at__gt=OuterRef("known_at"))
        | Q(known_at=OuterRef("known_at"), pk__gt=OuterRef("pk"))
    )
    return activities.filter(~Exists(against.filter(~Exists(later))))


def newest_activities(lead_id: int, limit: int, at: datetime) -> list[Activity]:
    """The newest activities of a canonical lead that count, as known at `at`, newest first."""
    mine = Activity.objects.filter(
        identity__lead__canonical=lead_id, occurred_at__lte=at, known_at__lte=at
    )
    return list(counting(mine, at=at).order_by("-occurred_at", "-id")[:limit])


def consents_of(lead: Lead, *, at: datetime | None = None) -> list[Consent]:
    """The newest consent for each purpose, as known at `at` if given."""
    mine = Consent.objects.filter(identity__lead__canonical=lead.canonical_id)
    if at is None:
        mine = mine.filter(withdrawn_at=None)
    else:
        mine = mine.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at))
        mine = mine.filter(known_at__lte=at, holds_from__lte=at)
    newest = mine.order_by("purpose", "-holds_from", "-known_at", "-id").distinct("purpose")
    return list(newest.select_related("source", "by"))


def company_of(lead: Lead, *, at: datetime) -> Company | None:
    """The company that the lead belonged to at `at`, as known then."""
    mine = Membership.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=at),
        identity__lead__canonical=lead.canonical_id, holds_from__lte=at, known_at__lte=at,
    ).select_related("company")  # fmt: skip
    newest = mine.order_by("-holds_from", "-known_at", "-id").first()
    return None if newest is None else newest.company


def canonical_ids(lead_ids: Iterable[int]) -> dict[int, int]:
    """The canonical id of each of these leads."""
    found = Lead.objects.filter(pk__in=list(lead_ids)).values_list("pk", "canonical_id")
    return dict(found)
