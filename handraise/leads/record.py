"""The one way in: entries become leads, identities, activities, facts, memberships, merges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from django.db import transaction

from handraise.leads import attention, cards, companies, fact_rows, journal, merging
from handraise.leads.bulk import copy_lines, copy_rows, escaped, execute, ids, next_ids, rows_of
from handraise.leads.decide import Doubt, Via
from handraise.leads.entry import Entry, EntryKind
from handraise.leads.facts import written
from handraise.leads.identities import Moved, Settled, recognise, settle
from handraise.leads.sayings import read

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch. `lead_ids` are canonical and ascending; `conflicts` are places in
    the entries and sentences: who was said to be one person but may not be."""

    lead_ids: list[int]
    activities: int
    facts: int
    merges: int
    conflicts: list[tuple[int, str]]


class WhenCards(Enum):
    """When changed cards are made anew. Before the next look costs less: each is made once, however
    often something new was said, and outside of the turn for which others wait. In a flood, looks
    are seldom."""

    AT_ONCE = auto()
    BEFORE_THE_LOOK = auto()


class Contended(RuntimeError):
    """Others were faster, again and again. Nothing was recorded; trying later may work."""


@transaction.atomic
def record(
    entries: Sequence[Entry], *, at: datetime, when_cards: WhenCards = WhenCards.AT_ONCE
) -> Recorded:
    """Write a batch: find or make the leads, merge who is one person, store activities and facts,
    refresh the cards (or leave them to the look at the lead), wake the leads. All or nothing, in
    the caller's transaction if there is one.

    Message ids are not looked at: the caller lets each message in once. Safe beside other
    callers: most of what comes is done by people who are known, and is written side by side; what
    may change who is who, or what is known of them, is written by one caller after the other.
    """
    known = recognise(entries)
    activities = _write_activities(list(zip(known.entries, known.identities, strict=True)), at)
    roots = set(known.roots)
    cards.bring_back(roots)
    attention.wake(sorted(roots), look_at=at, why="recorded")
    if not known.rest:
        return Recorded(sorted(roots), activities, 0, 0, [])
    execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    rest = _record_rest(known.rest, at, when_cards)
    return Recorded(
        sorted(roots.union(rest.lead_ids)), activities + rest.activities, rest.facts, rest.merges,
        [(known.places[place], said) for place, said in rest.conflicts],
    )  # fmt: skip


# They speak of the same people and companies: waiting costs less than beginning again.
_TURN = 7_203_002  # any number that nothing else locks by


def _record_rest(entries: Sequence[Entry], at: datetime, when_cards: WhenCards) -> Recorded:
    for _ in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _record(entries, at, when_cards)
        except Moved:
            continue
    raise Contended("These leads are being changed by too many others at once; try again.")


def _record(entries: Sequence[Entry], at: datetime, when_cards: WhenCards) -> Recorded:
    settled = settle(entries, at=at)
    _merge(settled, entries, at)
    roots = [settled.roots[home] for home in settled.homes]
    done = [
        (entry, identity)
        for entry, identity in zip(entries, settled.identities, strict=True)
        if entry.kind is EntryKind.ACTIVITY
    ]
    activities = _write_activities(done, at)
    changed, stale = write_down(entries, settled, roots, at=at)
    touched = set(roots)
    _stand_still(entries, roots)
    if when_cards is WhenCards.AT_ONCE:
        cards.refresh_free_cards(stale, at=at)
        stale = set()
    attention.wake(sorted(stale), look_at=at, why=attention.CARD)
    attention.wake(sorted(touched), look_at=at, why="recorded")
    facts = sum(len(names) for names in changed.values())
    conflicts = [(found.place, found.said) for found in settled.conflicts]
    return Recorded(sorted(touched), activities, facts, len(settled.joins), conflicts)


_MERGED = "SELECT 1 FROM leads_lead WHERE id = ANY(%s::bigint[]) AND canonical_id <> id LIMIT 1"


def _stand_still(entries: Sequence[Entry], roots: Sequence[int]) -> None:
    """What was said was compared with what is known of these leads, which were not held. Raises
    Moved if one of them was merged into another meanwhile."""
    spoken_of = {
        root
        for entry, root in zip(entries, roots, strict=True)
        if entry.kind is not EntryKind.ACTIVITY
    }
    if spoken_of and rows_of(_MERGED, [ids(spoken_of)]):
        raise Moved


