"""Verbs: make, change and remove saved lists, put leads in and take them out."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q

from handraise.agreement.condition_text import read_condition
from handraise.agreement.document import Document
from handraise.agreement.queries import published
from handraise.leads import journal, merging, sampling
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Via
from handraise.leads.limits import TooLong, limited
from handraise.leads.models import Lead
from handraise.lists.decide import (
    LONGEST_NAME,
    MOST_LISTS,
    PATIENCE,
    Kind,
    is_stale,
)
from handraise.lists.models import ListMember, SavedList
from handraise.lists.queries import may_change, may_fill
from handraise.lists.tasks import work_out_list
from handraise.lists.working_out import work_out
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

AT_ONCE = 2_000  # leads that are asked while a page waits
PATIENT = 3_000  # milliseconds that it waits for each statement


@transaction.atomic
def create(
    *, name: str, text: str = "", is_shared: bool = False, by: User, at: datetime, via: Via
) -> SavedList:
    """A list by a condition, or a fixed one where there is no text.

    Raises AgreementError for a condition with faults, Refused, PermissionDenied.
    """
    require(by, Permission.EDIT_LEADS)
    if SavedList.objects.filter(owner=by).count() >= MOST_LISTS:
        raise Refused(f"You have {MOST_LISTS} lists already; remove one first.")
    kind = Kind.CONDITION if text.strip() else Kind.FIXED
    if kind is Kind.CONDITION:
        read_condition(text, document=_document())
    made = SavedList(
        name=_name(name), kind=kind, text=text if kind is Kind.CONDITION else "", owner=by,
        is_shared=is_shared, created_at=at, changed_at=at,
    )  # fmt: skip
    _save(made)
    _tell("lists.created", made, f"{by} made the {_called(made)}.", by=by, at=at, via=via)
    return made


@transaction.atomic
def change(
    saved: SavedList, *, name: str, text: str = "", is_shared: bool, by: User, at: datetime,
    via: Via,
) -> SavedList:  # fmt: skip
    """Another name, another condition, shared or private. A new condition is worked out anew.

    Raises AgreementError for a condition with faults, Refused, PermissionDenied.
    """
    held = _held(saved, by)
    if is_shared != held.is_shared and held.owner_id != by.pk:
        raise Refused(f"Whether it is shared is for {held.owner} to say.")
    held.name, held.is_shared, held.changed_at = _name(name), is_shared, at
    if not held.is_fixed and text != held.text:
        read_condition(text, document=_document())
        held.text, held.as_of, held.asked_at, held.fault = text, None, None, ""
        ListMember.objects.filter(list=held).delete()
    _save(held)
    _tell("lists.changed", held, f"{by} changed the {_called(held)}.", by=by, at=at, via=via)
    return held


@transaction.atomic
def remove(saved: SavedList, *, by: User, at: datetime, via: Via) -> None:
    """The list is gone; its leads stay as they are. Raises Refused, PermissionDenied."""
    held = _held(saved, by)
    _tell("lists.removed", held, f"{by} removed the {_called(held)}.", by=by, at=at, via=via)
    held.delete()


@transaction.atomic
def put_in(saved: SavedList, lead: Lead, *, by: User, at: datetime, via: Via) -> bool:
    """Put a lead into a fixed list; False where it is there. Raises Refused, PermissionDenied."""
    kept, root = _to_fill(saved, lead, by)
    if ListMember.objects.filter(list=kept, lead__canonical=root).exists():
        return False
    ListMember.objects.create(list=kept, lead_id=root, since=at, by=by)
    said = f"Put into the {_called(kept)}."
    _tell("lists.added", kept, said, lead_id=root, by=by, at=at, via=via)
    return True


@transaction.atomic
def take_out(saved: SavedList, lead: Lead, *, by: User, at: datetime, via: Via) -> bool:
    """Take a lead out of a fixed list; False where it is not in it. Raises as `put_in`."""
    kept, root = _to_fill(saved, lead, by)
    gone, _ = ListMember.objects.filter(list=kept, lead__canonical=root).delete()
    if gone:
        said = f"Taken out of the {_called(kept)}."
        _tell("lists.taken_out", kept, said, lead_id=root, by=by, at=at, via=via)
    return bool(gone)


def freshen(saved: SavedList, *, at: datetime) -> SavedList:
    """See to it that the members are those of a few minutes ago: at once where leads are few,
    else by the worker; the list as it is then."""
    if saved.is_fixed or not is_stale(saved.as_of, at=at):
        return saved
    if sampling.total() <= AT_ONCE:
        try:
            with limited(PATIENT):
                return work_out(saved.pk, at=at) or saved
        except TooLong:
            pass
    ask(saved, at=at)
    saved.refresh_from_db(fields=["asked_at"])
    return saved


@transaction.atomic
def ask(saved: SavedList, *, at: datetime) -> bool:
    """Have the members worked out by the worker. False where somebody asked already."""
    free = Q(asked_at=None) | Q(asked_at__lte=at - PATIENCE)
    asked = SavedList.objects.filter(free, pk=saved.pk, kind=Kind.CONDITION).update(asked_at=at)
    if asked:
        work_out_list.defer(list_id=saved.pk)
    return bool(asked)


def _held(saved: SavedList, by: User) -> SavedList:
    """The list, locked, for who may change it."""
    require(by, Permission.EDIT_LEADS)
    locked = SavedList.objects.select_for_update(of=("self",)).select_related("owner")
    held = locked.filter(pk=saved.pk).first()
    if held is None:
        raise Refused("This list has been removed.")
    if not may_change(by, held):
        raise PermissionDenied(f"This list is for {held.owner} to change.")
    return held


def _to_fill(saved: SavedList, lead: Lead, by: User) -> tuple[SavedList, int]:
    """The list as it is now, kept from being removed, and the canonical lead, locked."""
    root = merging.lock_roots_of([lead.pk])[0]
    rows_of("SELECT id FROM lists_savedlist WHERE id = %s FOR KEY SHARE", [saved.pk])
    kept = SavedList.objects.filter(pk=saved.pk).first()
    if kept is None:
        raise Refused("This list has been removed.")
    if not kept.is_fixed:
        raise Refused("Who is in this list follows from its condition.")
    if not may_fill(by, kept):
        raise PermissionDenied("Leads are not put into this list by you.")
    return kept, root


def _name(name: str) -> str:
    cleaned = name.strip()
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise Refused(f"A list needs a name of at most {LONGEST_NAME} characters.")
    if "\x00" in cleaned:
        raise Refused("A name cannot contain the NUL character.")
    return cleaned


def _save(saved: SavedList) -> None:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        raise Refused(f"{saved.owner} has a list called {saved.name} already.") from None


def _document() -> Document | None:
    agreed = published()
    return agreed.document if agreed else None


def _called(saved: SavedList) -> str:
    """How others may hear of it: the name of a private list is its owner's."""
    return f"list “{saved.name}”" if saved.is_shared else f"private list {saved.pk}"


def _tell(
    kind: str, saved: SavedList, said: str, *, by: User, at: datetime, via: Via,
    lead_id: int | None = None,
) -> None:  # fmt: skip
    journal.write(kind, at=at, via=via, by=by, lead_id=lead_id, said=said, data={"list": saved.pk})


__all__ = ["Refused", "ask", "change", "create", "freshen", "put_in", "remove", "take_out"]
