"""Look at this lead at this instant: wakes insert, claiming deletes, nothing updates."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.leads import journal
from handraise.leads.bulk import FEW, execute, ids, instants, rows_of, texts
from handraise.leads.decide import Via
from handraise.leads.models import Attention, ParkedLead
from handraise.team.models import User

CARD = "card"  # why: only the lead's card must be made anew

_WAKE = """
    INSERT INTO leads_attention (lead_id, look_at, why)
    SELECT lead_id, look_at, why
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS woken (lead_id, look_at, why)
"""

# Rows that another worker holds are passed over; the other due rows of the same leads go along,
# so that a lead woken a hundred times is looked at once.
_CLAIM = """
    WITH due AS (
        SELECT id, lead_id FROM leads_attention WHERE look_at <= %(at)s AND why <> %(card)s
        ORDER BY look_at, lead_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), also AS (
        SELECT id, lead_id FROM leads_attention
        WHERE look_at <= %(at)s AND lead_id IN (SELECT lead_id FROM due)
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM leads_attention
        WHERE id IN (SELECT id FROM due UNION SELECT id FROM also)
        RETURNING lead_id, why
    )
    SELECT lead.canonical_id, bool_or(gone.why = %(card)s), EXISTS (
        SELECT FROM leads_parkedlead parked
        WHERE parked.lead_id = lead.canonical_id AND parked.cleared_at IS NULL
    )
    FROM gone JOIN leads_lead lead ON lead.id = gone.lead_id
    GROUP BY 1 ORDER BY 1
"""
_CLAIM_CARDS = """
    WITH gone AS (
        DELETE FROM leads_attention WHERE id IN (
            SELECT id FROM leads_attention WHERE look_at <= %(at)s AND why = %(card)s
            ORDER BY look_at, lead_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
        RETURNING lead_id
    )
    SELECT DISTINCT lead.canonical_id
    FROM gone JOIN leads_lead lead ON lead.id = gone.lead_id ORDER BY 1
"""

# NO KEY: rows that only refer to a lead (an identity, a move) need not wait.
_LOCK = """
    SELECT id FROM leads_lead WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""

_PARK = """
    INSERT INTO leads_parkedlead (lead_id, at, error) VALUES (%s, %s, %s)
    ON CONFLICT (lead_id) WHERE cleared_at IS NULL DO UPDATE SET error = excluded.error
"""


def wake(lead_ids: Iterable[int], *, look_at: datetime, why: str) -> None:
    """Ask that these leads be looked at, at that instant or soon after."""
    wake_each((lead_id, look_at, why) for lead_id in lead_ids)


def wake_each(wakes: Iterable[tuple[int, datetime, str]]) -> None:
    """As `wake`, for each (lead, instant, why)."""
    wanted = list(wakes)
    if wanted:
        leads, looks, whys = zip(*wanted, strict=True)
        given = [ids(leads), instants(looks), texts(whys)]
        execute(_WAKE, given, is_kept=len(wanted) <= FEW)


@dataclass(frozen=True, slots=True)
class Due:
    """Canonical ids of leads that are due, ascending; `stale` are those whose card must be made
    first, be they parked or not."""

    leads: list[int]
    stale: list[int]


def claim(*, at: datetime, limit: int) -> Due:
    """The leads due at `at`, at most `limit`; their rows are gone.

    Call it inside the transaction that does the looking: when that fails, the rows are back.
    Parked leads are left out of `leads` until they are cleared.
    """
    rows = rows_of(_CLAIM, {"at": at, "limit": limit, "card": CARD})
    return Due(
        [lead for lead, _, is_parked in rows if not is_parked],
        [lead for lead, is_stale, _ in rows if is_stale],
    )


def claim_cards(*, at: datetime, limit: int) -> list[int]:
    """As `claim`, of the leads whose cards must be made anew, parked or not; ascending."""
    return [row[0] for row in rows_of(_CLAIM_CARDS, {"at": at, "limit": limit, "card": CARD})]


def lock(lead_ids: Collection[int]) -> None:
    """Hold these leads until the transaction ends. Always in id order, so nobody deadlocks."""
    if lead_ids:
        rows_of(_LOCK, [ids(lead_ids)])


def next_look(*, at: datetime) -> datetime | None:
    """When the next wake after `at` is due, if any; tells a worker how long it may sleep."""
    row = (
        Attention.objects.filter(look_at__gt=at).order_by("look_at").values_list("look_at").first()
    )
    return row[0] if row else None


@transaction.atomic
def park(lead_id: int, *, error: str, at: datetime) -> None:
    """Put a lead aside that cannot be advanced, where people see it, with the error."""
    execute(_PARK, [lead_id, at, error])
    journal.write("leads.parked", at=at, via=Via.WORKER, lead_id=lead_id, said=error)


@transaction.atomic
def unpark(parked: ParkedLead, *, by: User | None, at: datetime, via: Via) -> None:
    """Try a parked lead again: it is looked at at once. Clearing twice changes nothing."""
    cleared = ParkedLead.objects.filter(pk=parked.pk, cleared_at=None).update(
        cleared_at=at, cleared_by=by
    )
    if cleared:
        journal.write("leads.unparked", at=at, via=via, lead_id=parked.lead_id, by=by)
        wake([parked.lead_id], look_at=at, why="unparked")
