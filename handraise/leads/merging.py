"""Joining leads that are one person, and parting them again.

Merges are a forest: both leads of a merge are roots at that moment, and a lead has at most one
live merge as the merged one. `Lead.canonical` is kept at the root, so nobody else walks the forest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.leads import attention, journal, moves
from handraise.leads.bulk import as_json, copy_rows, execute, next_ids, rows_of
from handraise.leads.decide import IS_PUBLIC, Stage, Via, stage_after_merge
from handraise.leads.entry import Json
from handraise.leads.models import Lead, Merge
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Joining:
    """One merge to be written: both canonical (in the order given) and locked."""

    kept: int
    merged: int
    why: str
    source_id: int | None = None


@dataclass(slots=True)
class _Standing:
    stage: Stage
    owner: int | None
    tags: list[str]
    moved: Stage | None = None  # the stage that a merge of this call gave it
    is_changed: bool = False


def write_joins(joins: Sequence[Joining], *, at: datetime, by: User | None, via: Via) -> list[int]:
    """Write merges in the order given; the ids of the Merge rows.

    The kept lead takes over the stage that is further along, the tags, and the owner if it has
    none; canonical ids follow; both are journalled and woken.
    """
    if not joins:
        return []
    standing = _standings({lead for join in joins for lead in (join.kept, join.merged)})
    steps: list[moves.Move | None] = []
    carried: list[dict[str, Json]] = []
    versions = _versions(joins)
    for join in joins:
        kept, merged = standing[join.kept], standing[join.merged]
        steps.append(_step(join, kept, merged, versions.get(join.merged)))
        carried.append(_carry(kept, merged))
    taken = [step for step in steps if step is not None]
    move_ids = iter(moves.write(taken, at=at, by=by, via=via))
    ids = next_ids("leads_merge", len(joins))
    by_id = None if by is None else by.pk
    copy_rows(
        "leads_merge",
        ("id", "kept_id", "merged_id", "why", "at", "source_id", "by_id", "carried", "keeps_apart",
         "move_id"),
        [
            (pk, join.kept, join.merged, join.why[:255], at, join.source_id, by_id, as_json(given),
             False, None if step is None else next(move_ids))
            for pk, join, step, given in zip(ids, joins, steps, carried, strict=True)
        ],
    )  # fmt: skip
    _point_to_roots(joins)
    _say_again(joins, at)
    _write_carried(standing)
    journal.write_many(_lines(joins, ids, at, by_id, via))
    woken = {lead for join in joins for lead in (join.kept, join.merged)}
    attention.wake(woken, look_at=at, why="merged")
    return ids


def _standings(leads: Collection[int]) -> dict[int, _Standing]:
    sql = "SELECT id, stage, owner_id, tags FROM leads_lead WHERE id = ANY(%s::bigint[])"
    return {
        pk: _Standing(Stage(stage), owner, list(tags))
        for pk, stage, owner, tags in rows_of(sql, [list(leads)])
    }


# A move names the version it was made under: here that of the step that the merged lead took.
_VERSIONS = """
    SELECT DISTINCT ON (lead_id) lead_id, version FROM leads_stagemove
    WHERE lead_id = ANY(%s::bigint[]) AND withdrawn_at IS NULL ORDER BY lead_id, at DESC, id DESC
"""


def _versions(joins: Iterable[Joining]) -> dict[int, int | None]:
    return dict(rows_of(_VERSIONS, [[join.merged for join in joins]]))


def _step(
    join: Joining, kept: _Standing, merged: _Standing, version: int | None
) -> moves.Move | None:
    after = stage_after_merge(kept.stage, merged.stage)
    if after is kept.stage:
        return None
    reason = f"Merged with a lead that stood at {merged.stage.label}."
    move = moves.Move(join.kept, kept.stage, after, version, reason)
    kept.stage = after
    return move


def _carry(kept: _Standing, merged: _Standing) -> dict[str, Json]:
    given: dict[str, Json] = {}
    tags = [tag for tag in merged.tags if tag not in kept.tags]
    if tags:
        kept.tags += tags
        given["tags"] = list(tags)
    if kept.owner is None and merged.owner is not None:
        kept.owner = given["owner"] = merged.owner
    kept.is_changed |= bool(given)
    return given


def _point_to_roots(joins: Iterable[Joining]) -> None:
    above = {join.merged: join.kept for join in joins}
    roots: dict[int, int] = {}
    for merged, kept in above.items():
        while kept in above:
            kept = above[kept]
        roots[merged] = kept
    execute(
        """
        UPDATE leads_lead face SET canonical_id = joined.root
        FROM unnest(%s::bigint[], %s::bigint[]) AS joined (merged, root)
        WHERE face.canonical_id = joined.merged
        """,
        [list(roots), list(roots.values())],
    )


# What a website said of a visitor may be newer than what is known of the person they turn out to
# be. It outweighs nobody's word (`SourceKind`): such a word is said again, as of the join.
_FACTS_AGAIN = f"""
    WITH said AS (
        SELECT face.canonical_id AS root, {IS_PUBLIC} AS is_public, fact.*
        FROM leads_lead face
        JOIN leads_identity known ON known.lead_id = face.id
        JOIN leads_fact fact ON fact.identity_id = known.id
        JOIN leads_source source ON source.id = fact.source_id
        WHERE face.canonical_id = ANY(%(roots)s::bigint[])
          AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
    ), newest AS (
        SELECT DISTINCT ON (root, name) root, name, is_public FROM said
        ORDER BY root, name, holds_from DESC, known_at DESC, id DESC
    ), vouched AS (
        SELECT DISTINCT ON (root, name) * FROM said WHERE NOT is_public
        ORDER BY root, name, holds_from DESC, known_at DESC, id DESC
    )
    INSERT INTO leads_fact (identity_id, name, value, text, words, number, truth, instant,
        holds_from, known_at, is_known_at_assumed, source_id, by_id)
    SELECT vouched.identity_id, name, value, text, words, number, truth, instant,
        %(at)s, %(at)s, false, source_id, by_id
    FROM newest JOIN vouched USING (root, name) WHERE newest.is_public
