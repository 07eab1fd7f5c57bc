"""The one way in: entries become leads, identities, activities, facts, memberships, merges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.leads import attention, cards, companies, fact_rows, journal, merging
from handraise.leads.bulk import as_json, copy_lines, copy_rows, escaped, next_ids, rows_of
from handraise.leads.decide import Doubt, Via
from handraise.leads.entry import Entry, EntryKind
from handraise.leads.facts import match_of
from handraise.leads.identities import Moved, Settled, settle
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


class Contended(RuntimeError):
    """Others were faster, again and again. Nothing was recorded; trying later may work."""


@transaction.atomic
def record(entries: Sequence[Entry], *, at: datetime) -> Recorded:
    """Write a batch: find or make the leads, merge who is one person, store activities and facts,
    refresh the cards, wake the leads. All or nothing, in the caller's transaction if there is one.

    Message ids are not looked at: the caller lets each message in once. Safe beside other
    callers: rows are locked in id order, and who meets a change underfoot begins again.
    """
    for _ in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _record(entries, at)
        except Moved:
            continue
    raise Contended("These leads are being changed by too many others at once; try again.")


def _record(entries: Sequence[Entry], at: datetime) -> Recorded:
    if not entries:
        return Recorded([], 0, 0, 0, [])
    settled = settle(entries, at=at)
    _merge(settled, entries, at)
    roots = [settled.roots[home] for home in settled.homes]
    activities = _write_activities(entries, settled, at)
    changed = write_down(entries, settled, roots, at=at)
    touched = sorted(set(roots))
    attention.wake(touched, look_at=at, why="recorded")
    facts = sum(len(names) for names in changed.values())
    conflicts = [(found.place, found.said) for found in settled.conflicts]
    return Recorded(touched, activities, facts, len(settled.joins), conflicts)


def write_down(
    entries: Sequence[Entry], settled: Settled, roots: Sequence[int], *, at: datetime
) -> dict[fact_rows.Owner, set[str]]:
    """Write what the entries say of their leads and companies, and refresh the cards; `roots` has
    the canonical lead of each entry, locked. The names of the facts that changed, by owner."""
    heard = read(entries, settled, roots)
    placed = companies.write(heard.belongings, at=at)
    changed = fact_rows.write(heard.about_leads + heard.about_companies(placed))
    _refresh(settled, sorted(set(roots)), placed.moved, changed)
    return changed


def _merge(settled: Settled, entries: Sequence[Entry], at: datetime) -> None:
    joins = [
        merging.Joining(join.kept, join.merged, join.why, entries[join.place].source_id)
        for join in settled.joins
    ]
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


def _write_activities(entries: Sequence[Entry], settled: Settled, at: datetime) -> int:
    done = [
        (entry, identity)
        for entry, identity in zip(entries, settled.identities, strict=True)
        if entry.kind is EntryKind.ACTIVITY
    ]
    if not done:
        return 0
    ids = next_ids("leads_activity", len(done))
    lines = [_line(pk, entry, identity) for pk, (entry, identity) in zip(ids, done, strict=True)]
    copy_lines("leads_activity", _ACTIVITY_COLUMNS, lines)
    judged = [
        (pk, Doubt.BOT.value, False, entry.bot[:255], min(entry.known_at, at), entry.by_id)
        for pk, (entry, _) in zip(ids, done, strict=True)
        if entry.bot
    ]
    if judged:
        columns = ("activity_id", "doubt", "counts", "why", "known_at", "by_id")
        copy_rows("leads_judgement", columns, judged)
    return len(done)


def _line(pk: int, entry: Entry, identity: int) -> str:
    occurred = entry.occurred_at.isoformat()
    known = occurred if entry.known_at is entry.occurred_at else entry.known_at.isoformat()
    properties = escaped(as_json(entry.properties))
    match = escaped(as_json(match_of(entry.properties)))
    by = "\\N" if entry.by_id is None else entry.by_id
    return (
        f"{pk}\t{identity}\t{escaped(entry.name)}\t{occurred}\t{known}"
        f"\t{entry.is_known_at_assumed}\t{properties}\t{match}\t{entry.source_id}"
        f"\t{escaped(entry.message_id)}\t{by}"
    )


def _refresh(
    settled: Settled,
    roots: Sequence[int],
    moved: set[int],
    changed: dict[fact_rows.Owner, set[str]],
) -> None:
    """Cards on which something changed. When a lead was last seen is found when it is looked at."""
    shown, on_company = set(cards.LEAD_CARD), set(cards.COMPANY_CARD)
    anew = moved | {settled.roots[join.kept] for join in settled.joins}
    anew |= {pk for (kind, pk), names in changed.items() if kind == "lead" and names & shown}
    firms = {pk: names for (kind, pk), names in changed.items() if kind == "company"}
    cards.bring_back(roots)
    cards.refresh_company_cards(
        [pk for pk, names in firms.items() if names & on_company],
        renamed=[pk for pk, names in firms.items() if "name" in names],
    )
    cards.refresh_cards(sorted(anew))
