"""The doors to saved lists, and who is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from handraise.agreement.condition_text import read_condition
from handraise.agreement.conditions import Condition
from handraise.agreement.faults import AgreementError
from handraise.agreement.queries import published
from handraise.leads import sampling
from handraise.leads.bulk import among
from handraise.leads.limits import TooLong, limited
from handraise.leads.models import Lead
from handraise.lists.decide import Kind
from handraise.lists.models import ListMember, SavedList
from handraise.scoring.holding import holding
from handraise.scoring.plan import CompileError
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

PATIENT = 4_000  # milliseconds that a count may take


def lists_visible_to(user: User) -> QuerySet[SavedList]:
    """Shared lists and one's own, by name. Raises PermissionDenied for who may not see leads."""
    require(user, Permission.SEE)
    mine = SavedList.objects.filter(Q(is_shared=True) | Q(owner=user))
    return mine.select_related("owner").order_by(Lower("name"), "pk")


def list_visible_to(user: User, pk: int) -> SavedList:
    """One list. Raises SavedList.DoesNotExist also for a private one of somebody else."""
    return lists_visible_to(user).get(pk=pk)


def may_change(user: User, saved: SavedList) -> bool:
    """Rename it, change its condition, share it, remove it: its owner; a shared one also who may
    act for somebody else."""
    if not may(user, Permission.EDIT_LEADS):
        return False
    return saved.owner_id == user.pk or (saved.is_shared and may(user, Permission.OVERRIDE))


def may_fill(user: User, saved: SavedList) -> bool:
    """Put leads into a fixed list and take them out: its owner; a shared one everybody who may
    edit leads."""
    mine = saved.is_shared or saved.owner_id == user.pk
    return saved.is_fixed and mine and may(user, Permission.EDIT_LEADS)


def fixed_lists_of(user: User) -> list[SavedList]:
    """The lists into which this person may put leads, by name."""
    fixed = lists_visible_to(user).filter(kind=Kind.FIXED)
    return [saved for saved in fixed if may_fill(user, saved)]


def members(saved: SavedList, *, at: datetime) -> QuerySet[Lead]:
    """The leads in a list, merged ones as what they became; nobody where its condition is faulty.

    Of a condition they are those of `saved.as_of`; `holds` asks it anew.
    """
    if saved.fault:
        return Lead.objects.none()
    rows = ListMember.objects.filter(list=saved, since__lte=at).values("lead__canonical")
    return Lead.objects.filter(is_current=True, pk__in=rows)


def holds(
    list_ids: Iterable[int], lead_ids: Collection[int], *, at: datetime
) -> dict[int, set[int]]:
    """Which of these canonical leads are in each of these lists at `at`, conditions asked anew.

    A list that is gone, or whose condition cannot be read, holds nobody.
    """
    wanted = list(list_ids)
    found: dict[int, set[int]] = {pk: set() for pk in wanted}
    for saved in SavedList.objects.filter(pk__in=wanted):
        if saved.is_fixed:
            among_them = members(saved, at=at).filter(pk__in=among(lead_ids))
            found[saved.pk] = set(among_them.values_list("pk", flat=True))
        else:
            found[saved.pk] = _holding(saved, lead_ids, at)
    return found


def _holding(saved: SavedList, lead_ids: Collection[int], at: datetime) -> set[int]:
    agreed = published()
    document = agreed.document if agreed else None
    try:
        condition = read_condition(saved.text, document=document)
        asked = holding([condition], document=document, lead_ids=list(lead_ids), at=at)
        return {held.lead_id for held in asked if held.truths[0] is True}
    except (AgreementError, CompileError):
        return set()


@dataclass(frozen=True, slots=True)
class Overview:
    """One list of the page of all: how many are in it, and whether this person may change it."""

    saved: SavedList
    size: int
    may_change: bool


def overviews(user: User) -> list[Overview]:
    """Every list this person may see, with its size as of when it was worked out."""
    shown = list(lists_visible_to(user))
    counted = dict(
        ListMember.objects.filter(list__in=shown, lead__canonical__is_current=True)
        .values_list("list")
        .annotate(Count("lead__canonical", distinct=True))
    )
    return [
        Overview(saved, 0 if saved.fault else counted.get(saved.pk, 0), may_change(user, saved))
        for saved in shown
    ]


def lists_beside(user: User, lead: Lead) -> tuple[list[SavedList], list[SavedList]]:
    """The lists with this lead in them that this person may see, and the other ones into which they
    may put it; by name, in one query."""
    rows = ListMember.objects.filter(lead__canonical=lead.canonical_id, list=OuterRef("pk"))
    is_inside = Exists(rows) & Q(fault="")
    found = lists_visible_to(user).annotate(is_inside=is_inside)
    asked = list(found.filter(Q(is_inside=True) | Q(kind=Kind.FIXED)))
    inside: list[SavedList] = [saved for saved in asked if saved.is_inside]
    others: list[SavedList] = [
        saved for saved in asked if not saved.is_inside and may_fill(user, saved)
    ]
    return inside, others


def count_of(condition: Condition, *, at: datetime) -> sampling.Count | None:
    """For how many leads a condition holds: all are asked, or a sample. None: it took too long."""
    agreed = published()
    total = sampling.total()
    ids = sampling.sample(total)
    try:
        with limited(PATIENT):
            document = agreed.document if agreed else None
            asked = holding([condition], document=document, lead_ids=ids, at=at)
            truths = [held.truths[0] for held in asked]
    except (TooLong, CompileError):
        return None
    looked_at = total if len(ids) >= total else len(ids)
    found, unknown = (
        sampling.of_all(truths.count(truth), looked_at, total) for truth in (True, None)
    )
    return sampling.Count(found, total, looked_at, unknown=unknown)