class Written(NamedTuple):
    """`changed`: names of the facts that changed, by owner. `stale`: canonical leads whose cards
    the caller has to see to."""

    changed: dict[fact_rows.Owner, set[str]]
    stale: set[int]


def write_down(
    entries: Sequence[Entry], settled: Settled, roots: Sequence[int], *, at: datetime
) -> Written:
    """Write what the entries say of their leads and companies, and refresh the cards of the
    companies; `roots` has the canonical lead of each entry."""
    heard = read(entries, settled, roots)
    placed = companies.write(heard.belongings, at=at)
    changed = fact_rows.write(heard.about_leads + heard.about_companies(placed))
    cards.bring_back(sorted(set(roots)))
    return Written(changed, _stale(settled, placed, changed))


def _merge(settled: Settled, entries: Sequence[Entry], at: datetime) -> None:
    joins = [
        merging.Joining(join.kept, join.merged, join.why, entries[join.place].source_id)
        for join in settled.joins
    ]
    # Their own cards stay with those who are merged: they are called by them when parted again.
    cards.refresh_cards(cards.with_something_on({join.merged for join in joins}))
    merging.write_joins(joins, at=at, by=None, via=Via.WORKER)
    _write_conflicts(settled, at)


_TOLD = """
    SELECT lead_id, (data ->> 'other')::bigint FROM leads_journalline
    WHERE kind = 'leads.merge_refused' AND lead_id = ANY(%s::bigint[])
"""


def _write_conflicts(settled: Settled, at: datetime) -> None:
    """A line for each pair, once: a shared mailbox would else fill the journal."""
    pairs = {(found.lead, found.other): found for found in settled.conflicts}
    if not pairs:
        return
    told = set(rows_of(_TOLD, [[lead for lead, _ in pairs]]))
    journal.write_many(
        journal.Line(
            "leads.merge_refused", at, Via.WORKER, lead_id=settled.roots[lead], said=found.said,
            data={"other": settled.roots[other]},
        )
        for (lead, other), found in pairs.items()
        if (settled.roots[lead], settled.roots[other]) not in told
    )  # fmt: skip


_ACTIVITY_COLUMNS = ("id", "identity_id", "name", "occurred_at", "known_at", "is_known_at_assumed",
                     "properties", "match", "source_id", "message_id", "by_id")  # fmt: skip


def _write_activities(done: Sequence[tuple[Entry, int]], at: datetime) -> int:
    """Activities, each with the identity that it hangs on."""
    if not done:
        return 0
    pks = next_ids("leads_activity", len(done))
    lines = [_line(pk, entry, identity) for pk, (entry, identity) in zip(pks, done, strict=True)]
    copy_lines("leads_activity", _ACTIVITY_COLUMNS, lines)
    judged = [
        (pk, Doubt.BOT.value, False, entry.bot[:255], min(entry.known_at, at), entry.by_id)
        for pk, (entry, _) in zip(pks, done, strict=True)
        if entry.bot
    ]
    if judged:
        columns = ("activity_id", "doubt", "counts", "why", "known_at", "by_id")
        copy_rows("leads_judgement", columns, judged)
    return len(done)


def _line(pk: int, entry: Entry, identity: int) -> str:
    occurred = entry.occurred_at.isoformat()
    known = occurred if entry.known_at is entry.occurred_at else entry.known_at.isoformat()
    properties, match = entry.written or written(entry.properties)
    by = "\\N" if entry.by_id is None else entry.by_id
    return (
        f"{pk}\t{identity}\t{escaped(entry.name)}\t{occurred}\t{known}"
        f"\t{entry.is_known_at_assumed}\t{escaped(properties)}\t{escaped(match)}\t{entry.source_id}"
        f"\t{escaped(entry.message_id)}\t{by}"
    )


def _stale(
    settled: Settled, placed: companies.Placed, changed: dict[fact_rows.Owner, set[str]]
) -> set[int]:
    """Leads on whose cards something changed. When a lead was last seen is found when it is looked
    at."""
    shown, on_company = set(cards.LEAD_CARD), set(cards.COMPANY_CARD)
    stale = placed.moved | {settled.roots[join.kept] for join in settled.joins}
    stale |= {pk for (kind, pk), names in changed.items() if kind == "lead" and names & shown}
    firms = {pk: names for (kind, pk), names in changed.items() if kind == "company"}
    cards.refresh_company_cards([pk for pk, names in firms.items() if names & on_company])
    renamed = {pk for pk, names in firms.items() if "name" in names}
    return stale | cards.colleagues_in(renamed - placed.made)
