"""The list of leads: its filters, its orders, its pages. Bounded work whatever its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from handraise.agreement.queries import published
from handraise.desk.doors import number_in
from handraise.desk.paging import Order, Page, capped_count, page_of, page_of_parts
from handraise.feedback.learned.queries import orderable, ordering
from handraise.kit import clock
from handraise.kit.fold import fold
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.leads.queries import leads_visible_to
from handraise.lists.queries import list_visible_to, members
from handraise.team.models import User

COUNT_CAP = 1000
PAGE_SIZE = 50


def instant(text: object) -> datetime:
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no zone.")
    return found


ORDERS: dict[str, Order] = {
    "priority": Order("score__priority", True, float),
    "learned": Order("learned__chance", True, float),
    "fit": Order("score__fit", True, float),
    "interest": Order("score__interest", True, float),
    "intent": Order("score__intent", True, float),
    "last_seen": Order("last_seen_at", True, instant),
    "name": Order("name", False),
    "created": Order("created_at", True, instant),
}
# Each order but the learned one lists the leads that have what it orders by; the page says so.
_LACKING: dict[str, str] = {
    "learned": "",
    "last_seen": "who were never seen",
    "name": "without a name",
    "created": "",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; texts are empty and ids None where nothing was asked."""

    q: str = ""
    stage: str = ""
    grade: str = ""
    owner: str = ""
    tag: str = ""
    company: int | None = None
    list: int | None = None
    has_email: bool = False
    sort: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(
            self.q or self.stage or self.grade or self.owner or self.tag
            or self.company or self.list or self.has_email
        )  # fmt: skip

    @property
    def lacking(self) -> str:
        """Who is not in this order, in words; empty: nobody."""
        said = _LACKING.get(self.sort, "without a score")
        return f"In this order, leads {said} are left out." if said else ""


def wanted(given: Mapping[str, Any]) -> Wanted:
    """Read the address of the list; what cannot be read is as if it were not there."""
    sort = str(given.get("sort", "")).lstrip("-")
    if sort not in ORDERS or (sort == "learned" and not orderable()):
        sort = _usual()
    stage = str(given.get("stage", ""))
    return Wanted(
        q=_text(given, "q"),
        stage=stage if stage in set(Stage) else "",
        grade=_text(given, "grade")[:12],
        owner=_text(given, "owner")[:20],
        tag=_text(given, "tag")[:60],
        company=number_in(str(given.get("company", ""))) or None,
        list=number_in(str(given.get("list", ""))) or None,
        has_email=bool(given.get("has_email")),
        sort=sort,
    )


def _usual() -> str:
    """The order where none was asked for: as the agreement says."""
    if ordering().is_learned:
        return "learned"
    return "priority" if published() is not None else "last_seen"


def _text(given: Mapping[str, Any], name: str) -> str:
    return str(given.get(name, "")).replace("\x00", "").strip()[:200]


def leads_wanted(user: User, wanted: Wanted) -> QuerySet[Lead]:
    """The leads this reader asked for, unordered.

    Raises SavedList.DoesNotExist for a list that this reader may not see.
    """
    rows = leads_visible_to(user).select_related("company", "owner", "score")
    for word in fold(wanted.q).split():
        rows = rows.filter(search__text__contains=word)
    if wanted.stage:
        rows = rows.filter(stage=wanted.stage)
    if wanted.grade:
        rows = rows.filter(score__grade=wanted.grade)
    if wanted.tag:
        # Said though it follows: the index holds none but leads with tags.
        rows = rows.filter(tags__contains=[wanted.tag]).exclude(tags=[])
    if wanted.company:
        rows = rows.filter(company_id=wanted.company)
    if wanted.list:
        saved = list_visible_to(user, wanted.list)
        rows = rows.filter(pk__in=members(saved, at=clock.now()))
    if wanted.has_email:
        rows = rows.exclude(email="")
    return _of_owner(rows, user, wanted.owner)


def _of_owner(rows: QuerySet[Lead], user: User, owner: str) -> QuerySet[Lead]:
    if owner == "me":
        return rows.filter(owner=user)
    if owner == "nobody":
        return rows.filter(owner=None)
    if owner.isdecimal() and len(owner) < 18:
        return rows.filter(owner_id=int(owner))
    return rows


def page(user: User, wanted: Wanted, *, after: str = "", before: str = "") -> Page[Lead]:
    """One page in the order asked for."""
    order = ORDERS[wanted.sort]
    rows = leads_wanted(user, wanted)
    if order.field.startswith("score__"):
        rows = rows.filter(score__isnull=False)
    elif wanted.sort == "learned":
        return _by_chance(rows, after=after, before=before)
    elif order.field == "last_seen_at":
        rows = rows.filter(last_seen_at__isnull=False)
    elif order.field == "name":
        rows = rows.exclude(name="")
    return page_of(rows, order, after=after, before=before, size=PAGE_SIZE)


def _by_chance(rows: QuerySet[Lead], *, after: str, before: str) -> Page[Lead]:
    """Those with a chance, then all others: who came since it was learned must not be missed."""
    known, others = rows.filter(learned__isnull=False), rows.filter(learned__isnull=True)
    parts = [(known, ORDERS["learned"]), (others, ORDERS["created"])]
    related = [(some.select_related("learned"), order) for some, order in parts]
    return page_of_parts(related, after=after, before=before, size=PAGE_SIZE)


def count(user: User, wanted: Wanted) -> int:
    """How many leads were asked for, counted no further than one above COUNT_CAP."""
    return capped_count(leads_wanted(user, wanted).select_related(None), COUNT_CAP)
