"""Write what a batch of rows says: entries, then stages reached, consents and tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handraise.capture import receipts
from handraise.capture.decide import ImportKind
from handraise.capture.imports.accompanying import Outcome
from handraise.capture.imports.identifying import Identified
from handraise.capture.imports.reading import Row
from handraise.capture.imports.translating import Taken
from handraise.capture.models import Import
from handraise.leads import attention, moves
from handraise.leads.bulk import copy_rows, execute, rows_of
from handraise.leads.decide import IdentityKind, Stage, Via
from handraise.leads.record import record

_KNOWN = """
    SELECT place, identity.id, lead.canonical_id, canonical.stage, canonical.stage_since
    FROM unnest(%s::int[], %s::text[], %s::text[]) AS asked (place, kind, value)
    JOIN leads_identity identity ON (identity.kind, identity.value) = (asked.kind, asked.value)
    JOIN leads_lead lead ON lead.id = identity.lead_id
    JOIN leads_lead canonical ON canonical.id = lead.canonical_id
    ORDER BY place
"""
_TAG = """
    UPDATE leads_lead lead
    SET tags = ARRAY(SELECT DISTINCT unnest(lead.tags || said.tags) ORDER BY 1)
    FROM (
        SELECT lead_id, array_agg(tag) AS tags
        FROM unnest(%s::bigint[], %s::text[]) AS asked (lead_id, tag) GROUP BY lead_id
    ) said
    WHERE lead.id = said.lead_id AND NOT lead.tags @> said.tags::varchar[]
"""
_CONSENTS = """
    SELECT DISTINCT ON (lead.canonical_id, consent.purpose)
        lead.canonical_id, consent.purpose, consent.is_given
    FROM leads_lead lead
    JOIN leads_identity known ON known.lead_id = lead.id
    JOIN leads_consent consent ON consent.identity_id = known.id AND consent.withdrawn_at IS NULL
    WHERE lead.canonical_id = ANY(%s)
    ORDER BY lead.canonical_id, consent.purpose, consent.holds_from DESC, consent.known_at DESC,
        consent.id DESC
"""
_CONSENT = ("identity_id", "purpose", "is_given", "wording", "holds_from", "known_at", "source_id",
            "by_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """A row not taken: its cells, or the raw text of a damaged record, and a sentence."""

    line: int
    why: str
    reason: str
    row: list[str] | str


@dataclass(frozen=True, slots=True)
class _Person:
    """The lead that an identity leads to, as it stands before this batch."""

    identity_id: int
    lead_id: int
    stage: str
    stage_since: datetime


def store(
    importing: Import, taken: Sequence[tuple[Row, Taken]], counts: Counter[str], *, at: datetime
) -> list[Refused]:
    """Store rows in the caller's transaction and count what came of them. Gives those refused."""
    refused: list[Refused] = []
    if importing.kind == ImportKind.OUTCOMES:
        taken, refused = _of_known_people(taken)
    fresh, again = _new_rows(taken, counts)
    entries = [entry for _, one in fresh for entry in one.entries]
    if entries:
        recorded = record(entries, at=at)
        counts.update(
            activities=recorded.activities, facts=recorded.facts, merges=recorded.merges,
            conflicts=len(recorded.conflicts), bots=sum(1 for entry in entries if entry.bot),
        )  # fmt: skip
    _store_the_rest(importing, [one for _, one in fresh], counts, at=at)
    return refused + again


def _new_rows(
    taken: Sequence[tuple[Row, Taken]], counts: Counter[str]
) -> tuple[list[tuple[Row, Taken]], list[Refused]]:
    """Rows that were not taken before. The same row again is counted; another row under the same
    message id is refused."""
    entries = [entry for _, one in taken for entry in one.entries]
    _, duplicates = receipts.take(entries)
    if not duplicates:
        return list(taken), []
    retried = {id(found.entry) for found in duplicates if found.is_retry}
    clashing = {
        id(found.entry): found.entry.message_id for found in duplicates if not found.is_retry
    }
    fresh, refused = [], []
    for row, one in taken:
        clashes = [clashing[id(entry)] for entry in one.entries if id(entry) in clashing]
        if clashes:
            why = f"Line {row.line}: the id {clashes[0]!r} was used by another row before."
            refused.append(Refused(row.line, why, "duplicate", row.cells))
        elif one.entries and all(id(entry) in retried for entry in one.entries):
            counts["repeated"] += 1
        else:
            fresh.append((row, one))
    return fresh, refused


