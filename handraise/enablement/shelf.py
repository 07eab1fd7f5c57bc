"""Reads: the playbooks in use with their newest texts, read once and kept until one changes.

A morning's offers ask for the same ten playbooks again and again: nine statements each time. What
is kept is known by a stamp that the database makes of every thing's row and the transaction that
wrote it, so that nobody ever reads what a colleague has changed, or what was rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import F, Prefetch

from handraise.agreement import plain_yaml
from handraise.agreement.conditions import Condition, ConditionError, parse
from handraise.agreement.faults import AgreementError, Fault, path_of
from handraise.enablement.models import AssetVersion, Item, Playbook, ScriptVersion
from handraise.enablement.rendering import wordings_in_force
from handraise.leads.bulk import rows_of

_STAMP = """
select md5(string_agg(
    concat_ws(':', kind, id, version, written, retired_at), ',' order by kind, id))
from (
    select 'p' as kind, id, version, xmin::text as written, retired_at from enablement_playbook
    union all select 's', id, version, xmin::text, retired_at from enablement_script
    union all select 'a', id, version, xmin::text, retired_at from enablement_asset
    union all select 'm', id, version, xmin::text, retired_at from enablement_keymessage
) thing
"""


@dataclass(frozen=True, slots=True)
class Matched:
    """A playbook that holds for a lead."""

    playbook: int
    name: str
    priority: int


@dataclass(frozen=True, slots=True)
class Book:
    """A playbook with the newest text of each of its scripts and assets; retired ones left out."""

    playbook: Playbook
    items: Sequence[Item]
    bodies: Mapping[int, str]
    purposes: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The playbooks in use, the first one first, and the wordings of key messages in force."""

    asked: Sequence[tuple[Matched, Condition | None]]
    books: Mapping[int, Book]
    wordings: Mapping[str, str]


_kept: tuple[str | None, Shelf] | None = None


def shelf() -> Shelf:
    """What is in use now; one statement when nothing has changed. Not for changing."""
    global _kept
    stamp: str | None = rows_of(_STAMP, is_kept=True)[0][0]
    kept = _kept  # another thread may put another in its place meanwhile
    if kept is None or kept[0] != stamp:
        asked = _in_use()
        found = _books([matched.playbook for matched, _ in asked])
        kept = _kept = (stamp, Shelf(asked, found, wordings_in_force()))
    return kept[1]


@lru_cache(maxsize=512)
def condition_of(text: str) -> Condition | None:
    """What a playbook's text asks; None where it is empty and asks nothing.

    Raises AgreementError with the line of the fault.
    """
    if not text.strip():
        return None
    tree = plain_yaml.load(text)
    try:
        return parse(tree.value)
    except ConditionError as fault:
        line, column = tree.position(fault.where, of_key=True)
        raise AgreementError([Fault(line, column, path_of(fault.where), str(fault))]) from None


def _in_use() -> list[tuple[Matched, Condition | None]]:
    rows = Playbook.objects.filter(is_active=True, retired_at=None).order_by("-priority", "pk")
    asked = []
    for pk, name, priority, text in rows.values_list("pk", "name", "priority", "condition"):
        try:
            asked.append((Matched(pk, name, priority), condition_of(text)))
        except AgreementError:  # kept by another release; its page says what is wrong
            continue
    return asked


def _books(ids: Sequence[int]) -> dict[int, Book]:
    items = Item.objects.select_related("script", "asset", "message").order_by("place")
    books = Playbook.objects.prefetch_related(Prefetch("items", items)).in_bulk(ids)
    bodies = dict(
        ScriptVersion.objects.filter(
            script__items__playbook__in=books, number=F("script__version")
        ).values_list("script", "body")
    )
    purposes = dict(
        AssetVersion.objects.filter(
            asset__items__playbook__in=books, number=F("asset__version")
        ).values_list("asset", "what_for")
    )
    return {
        pk: Book(book, [item for item in book.items.all() if _is_offered(item)], bodies, purposes)
        for pk, book in books.items()
    }


def _is_offered(item: Item) -> bool:
    thing = item.script or item.asset or item.message
    return thing is None or thing.retired_at is None


__all__ = ["Book", "Matched", "Shelf", "condition_of", "shelf"]
