"""Find or make the lead of each entry, with the rows locked, so that two who do so at the same
moment neither double a lead nor wait for each other in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.leads.bulk import copy_rows, ids, instants, next_ids, rows_of, texts
from handraise.leads.decide import Stage
from handraise.leads.entry import Entry, EntryKind
from handraise.leads.resolve import (
    ANONYMOUS_ID,
    EMAIL,
    FIRST_NEW,
    USER_ID,
    Claim,
    Conflict,
    Join,
    Key,
    Known,
    People,
)


class Moved(Exception):
    """No fault: what was read is no longer so. Roll back to the savepoint and begin again."""


@dataclass(slots=True)
class Settled:
    """Who stands behind a batch. `identities` and `homes` have one place for each entry: the
    identity that its rows hang on (the strongest it came by) and that identity's own lead."""

    identities: list[int]
    homes: list[int]
    roots: dict[int, int]  # home -> canonical lead
    created: list[int]
    joins: list[Join]
    conflicts: list[Conflict]
    new_emails: dict[str, int]  # e-mails never seen before -> place of the entry

    @classmethod
    def of_one(cls, identity: int, lead: int) -> Settled:
        """One entry about a canonical lead that is known, by one of its identities."""
        return cls([identity], [lead], {lead: lead}, [], [], [], {})