def _of_known_people(
    taken: Sequence[tuple[Row, Taken]],
) -> tuple[list[tuple[Row, Taken]], list[Refused]]:
    people = _people([one.who for _, one in taken])
    known, refused = [], []
    for place, (row, one) in enumerate(taken):
        if place in people:
            known.append((row, one))
        else:
            who = one.who.email or one.who.user_id or one.who.anonymous_id
            why = f"Line {row.line}: no lead is known by {who!r}."
            refused.append(Refused(row.line, why, "unknown lead", row.cells))
    return known, refused


def _people(whos: Sequence[Identified]) -> dict[int, _Person]:
    """The lead of each, by its place; the user id counts before e-mail and anonymous id."""
    asked: list[tuple[int, str, str]] = []
    for place, who in enumerate(whos):
        asked += [
            (place, kind.value, value)
            for kind, value in (
                (IdentityKind.ANONYMOUS_ID, who.anonymous_id),
                (IdentityKind.EMAIL, who.email),
                (IdentityKind.USER_ID, who.user_id),
            )
            if value
        ]
    if not asked:
        return {}
    strength = {kind: rank for rank, kind in enumerate(("anonymous_id", "email", "user_id"))}
    found: dict[int, tuple[int, _Person]] = {}
    rows = rows_of(_KNOWN.replace("SELECT place,", "SELECT place, asked.kind,"),
                   [list(part) for part in zip(*asked, strict=True)])  # fmt: skip
    for place, kind, *rest in rows:
        if place not in found or strength[kind] > found[place][0]:
            found[place] = (strength[kind], _Person(*rest))
    return {place: person for place, (_, person) in found.items()}


def _store_the_rest(
    importing: Import, fresh: Sequence[Taken], counts: Counter[str], *, at: datetime
) -> None:
    saying = [one for one in fresh if one.outcome or one.consents or one.tags]
    people = _people([one.who for one in saying])
    told = [(one, people[place]) for place, one in enumerate(saying) if place in people]
    if not told:
        return
    attention.lock({person.lead_id for _, person in told})
    _store_tags([(person.lead_id, tag) for one, person in told for tag in one.tags])
    _store_consents(importing, told, counts, at=at)
    outcomes = [(one.outcome, person) for one, person in told if one.outcome]
    _store_moves(importing, outcomes, counts, at=at)


def _store_tags(tagged: Sequence[tuple[int, str]]) -> None:
    if tagged:
        execute(_TAG, [list(part) for part in zip(*tagged, strict=True)])


def _store_consents(
    importing: Import, told: Sequence[tuple[Taken, _Person]], counts: Counter[str], *, at: datetime
) -> None:
    said_before = _newest_consents([person for _, person in told])
    rows: list[tuple[Any, ...]] = [
        (person.identity_id, said.purpose, said.is_given, said.wording, said.at, at,
         importing.source_id, importing.by_id)
        for one, person in told
        for said in one.consents
        if said_before.get((person.lead_id, said.purpose)) is not said.is_given
    ]  # fmt: skip
    if rows:
        copy_rows("leads_consent", _CONSENT, rows)
        counts["consents"] += len(rows)


def _newest_consents(people: Sequence[_Person]) -> dict[tuple[int, str], bool]:
    """What each lead's newest consent for each purpose is: what is known is not written again."""
    found = rows_of(_CONSENTS, [[person.lead_id for person in people]])
    return {(lead, purpose): given for lead, purpose, given in found}


def _store_moves(
    importing: Import,
    outcomes: Sequence[tuple[Outcome, _Person]],
    counts: Counter[str],
    *,
    at: datetime,
) -> None:
    """Write the stages in the order of their instants. What is older than the lead's own last
    move is history that the stage has left behind, and is only counted."""
    made: list[moves.Move] = []
    now: dict[int, tuple[str, datetime]] = {}
    for outcome, person in sorted(outcomes, key=lambda told: told[0].at):
        stage, since = now.get(person.lead_id, (person.stage, person.stage_since))
        if stage == outcome.stage:
            counts["outcomes_known"] += 1
        elif stage != Stage.LEAD and outcome.at < since:
            counts["outcomes_outdated"] += 1
        else:
            made.append(
                moves.Move(person.lead_id, Stage(stage), outcome.stage, None, "Imported outcome",
                           source_id=importing.source_id, occurred_at=outcome.at)
            )  # fmt: skip
            now[person.lead_id] = (outcome.stage, outcome.at)
    moves.write(made, at=at, by=importing.by, via=Via.WORKER)
    counts["outcomes"] += len(made)
