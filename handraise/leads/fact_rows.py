"""Writing facts: what says nothing new is not written again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

import msgspec

from handraise.leads.bulk import as_json, copy_lines, escaped, ids, instants, rows_of, texts
from handraise.leads.decide import IS_PUBLIC
from handraise.leads.entry import Json
from handraise.leads.facts import NOTHING, typed

Owner: TypeAlias = tuple[str, int]  # ("lead", canonical id) or ("company", id)


class Saying(NamedTuple):
    """A fact as somebody said it: about a lead (by the identity, whose own lead is `home`) or
    about a company. One that `is_fallback` counts only where nothing of that name is known; one
    that `is_public`, where nobody has said it who is known to us."""

    owner: Owner
    name: str
    value: Json
    holds_from: datetime
    known_at: datetime
    source_id: int
    identity_id: int | None = None
    home: int = 0
    is_known_at_assumed: bool = False
    by_id: int | None = None
    is_fallback: bool = False
    is_public: bool = False


class _Earlier(NamedTuple):
    """Instants are seconds since 1970, exact to the microsecond: cheap to read by the thousand."""

    value: Json
    holds_from: float
    known_at: float
    home: int
    is_public: bool


_Newest: TypeAlias = dict[tuple[Owner, str], _Earlier]


def write(sayings: Sequence[Saying]) -> dict[Owner, set[str]]:
    """Write what is news, in one COPY; the names that changed, by owner.

    News is what differs from the newest value of that name that held and was known at that
    instant; what anybody may have said is none where somebody else has spoken. The same value
    said of another face of a merged lead is written, so that parting the two again leaves each
    with what was said of it.
    """
    if not sayings:
        return {}
    ordered = sorted(sayings, key=lambda said: (said.holds_from, said.known_at))
    newest = _newest(ordered)
    earlier = _at_their_time(ordered, newest)
    written: _Newest = {}
    news: list[Saying] = []
    for place, said in enumerate(ordered):
        key = (said.owner, said.name)
        if said.is_fallback and (key in newest or key in written):
            continue
        before = _later(earlier.get(place) or _if_before(newest.get(key), said), written.get(key))
        if _is_news(said, before):
            news.append(said)
            since, known = said.holds_from.timestamp(), said.known_at.timestamp()
            written[key] = _Earlier(said.value, since, known, said.home, said.is_public)
    _copy(news)
    changed: dict[Owner, set[str]] = {}
    for said in news:
        changed.setdefault(said.owner, set()).add(said.name)
    return changed


def _is_news(said: Saying, before: _Earlier | None) -> bool:
    if before is None:
        return said.value is not None
    if said.is_public and not before.is_public:
        return False
    return (
        type(said.value) is not type(before.value)
        or said.value != before.value
        or said.home != before.home
        or said.known_at.timestamp() < before.known_at
    )


def _if_before(found: _Earlier | None, said: Saying) -> _Earlier | None:
    if found is None or found.holds_from > said.holds_from.timestamp():
        return None
    return found


def _later(one: _Earlier | None, other: _Earlier | None) -> _Earlier | None:
    if one is None or other is None:
        return one or other
    return max(other, one, key=lambda fact: (fact.holds_from, fact.known_at))


_NEWEST_OF_LEADS = f"""
    SELECT DISTINCT ON (face.canonical_id, fact.name)
        face.canonical_id, fact.name, fact.value::text, extract(epoch FROM fact.holds_from)::float8,
        extract(epoch FROM fact.known_at)::float8, face.id, {IS_PUBLIC}
    FROM leads_lead face
    JOIN leads_identity known ON known.lead_id = face.id
    JOIN leads_fact fact ON fact.identity_id = known.id
    JOIN leads_source source ON source.id = fact.source_id
    WHERE face.canonical_id = ANY(%s::bigint[]) AND fact.name = ANY(%s)
      AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
    ORDER BY 1, 2, fact.holds_from DESC, fact.known_at DESC, fact.id DESC
"""  # noqa: S608 - a constant
_NEWEST_OF_COMPANIES = f"""
    SELECT DISTINCT ON (fact.company_id, fact.name)
        fact.company_id, fact.name, fact.value::text, extract(epoch FROM fact.holds_from)::float8,
        extract(epoch FROM fact.known_at)::float8, 0, {IS_PUBLIC}
    FROM leads_fact fact JOIN leads_source source ON source.id = fact.source_id
    WHERE fact.company_id = ANY(%s::bigint[]) AND fact.name = ANY(%s)
      AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
    ORDER BY 1, 2, fact.holds_from DESC, fact.known_at DESC, fact.id DESC
