"""Taking back everything that one source said: an import undone. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from handraise.leads import attention, cards, journal, merging
from handraise.leads.bulk import execute, rows_of
from handraise.leads.decide import SourceKind, Via
from handraise.leads.models import Lead, Merge, Source
from handraise.leads.moves import step_back
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back. `kept` are leads that only this source told of but that stay, because
    people have acted on them since."""

    activities: int
    facts: int
    memberships: int
    consents: int
    moves: int
    merges: int
    leads: int
    kept: list[Lead] = field(default_factory=list)


@transaction.atomic
def withdraw_source(source: Source, *, by: User | None, at: datetime, via: Via) -> Withdrawn:
    """Take back all that a source said, from `at` on; what was known before stays recomputable.

    Leads that only this source told of are taken back too, unless people acted on them since.
    Doing it twice changes nothing more.
    """
    homes = [row[0] for row in rows_of(_HOMES, {"source": source.pk})]
    merging.lock_roots_of(homes)
    # Lines written from here on are this undo's own, and no act of people on a lead.
    until = rows_of("SELECT coalesce(max(id), 0) FROM leads_journalline")[0][0]
    merges = _part_merges(source, by=by, at=at, via=via)
    by_id = None if by is None else by.pk
    told = {"source": source.pk, "at": at, "by": by_id, "why": f"{source} was withdrawn"[:255]}
    activities = execute(_ACTIVITIES, told)
    facts = execute(_FACTS, told)
    companies = {row[0] for row in rows_of(_COMPANIES, told)}
    memberships = execute(_MEMBERSHIPS, told)
    consents = execute(_CONSENTS, told)
    moved = execute(_MOVES, told)
    roots = merging.lock_roots_of(homes)
    step_back(roots)
    gone, kept = _taken_back(roots, source, at, until)
    _finish(roots, companies, source, by_id=by_id, at=at, via=via)
    return Withdrawn(
        activities, facts, memberships, consents, moved, merges, len(gone),
        list(Lead.objects.filter(pk__in=kept).order_by("pk")),
    )  # fmt: skip


_HOMES = """
    SELECT lead_id FROM leads_identity WHERE id IN (
        SELECT identity_id FROM leads_activity WHERE source_id = %(source)s
        UNION SELECT identity_id FROM leads_fact WHERE source_id = %(source)s
        UNION SELECT identity_id FROM leads_membership WHERE source_id = %(source)s
        UNION SELECT identity_id FROM leads_consent WHERE source_id = %(source)s
    )
    UNION SELECT lead_id FROM leads_stagemove WHERE source_id = %(source)s
    UNION SELECT merged_id FROM leads_merge WHERE source_id = %(source)s
    UNION SELECT kept_id FROM leads_merge WHERE source_id = %(source)s
"""
_ACTIVITIES = """
    INSERT INTO leads_judgement (activity_id, doubt, counts, why, known_at, by_id)
    SELECT activity.id, 'withdrawn', false, %(why)s, %(at)s, %(by)s
    FROM leads_activity activity
    WHERE activity.source_id = %(source)s AND (
        SELECT judged.counts FROM leads_judgement judged
        WHERE judged.activity_id = activity.id AND judged.doubt = 'withdrawn'
        ORDER BY judged.known_at DESC, judged.id DESC LIMIT 1
    ) IS NOT FALSE
"""
_FACTS = """
    INSERT INTO leads_factwithdrawal (fact_id, known_at, by_id)
    SELECT id, %(at)s, %(by)s FROM leads_fact WHERE source_id = %(source)s
    ON CONFLICT (fact_id) DO NOTHING
"""
_COMPANIES = """
    SELECT DISTINCT company_id FROM leads_fact
    WHERE source_id = %(source)s AND company_id IS NOT NULL
"""
_MEMBERSHIPS = """
    UPDATE leads_membership SET withdrawn_at = %(at)s
    WHERE source_id = %(source)s AND withdrawn_at IS NULL
"""
_CONSENTS = """
    UPDATE leads_consent SET withdrawn_at = %(at)s
    WHERE source_id = %(source)s AND withdrawn_at IS NULL
"""
_MOVES = """
    UPDATE leads_stagemove SET withdrawn_at = %(at)s
    WHERE source_id = %(source)s AND withdrawn_at IS NULL
"""


def _part_merges(source: Source, *, by: User | None, at: datetime, via: Via) -> int:
    """The newest first, so that each is parted from the lead it was merged into."""
    parted = 0
    for merge in Merge.objects.filter(source=source, undone_at=None).order_by("-id"):
        if merging.part(merge, by=by, at=at, via=via, keeps_apart=False) is not None:
            parted += 1
    return parted


# Told of by nobody else: no row of another source hangs on any of its identities, but for what
# was said by hand, which is an act. Acted on: a person wrote a journal line, other than those of
# bringing in this source.
_ALONE = """
    SELECT lead.id, EXISTS (
        SELECT FROM leads_lead face JOIN leads_journalline line ON line.lead_id = face.id
        WHERE face.canonical_id = lead.id AND line.by_id IS NOT NULL AND line.id <= %(until)s
          AND (line.data ->> 'source') IS DISTINCT FROM %(source)s::text
    )
    FROM leads_lead lead
    WHERE lead.id = ANY(%(roots)s::bigint[]) AND lead.withdrawn_at IS NULL
      AND NOT EXISTS (
        SELECT FROM leads_lead face JOIN leads_identity known ON known.lead_id = face.id
        WHERE face.canonical_id = lead.id AND (
            EXISTS (SELECT FROM leads_activity other
                WHERE other.identity_id = known.id AND other.source_id <> ALL(%(ours)s))
            OR EXISTS (SELECT FROM leads_fact other
                WHERE other.identity_id = known.id AND other.source_id <> ALL(%(ours)s))
            OR EXISTS (SELECT FROM leads_membership other
                WHERE other.identity_id = known.id AND other.source_id <> ALL(%(ours)s))
            OR EXISTS (SELECT FROM leads_consent other
                WHERE other.identity_id = known.id AND other.source_id <> ALL(%(ours)s))
        )
      )
"""


def _taken_back(
    roots: Collection[int], source: Source, at: datetime, until: int
) -> tuple[list[int], list[int]]:
    """Leads taken back, and those that stay because people acted on them."""
    by_hand = Source.objects.filter(kind=SourceKind.HAND).values_list("pk", flat=True)
    ours = [source.pk, *by_hand]
    rows = rows_of(
        _ALONE, {"roots": list(roots), "source": source.pk, "ours": ours, "until": until}
    )
    gone = [pk for pk, is_acted_on in rows if not is_acted_on]
    execute("UPDATE leads_lead SET withdrawn_at = %s WHERE id = ANY(%s::bigint[])", [at, gone])
    return gone, [pk for pk, is_acted_on in rows if is_acted_on]


def _finish(
    roots: Collection[int], companies: Collection[int], source: Source, *, by_id: int | None,
    at: datetime, via: Via,
) -> None:  # fmt: skip
    cards.refresh_company_cards(companies)
    cards.refresh_cards(roots)
    cards.refresh_free_cards(cards.colleagues_in(companies).difference(roots), at=at)
    cards.look_when_seen(roots)
    journal.write_many(
        journal.Line(
            "leads.source_withdrawn", at, via, lead_id=lead, by_id=by_id,
            said=f"What {source} said was taken back.", data={"source": source.pk},
        )
        for lead in roots
    )  # fmt: skip
    attention.wake(roots, look_at=at, why="withdrawn")
