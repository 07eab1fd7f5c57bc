# ruff: noqa: S608 (names and numbers are ours, values are bound)
"""The score of one lead, were something more known or done: the same text over supposed rows.

The compiled text reads tables by their names. Here each is preceded by a common table expression
of that name, which holds the stored rows and the supposed ones. So nothing is written, and what
comes out is what the live system would compute if these rows were there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from handraise.agreement.document import Document
from handraise.leads.bulk import as_json
from handraise.leads.entry import Json
from handraise.leads.facts import match_of, typed
from handraise.leads.models import Identity, Lead, Membership
from handraise.leads.queries import company_of
from handraise.scoring import inputs
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment, PostgresText
from handraise.scoring.plan import COMPANY
from handraise.scoring.scores import Scores


@dataclass(frozen=True, slots=True)
class Home:
    """Where supposed rows hang: an identity of the lead, and its company (None: it has none).

    `identities`: of the lead and, where what colleagues do counts, of everybody who was ever told
    to be in that company: whose rows the score can read at all.
    """

    identity_id: int
    company_id: int | None
    identities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Supposed:
    """Rows that are not there, all of the instant that is asked about.

    activities: (name, properties); facts: by subject, those of the company with their prefix;
    consents: by purpose.
    """

    activities: tuple[tuple[str, Mapping[str, Json]], ...] = ()
    facts: tuple[tuple[str, Json], ...] = ()
    consents: tuple[tuple[str, bool], ...] = ()


def home_of(lead_id: int, *, document: Document, at: datetime) -> Home | None:
    """Where it would hang at `at`, as known then; None for a lead that nothing is known by."""
    own = (
        Identity.objects.filter(lead__canonical=lead_id).order_by("pk").values_list("pk", flat=True)
    )
    if not own:
        return None
    company = company_of(Lead.objects.get(pk=lead_id), at=at)
    people = set(own)
    if document.company is not None and company is not None:
        them = Membership.objects.filter(company=company).values("identity__lead__canonical")
        people.update(
            Identity.objects.filter(lead__canonical__in=them).values_list("pk", flat=True)
        )
    return Home(own[0], None if company is None else company.pk, tuple(sorted(people)))


def scores_supposing(made: PostgresText, moment: Moment, supposed: Supposed, home: Home) -> Scores:
    """The scores of the moment, were the supposed rows there. Nothing is written."""
    parameters = _parameters(supposed, home, moment.at)
    (row,) = postgres.run(made, made.reading, [moment], before=(_tables(), parameters))
    truths = dict(zip(made.relations.plan.criteria, row[-1], strict=True))
    return Scores(*(*row[:-1], truths))


# Newer than any stored row of the same instant, of which the newest by (…, id) holds.
_NEWEST = 2**62
_NO_COMPANY = -1  # the company of a lead that has none; no stored one has this id

_SUPPOSED = {
    inputs.ACTIVITY: (
        "SELECT -n, %s::bigint, name, %s::timestamptz, %s::timestamptz, match"
        " FROM unnest(%s::text[], %s::jsonb[]) WITH ORDINALITY AS s(name, match, n)"
    ),
    inputs.FACT: (
        f"SELECT {_NEWEST} + n, identity_id, company_id, name, text, words, number, truth, instant,"
        " %s::timestamptz, %s::timestamptz"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::float8[],"
        " %s::boolean[], %s::timestamptz[]) WITH ORDINALITY"
        " AS s(identity_id, company_id, name, text, words, number, truth, instant, n)"
    ),
    inputs.CONSENT: (
        f"SELECT {_NEWEST} + n, %s::bigint, purpose, is_given, %s::timestamptz, %s::timestamptz,"
        " NULL::timestamptz"
        " FROM unnest(%s::text[], %s::boolean[]) WITH ORDINALITY AS s(purpose, is_given, n)"
    ),
    inputs.MEMBERSHIP: (
        f"SELECT {_NEWEST} + n, %s::bigint, company_id, %s::timestamptz, %s::timestamptz,"
        " NULL::timestamptz FROM unnest(%s::bigint[]) WITH ORDINALITY AS s(company_id, n)"
    ),
}  # fmt: skip
_OF = dict.fromkeys(_SUPPOSED, "identity_id = ANY(%s::bigint[])") | {
    inputs.FACT: "(identity_id = ANY(%s::bigint[]) OR company_id = %s::bigint)"
}
_TYPES = {
    "int64": "bigint", "string": "text", "float64": "float8", "boolean": "boolean",
    "json": "jsonb",
}  # fmt: skip


@cache
def _tables() -> str:
    """`name AS (stored UNION ALL supposed), …`. Of what is stored only the rows of these people:
    PostgreSQL does not look through the union, and would read the whole table."""
    tables = []
    for table, supposed in _SUPPOSED.items():
        columns = table.schema().items()
        stored = ", ".join(
            f"{name}::{_TYPES.get(str(kind), 'timestamptz')}" for name, kind in columns
        )
        name = table.get_name()
        tables.append(
            f"{name}({', '.join(column for column, _ in columns)}) AS MATERIALIZED"
            f" (SELECT {stored} FROM {name} WHERE {_OF[table]} UNION ALL {supposed})"
        )
    return ", ".join(tables)


def _parameters(supposed: Supposed, home: Home, at: datetime) -> list[Any]:
    names = [name for name, _ in supposed.activities]
    matches = [as_json(match_of(properties)) for _, properties in supposed.activities]
    is_placed = home.company_id is None and any(_is_of_company(s) for s, _ in supposed.facts)
    people = list(home.identities)
    return [
        people, home.identity_id, at, at, names, matches,
        people, home.company_id, at, at, *_facts(supposed, home),
        people, home.identity_id, at, at,
        [purpose for purpose, _ in supposed.consents], [given for _, given in supposed.consents],
        people, home.identity_id, at, at, [_NO_COMPANY] if is_placed else [],
    ]  # fmt: skip


def _facts(supposed: Supposed, home: Home) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in range(8)]
    company = _NO_COMPANY if home.company_id is None else home.company_id
    for subject, value in supposed.facts:
        name = subject.removeprefix(COMPANY)
        found = typed(name, value)
        owner = (None, company) if _is_of_company(subject) else (home.identity_id, None)
        row = (*owner, name, found.text, found.words, found.number, found.truth, found.instant)
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    return columns


def _is_of_company(subject: str) -> bool:
    return subject.startswith(COMPANY)