"""  # noqa: S608 - a constant
_MEMBERSHIPS_AGAIN = f"""
    WITH said AS (
        SELECT face.canonical_id AS root, {IS_PUBLIC} AS is_public, membership.*
        FROM leads_lead face
        JOIN leads_identity known ON known.lead_id = face.id
        JOIN leads_membership membership ON membership.identity_id = known.id
        JOIN leads_source source ON source.id = membership.source_id
        WHERE face.canonical_id = ANY(%(roots)s::bigint[]) AND membership.withdrawn_at IS NULL
    ), newest AS (
        SELECT DISTINCT ON (root) root, is_public FROM said
        ORDER BY root, holds_from DESC, known_at DESC, id DESC
    ), vouched AS (
        SELECT DISTINCT ON (root) * FROM said WHERE NOT is_public
        ORDER BY root, holds_from DESC, known_at DESC, id DESC
    )
    INSERT INTO leads_membership (identity_id, company_id, holds_from, known_at, source_id)
    SELECT vouched.identity_id, company_id, %(at)s, %(at)s, source_id
    FROM newest JOIN vouched USING (root) WHERE newest.is_public
"""  # noqa: S608 - a constant


def _say_again(joins: Iterable[Joining], at: datetime) -> None:
    asked = {"roots": sorted({join.kept for join in joins}), "at": at}
    execute(_FACTS_AGAIN, asked)
    execute(_MEMBERSHIPS_AGAIN, asked)


def _write_carried(standings: dict[int, _Standing]) -> None:
    changed = [(pk, lead) for pk, lead in standings.items() if lead.is_changed]
    for pk, lead in sorted(changed, key=lambda pair: pair[0]):
        execute(
            "UPDATE leads_lead SET tags = %s, owner_id = %s WHERE id = %s",
            [lead.tags, lead.owner, pk],
        )


def _lines(
    joins: Sequence[Joining], ids: Sequence[int], at: datetime, by_id: int | None, via: Via
) -> list[journal.Line]:
    return [
        journal.Line(
            "leads.merged", at, via, lead_id=join.kept, by_id=by_id, said=join.why,
            data={"kept": join.kept, "merged": join.merged, "merge": pk, "source": join.source_id},
        )
        for join, pk in zip(joins, ids, strict=True)
    ]  # fmt: skip


_SUBTREE = """
    WITH RECURSIVE below (id) AS (
        SELECT %s::bigint
        UNION
        SELECT joined.merged_id FROM leads_merge joined
        JOIN below ON joined.kept_id = below.id WHERE joined.undone_at IS NULL
    )
    UPDATE leads_lead face SET canonical_id = %s
    FROM below WHERE face.id = below.id
"""


@transaction.atomic
def part(
    merge: Merge, *, by: User | None, at: datetime, via: Via, keeps_apart: bool
) -> tuple[int, int] | None:
    """Undo one merge: what was joined below the merged lead goes with it, and so does what came
    by its identities since. The two roots that there are now; None if it was undone already."""
    lock_roots_of([merge.kept_id])
    undone = Merge.objects.filter(pk=merge.pk, undone_at=None).update(
        undone_at=at, undone_by=by, keeps_apart=keeps_apart
    )
    if not undone:
        return None
    execute(_SUBTREE, [merge.merged_id, merge.merged_id])
    kept = Lead.objects.get(pk=merge.kept_id).canonical_id
    _give_back(merge, kept, by=by, at=at, via=via)
    for lead in (kept, merge.merged_id):
        journal.write(
            "leads.parted", at=at, via=via, lead_id=lead, by=by, said=f"Merge undone: {merge.why}",
            data={"kept": kept, "merged": merge.merged_id, "merge": merge.pk},
        )  # fmt: skip
    attention.wake([kept, merge.merged_id], look_at=at, why="parted")
    return kept, merge.merged_id


def _give_back(merge: Merge, kept: int, *, by: User | None, at: datetime, via: Via) -> None:
    """What the kept lead took over returns, unless it was changed by something else since."""
    lead = Lead.objects.get(pk=kept)
    given = merge.carried
    if given.get("tags"):
        lead.tags = [tag for tag in lead.tags if tag not in given["tags"]]
    if given.get("owner") is not None and lead.owner_id == given["owner"]:
        lead.owner_id = None
    if given:
        lead.save(update_fields=["tags", "owner"])
    step = merge.move
    last = lead.moves.filter(withdrawn_at=None).order_by("-at", "-id").first()
    if step is not None and last is not None and last.pk == step.pk:
        reason = "The merge that brought it here was undone."
        back = moves.Move(kept, Stage(step.after), Stage(step.before), step.version, reason)
        moves.write([back], at=at, by=by, via=via)


def lock_roots_of(leads: Collection[int]) -> list[int]:
    """Lock the canonical leads of these leads, in id order; their ids. Retries while they move."""
    while True:
        roots = _roots_of(leads)
        attention.lock(roots)
        if _roots_of(leads) == roots:
            return roots


def _roots_of(leads: Collection[int]) -> list[int]:
    sql = "SELECT DISTINCT canonical_id FROM leads_lead WHERE id = ANY(%s::bigint[]) ORDER BY 1"
    return [row[0] for row in rows_of(sql, [list(leads)])]