"""  # noqa: S608 - a constant


def _newest(sayings: Iterable[Saying]) -> _Newest:
    asked: dict[str, tuple[set[int], set[str]]] = {
        "lead": (set(), set()),
        "company": (set(), set()),
    }
    for said in sayings:
        kind, pk = said.owner
        asked[kind][0].add(pk)
        asked[kind][1].add(said.name)
    found: _Newest = {}
    for kind, sql in (("lead", _NEWEST_OF_LEADS), ("company", _NEWEST_OF_COMPANIES)):
        pks, names = asked[kind]
        if not pks:
            continue
        asked_for = [ids(pks), list(names)]
        for pk, name, value, *rest in rows_of(sql, asked_for):
            found[(kind, pk), name] = _Earlier(_json(value), *rest)
    return found


def _json(text: str | None) -> Json:
    return None if text is None else msgspec.json.decode(text)


# For the few that tell of a time before the newest fact of their name.
_AT_THEIR_TIME = """
    SELECT asked.place, fact.value, extract(epoch FROM fact.holds_from)::float8,
        extract(epoch FROM fact.known_at)::float8, fact.home, {is_public}
    FROM unnest(%s::int[], %s::bigint[], %s::text[], %s::timestamptz[])
        AS asked (place, owner, name, holds_from)
    CROSS JOIN LATERAL (
        SELECT fact.value::text, fact.holds_from, fact.known_at, fact.source_id, {home} AS home
        FROM {origin}
        WHERE {owner} = asked.owner AND fact.name = asked.name
          AND fact.holds_from <= asked.holds_from
          AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
        ORDER BY fact.holds_from DESC, fact.known_at DESC, fact.id DESC LIMIT 1
    ) fact
    JOIN leads_source source ON source.id = fact.source_id
"""
_ORIGINS = {
    "lead": {
        "home": "face.id",
        "owner": "face.canonical_id",
        "origin": "leads_lead face JOIN leads_identity known ON known.lead_id = face.id "
        "JOIN leads_fact fact ON fact.identity_id = known.id",
    },
    "company": {"home": "0", "owner": "fact.company_id", "origin": "leads_fact fact"},
}


def _at_their_time(sayings: Sequence[Saying], newest: _Newest) -> dict[int, _Earlier]:
    late: dict[str, list[tuple[int, Saying]]] = {"lead": [], "company": []}
    for place, said in enumerate(sayings):
        found = newest.get((said.owner, said.name))
        if found is not None and found.holds_from > said.holds_from.timestamp():
            late[said.owner[0]].append((place, said))
    earlier: dict[int, _Earlier] = {}
    for kind, asked in late.items():
        if not asked:
            continue
        rows = rows_of(
            _AT_THEIR_TIME.format(is_public=IS_PUBLIC, **_ORIGINS[kind]),
            [
                ids([place for place, _ in asked]),
                ids([said.owner[1] for _, said in asked]),
                texts([said.name for _, said in asked]),
                instants([said.holds_from for _, said in asked]),
            ],
        )
        for place, value, *rest in rows:
            earlier[place] = _Earlier(_json(value), *rest)
    return earlier


_COLUMNS = ("identity_id", "company_id", "name", "value", "text", "words", "number", "truth",
            "instant", "holds_from", "known_at", "is_known_at_assumed", "source_id",
            "by_id")  # fmt: skip


def _copy(sayings: Sequence[Saying]) -> None:
    if sayings:
        copy_lines("leads_fact", _COLUMNS, [_line(said) for said in sayings])


def _line(said: Saying) -> str:
    value = NOTHING if said.value is None else typed(said.name, said.value)
    owner = f"{said.identity_id}\t\\N"
    if said.identity_id is None:
        owner = f"\\N\t{said.owner[1]}"
    return (
        f"{owner}\t{escaped(said.name)}\t{_json_or_null(said.value)}\t{_or_null(value.text)}"
        f"\t{_or_null(value.words)}\t{_or_null(value.number)}\t{_or_null(value.truth)}"
        f"\t{_or_null(value.instant)}\t{said.holds_from.isoformat()}"
        f"\t{said.known_at.isoformat()}\t{said.is_known_at_assumed}\t{said.source_id}"
        f"\t{_or_null(said.by_id)}"
    )


def _json_or_null(value: Json) -> str:
    return "\\N" if value is None else escaped(as_json(value))


def _or_null(value: str | float | datetime | None) -> str:
    if value is None:
        return "\\N"
    return escaped(value) if isinstance(value, str) else str(value)
