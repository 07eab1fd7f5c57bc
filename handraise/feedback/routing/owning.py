"""Reads: whose leads were at an instant of the past.

Who accepts a lead owns it from then on. Today’s ties would therefore hand every lead of the past
to whom it went, and no rehearsal could show anything else. Of a lead that comes in the rehearsal,
history’s owner counts until it first comes; from then on, whom the rehearsal gave it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from handraise.feedback.routing.history import Spell
from handraise.leads.bulk import among
from handraise.leads.models import Company, JournalLine, Lead
from handraise.leads.ownership import Tie, ties_of
from handraise.team.models import User

_Changes = Sequence[tuple[datetime, int | None, int | None]]  # when, from whom, to whom


class Owners:
    """Who owned each of some things at an instant, by the journal of its changes."""

    def __init__(
        self, now: Mapping[int, int | None], lines: Iterable[tuple[int, datetime, dict[str, int]]]
    ) -> None:
        self._now = now
        self._changes: dict[int, list[tuple[datetime, int | None, int | None]]] = defaultdict(list)
        for thing, at, data in lines:
            self._changes[thing].append((at, data.get("before"), data.get("after")))

    def at(self, thing: int, instant: datetime) -> int | None:
        changes: _Changes = self._changes.get(thing, ())
        place = bisect_left(changes, instant, key=lambda change: change[0])
        return changes[place][1] if place < len(changes) else self._now.get(thing)


class Ties:
    """The ties of the leads that are replayed, as they were when each became MQL."""

    def __init__(self, spells: Sequence[Spell], *, begin: datetime) -> None:
        leads = {one.lead_id for one in spells}
        companies = {one.company_id for one in spells if one.company_id is not None}
        self._now = ties_of(leads)
        self._names = dict(User.objects.filter(is_active=True).values_list("pk", "name"))
        self._first: dict[int, datetime] = {}
        for one in spells:
            self._first[one.lead_id] = min(one.at, self._first.get(one.lead_id, one.at))
        self._colleagues: dict[int, list[int]] = defaultdict(list)
        mine = Lead.objects.filter(pk__in=among(leads))
        owned: dict[int, int | None] = dict(mine.values_list("pk", "owner"))
        others = Lead.objects.filter(company__in=among(companies), is_current=True)
        for lead, company, owner in others.exclude(owner=None).values_list(
            "pk", "company", "owner"
        ):
            owned[lead] = owner
            self._colleagues[company].append(lead)
        self._leads = Owners(owned, _lines("leads.owned", "lead", owned, begin))
        theirs = Company.objects.filter(pk__in=among(companies))
        held: dict[int, int | None] = dict(theirs.values_list("pk", "owner"))
        self._companies = Owners(held, _lines("leads.company_owned", "company", held, begin))
        given = JournalLine.objects.filter(kind="leads.company_owned", at__gte=begin)
        self._given = [(at, data.get("after")) for at, data in given.values_list("at", "data")]

    def of(self, one: Spell) -> list[Tie]:
        """Those that held then, the strongest first."""
        found = [tie for tie in self._now.get(one.lead_id, ()) if self._held(tie, one)]
        strengths = {tie.strength for tie in found}
        lost = ((1, self._owner(one.lead_id, one.at), "owned this lead then"),
                (2, self._company_owner(one), "owned its company then"))  # fmt: skip
        found += [
            Tie(owner, self._names[owner], said, strength)
            for strength, owner, said in lost
            if owner in self._names and strength not in strengths
        ]
        return sorted(found, key=lambda tie: tie.strength)

    def _held(self, tie: Tie, one: Spell) -> bool:
        match tie.strength:
            case 1:
                return self._owner(one.lead_id, one.at) == tie.owner_id
            case 2:
                return self._company_owner(one) == tie.owner_id
            case 3:
                return tie.owner_id in self._owners_of_colleagues(one)
            case _:
                return all(at <= one.at or to != tie.owner_id for at, to in self._given)

    def _owner(self, lead: int, at: datetime) -> int | None:
        return self._leads.at(lead, min(at, self._first.get(lead, at)))

    def _company_owner(self, one: Spell) -> int | None:
        return None if one.company_id is None else self._companies.at(one.company_id, one.at)

    def _owners_of_colleagues(self, one: Spell) -> set[int | None]:
        colleagues = self._colleagues.get(one.company_id or 0, ())
        return {self._owner(pk, one.at) for pk in colleagues if pk != one.lead_id}


def _lines(
    kind: str, about: str, things: Collection[int], begin: datetime
) -> list[tuple[int, datetime, dict[str, int]]]:
    found = JournalLine.objects.filter(
        **{"kind": kind, "at__gte": begin, f"{about}__in": among(things)}
    )
    return list(found.order_by("at", "pk").values_list(about, "at", "data"))


__all__ = ["Owners", "Ties"]