_FIND = """
    SELECT found.kind, found.value, found.id, found.lead_id, lead.canonical_id
    FROM unnest(%s::text[], %s::text[]) AS asked (kind, value)
    JOIN leads_identity found ON found.kind = asked.kind AND found.value = asked.value
    JOIN leads_lead lead ON lead.id = found.lead_id
"""
_LOCK = """
    SELECT id FROM leads_lead WHERE id = ANY(%s::bigint[]) AND canonical_id = id
    ORDER BY id FOR NO KEY UPDATE
"""
_CANONICAL = "SELECT id, canonical_id FROM leads_lead WHERE id = ANY(%s::bigint[])"
_STRENGTH = """
    SELECT face.canonical_id, bool_or(known.kind = 'user_id'), bool_or(known.kind = 'email')
    FROM leads_lead face JOIN leads_identity known ON known.lead_id = face.id
    WHERE face.canonical_id = ANY(%s::bigint[]) GROUP BY 1
"""
_APART = """
    SELECT one.canonical_id, other.canonical_id
    FROM leads_merge parted
    JOIN leads_lead one ON one.id = parted.kept_id
    JOIN leads_lead other ON other.id = parted.merged_id
    WHERE parted.keeps_apart AND one.canonical_id = ANY(%(roots)s::bigint[])
      AND other.canonical_id = ANY(%(roots)s::bigint[]) AND one.canonical_id <> other.canonical_id
"""
_ADD = """
    INSERT INTO leads_identity (lead_id, kind, value, created_at)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
    ON CONFLICT (kind, value) DO NOTHING
    RETURNING id, kind, value
"""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Entries that only say that somebody did something, of leads that are known by every identity
    given: with the identity that the activity hangs on, and the canonical lead as just read. The
    others are the `rest`."""

    entries: list[Entry]
    identities: list[int]
    roots: list[int]
    rest: list[Entry]
    places: list[int]  # of the rest, among all


def recognise(entries: Sequence[Entry]) -> Recognised:
    """Part what changes nobody's identities or facts from what may. Nothing is locked: an identity
    keeps its number, whoever is merged with whom meanwhile."""
    claims = [_claim(place, entry) for place, entry in enumerate(entries)]
    keys = [claim.identities() for claim in claims]
    found, known = _look_up({key for asked in keys for key in asked})
    made = Recognised([], [], [], [], [])
    for claim, asked, entry in zip(claims, keys, entries, strict=True):
        if _is_plain(entry) and not _is_open(claim, asked, known):
            made.entries.append(entry)
            made.identities.append(found[asked[0]])
            made.roots.append(known.roots[known.homes[asked[0]]])
        else:
            made.rest.append(entry)
            made.places.append(claim.place)
    return made


def _is_plain(entry: Entry) -> bool:
    # An activity that came by an address may say this address anew (see `sayings`).
    return entry.kind is EntryKind.ACTIVITY and (not entry.email or entry.user_id is not None)


def settle(entries: Sequence[Entry], *, at: datetime) -> Settled:
    """The people of a batch; new leads and identities are written, joins are only named.

    Only those about whom an entry may change something are locked: who is known by all the
    identities that came is merely found, so that nobody waits for people who are looked at.
    Raises Moved when another transaction changed the same people meanwhile.
    """
    claims = [_claim(place, entry) for place, entry in enumerate(entries)]
    keys = [claim.identities() for claim in claims]
    found, known = _look_up({key for asked in keys for key in asked})
    open_claims = [
        claim for claim, asked in zip(claims, keys, strict=True) if _is_open(claim, asked, known)
    ]
    homes = {
        known.homes[key] for claim in open_claims for key in claim.identities()
        if key in known.homes
    }  # fmt: skip
    _lock_roots(known, homes)
    _learn_strength(known, homes)
    people = People(known)
    people.take_all(open_claims)
    real = _write_leads(people.new, _births(people, entries, at))
    found |= _write_identities(people, real, entries, at)
    return _settled(people, known, keys, found, real)


def _claim(place: int, entry: Entry) -> Claim:
    previous = entry.previous_id if entry.kind is EntryKind.ALIAS else None
    return Claim(place, entry.user_id, entry.email, entry.anonymous_id, previous, entry.is_public)


def _look_up(keys: Collection[Key]) -> tuple[dict[Key, int], Known]:
    known = Known()
    found: dict[Key, int] = {}
    asked = sorted(keys)
    roots, homes = known.roots, known.homes
    for kind, value, pk, home, root in rows_of(
        _FIND, [texts([kind for kind, _ in asked]), texts([value for _, value in asked])]
    ):
        key = (kind, value)
        found[key] = pk
        homes[key] = home
        roots[home] = root
        roots[root] = root
    return found, known


def _lock_roots(known: Known, homes: Collection[int]) -> None:
    """Only roots are locked, in id order; every change of a face's root holds its root's lock."""
    if not homes:
        return
    roots = {known.roots[home] for home in homes}
    locked = rows_of(_LOCK, [ids(sorted(roots))])
    faces = [home for home in homes if known.roots[home] != home]
    now = rows_of(_CANONICAL, [ids(faces)]) if faces else []
    if len(locked) != len(roots) or any(known.roots[home] != root for home, root in now):
        raise Moved


def _is_open(claim: Claim, keys: list[Key], known: Known) -> bool:
    """Whether this claim may change anything: an identity is new, or two leads meet."""
    if claim.previous_id is not None:
        return True
    homes = known.homes
    first = homes.get(keys[0])
    if first is None:
        return True
    root = known.roots[first]
    return any(key not in homes or known.roots[homes[key]] != root for key in keys[1:])


def _learn_strength(known: Known, homes: Collection[int]) -> None:
    roots = list({known.roots[home] for home in homes})
    if not roots:
        return
    for root, has_user_id, has_email in rows_of(_STRENGTH, [roots]):
        if has_user_id:
            known.with_user_id.add(root)
        if has_email:
            known.with_email.add(root)
    apart: defaultdict[int, set[int]] = known.apart
    for one, other in rows_of(_APART, {"roots": roots}):
        apart[one].add(other)
        apart[other].add(one)


def _births(people: People, entries: Sequence[Entry], at: datetime) -> dict[int, datetime]:
    """When each new lead was first heard of."""
    births: dict[int, datetime] = {}
    for home, place in people.attached.values():
        if home >= FIRST_NEW:
            heard = min(entries[place].known_at, at)
            births[home] = min(births.get(home, heard), heard)
    return births


def _write_leads(new: Sequence[int], births: dict[int, datetime]) -> dict[int, int]:
    real = dict(zip(new, next_ids("leads_lead", len(new)), strict=True))
    if real:
        write_leads([(pk, births[number]) for number, pk in real.items()])
    return real


_LEAD_COLUMNS = ("id", "canonical_id", "stage", "stage_since", "tags", "created_at", "name",
                 "email", "phone", "title", "country")  # fmt: skip


def write_leads(leads: Iterable[tuple[int, datetime]]) -> None:
    """Rows of new leads: id and when they were first heard of."""
    stage = Stage.LEAD.value
    copy_rows(
        "leads_lead",
        _LEAD_COLUMNS,
        ((pk, pk, stage, born, "{}", born, "", "", "", "", "") for pk, born in leads),
    )


def _write_identities(
    people: People, real: dict[int, int], entries: Sequence[Entry], at: datetime
) -> dict[Key, int]:
    # Sorted, so that two who add the same identities meet at the first and never in a circle.
    added = sorted(people.attached.items())
    if not added:
        return {}
    rows = rows_of(
        _ADD,
        [
            ids([real.get(home, home) for _, (home, _) in added]),
            texts([kind for (kind, _), _ in added]),
            texts([value for (_, value), _ in added]),
            instants([min(entries[place].known_at, at) for _, (_, place) in added]),
        ],
    )
    if len(rows) != len(added):
        raise Moved
    return {(kind, value): pk for pk, kind, value in rows}


def _settled(
    people: People, known: Known, keys: list[list[Key]], found: dict[Key, int], real: dict[int, int]
) -> Settled:
    strongest = [asked[0] for asked in keys]
    homes = [known.homes[key] for key in strongest]
    return Settled(
        identities=[found[key] for key in strongest],
        homes=[real.get(home, home) for home in homes],
        roots={
            real.get(home, home): real.get(root, root)
            for home, root in ((home, people.root(home)) for home in list(known.roots))
        },
        created=list(real.values()),
        joins=[
            Join(real.get(join.kept, join.kept), real.get(join.merged, join.merged), join.why,
                 join.place)
            for join in people.joins
        ],
        conflicts=[
            Conflict(clash.place, real.get(clash.lead, clash.lead),
                     real.get(clash.other, clash.other), clash.said)
            for clash in people.conflicts
        ],
        new_emails={
            value: place
            for (kind, value), (_, place) in people.attached.items()
            if kind == EMAIL
        },
    )  # fmt: skip


__all__ = ["ANONYMOUS_ID", "EMAIL", "USER_ID", "Moved", "Settled", "settle", "write_leads"]
