"""What journeys say of leads: facts, set-based, on the leads' own identities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from handraise.leads import attention, cards
from handraise.leads.bulk import execute, ids, rows_of
from handraise.leads.decide import IdentityKind, SourceKind
from handraise.leads.entry import Entry, EntryKind, Json
from handraise.leads.identities import Settled
from handraise.leads.models import Source
from handraise.leads.record import write_down
from handraise.qualification.decide import Consequence

REASON = "recycle_reason"  # the fact by which branches ask why sales gave a lead back

_RECORDS = """
    INSERT INTO leads_identity (lead_id, kind, value, created_at)
    SELECT lead, %(kind)s, lead::text, %(at)s FROM unnest(%(leads)s::bigint[]) AS told (lead)
    ORDER BY told.lead ON CONFLICT (kind, value) DO NOTHING
"""
_RECORDED = """
    SELECT value::bigint, id FROM leads_identity
    WHERE kind = %s AND value = ANY(%s::text[])
"""


def record_identities(lead_ids: list[int], *, at: datetime) -> dict[int, int]:
    """The own identity of each of these leads, on which hangs what is said of it here."""
    execute(_RECORDS, {"kind": IdentityKind.RECORD.value, "at": at, "leads": ids(lead_ids)})
    return dict(rows_of(_RECORDED, [IdentityKind.RECORD.value, [str(pk) for pk in lead_ids]]))


_SOURCE = 7_203_006  # any number that nothing else locks by


def source(*, at: datetime) -> Source:
    """Where what journeys say comes from: one, also when two workers are the first."""
    named = Source.objects.filter(name="Journeys", kind=SourceKind.CONNECTOR).order_by("pk")
    found = named.first()
    if found is None:
        rows_of("SELECT pg_advisory_xact_lock(%s)", [_SOURCE])
        found = named.first() or Source.objects.create(
            name="Journeys", kind=SourceKind.CONNECTOR, created_at=at
        )
    return found


def say(told: Mapping[int, tuple[str, Json]], *, at: datetime) -> list[int]:
    """Say one fact, name and value, of each of these canonical leads, whose rows the caller holds;
    those for whom that was news. They are looked at anew."""
    if not told:
        return []
    leads, origin = sorted(told), source(at=at)
    identities = record_identities(leads, at=at)
    entries = [
        Entry(EntryKind.FACTS, origin.pk, "", at, at, traits=dict([told[pk]])) for pk in leads
    ]
    settled = Settled(
        identities=[identities[pk] for pk in leads], homes=leads, roots={pk: pk for pk in leads},
        created=[], joins=[], conflicts=[], new_emails={},
    )  # fmt: skip
    changed, stale = write_down(entries, settled, leads, at=at)
    cards.refresh_free_cards(stale, at=at)
    news = sorted(pk for kind, pk in changed if kind == "lead")
    attention.wake(news, look_at=at, why="nurture.fact_set")
    return news


_REASONS = """
    SELECT DISTINCT ON (face.canonical_id) face.canonical_id,
           coalesce(nullif(given.plan, ''), given.reason)
    FROM leads_lead root JOIN leads_lead face ON face.canonical_id = root.id
    JOIN qualification_return given ON given.lead_id = face.id AND given.undone_at IS NULL
    WHERE root.id = ANY(%s::bigint[]) AND root.stage = 'NURTURE' AND given.consequence = %s
    ORDER BY face.canonical_id, given.at DESC, given.id DESC
"""


def say_why_recycled(lead_ids: list[int], *, at: datetime) -> None:
    """Of those of these leads that sales gave back, say why, so that a branch can ask for it."""
    rows = rows_of(_REASONS, [ids(lead_ids), Consequence.RECYCLE.value])
    say({lead: (REASON, reason[:500]) for lead, reason in rows if reason.strip()}, at=at)


__all__ = ["REASON", "record_identities", "say", "say_why_recycled", "source"]
