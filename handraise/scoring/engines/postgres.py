# ruff: noqa: S608 (names are ours, values are bound or quoted by `literal`)
"""PostgreSQL: the live engine, on Django's own connection, inside its transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import local
from typing import Any

import ibis
import psycopg
from django.db import connection, transaction

from handraise.agreement.document import Document, FitSignal
from handraise.kit.fold import fold
from handraise.leads.entry import Json
from handraise.scoring.compile import Relations, relations
from handraise.scoring.engines.postgres_functions import PostgresFunctions
from handraise.scoring.engines.postgres_settings import FREE, SETTINGS
from handraise.scoring.engines.postgres_tables import PostgresEngine
from handraise.scoring.plan import FOREVER, Watched

FEW = 50
HINDSIGHT = "9999-01-01 00:00:00+00"


@dataclass(frozen=True)
class PostgresText:
    """An agreement compiled to PostgreSQL's text. One text serves every call."""

    document: Document
    zone: str
    relations: Relations = field(init=False)

    def __post_init__(self) -> None:
        made = relations(self.document, PostgresFunctions(), self.zone)
        object.__setattr__(self, "relations", made)

    @cached_property
    def inputs(self) -> str:
        """`WITH` and the tables that every call hands in; parameters of `_parameters`."""
        rows = ", ".join(_signal_row(one) for one in self.relations.plan.watched)
        signals = f"VALUES {rows}" if rows else "SELECT 0, '', '', 0.0, NULL, 0, NULL WHERE false"
        return (
            "WITH moments(lead_id, at, known_by) AS"
            " (SELECT lead_id, coalesce(at, %s::timestamptz), coalesce(known_by, %s::timestamptz)"
            " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])"
            " AS m(lead_id, at, known_by)),"
            " asked(lead_id) AS (SELECT unnest(%s::bigint[])),"
            " signals(number, kind, event, points, half_life, horizon, at_most) AS"
            " (SELECT number::bigint, kind::text, event::text, points::float8, half_life::bigint,"
            " horizon::bigint, at_most::float8"
            f" FROM ({signals}) AS v(number, kind, event, points, half_life, horizon, at_most)),"
            f" {self._lists}"
        )

    @property
    def _lists(self) -> str:
        stored = "SELECT list::text, value::text FROM agreement_listentry"
        if self.document.lists:
            # A document brings its own lists, whichever version's are stored.
            stored += (
                " WHERE NOT list = ANY(%s::text[])"
                " UNION ALL SELECT * FROM unnest(%s::text[], %s::text[])"
            )
        return f"lists(list, value) AS NOT MATERIALIZED ({stored})"

    @cached_property
    def scores(self) -> str:
        return _text(self.relations.scores)

    @property
    def arrays(self) -> str:
        """contributions, matched, latest: a place for each signal, from what has counted."""
        return ", ".join(
            _array(self.document, column, kind)
            for column, kind in (
                ("points", "float8[]"), ("counts", "integer[]"), ("latest", "timestamptz[]"),
            )
        )  # fmt: skip

    @cached_property
    def reading(self) -> str:
        """The columns of `queries.Scores`, after `inputs`."""
        truths = ", ".join(f"truth_{n}" for n in range(len(self.relations.plan.criteria)))
        return (
            f" SELECT lead_id, at, fit, interest, intent, priority, grade, company_interest,"
            f" company_intent, {self.arrays}, ARRAY[{truths}]::boolean[]"
            f" FROM ({self.scores}) scored ORDER BY lead_id, at"
        )

    @cached_property
    def counted(self) -> str:
        """The relation `matched`, after `inputs` and a name for it."""
        return _text(self.relations.matched)

    @cached_property
    def counting(self) -> str:
        """Every activity that counted: lead_id, number, activity_id, points, its name and when it
        happened; after `inputs`."""
        return (
            " SELECT counted.lead_id, number, activity_id, points, activity.name,"
            " activity.occurred_at"
            f" FROM ({self.counted}) counted"
            " JOIN leads_activity activity ON activity.id = activity_id"
            " ORDER BY counted.lead_id, number, points DESC, activity_id DESC"
        )

    @cached_property
    def telling(self) -> str:
        """The facts that conditions read: name, fact_id, value (as JSON text), holds_from; after
        `inputs`."""
        if self.relations.facts is None:
            return " SELECT '', 0, '', now() WHERE false"
        return (
            " SELECT told.name, fact_id, fact.value::text, fact.holds_from"
            f" FROM ({_text(self.relations.facts)}) told"
            " JOIN leads_fact fact ON fact.id = fact_id ORDER BY told.name"
        )

    @cached_property
    def detailing(self) -> str:
        """What each `did` counted; the truth of each of `plan.nodes`, of each fit signal."""
        fit = ", ".join(f"signal_{place}" for place in range(len(self.document.fit)))
        dids = ", ".join(f"did_{number}" for number in self.relations.plan.did_numbers.values())
        nodes = ", ".join(f"node_{place}" for place in range(len(self.relations.plan.nodes)))
        return (
            f" SELECT ARRAY[{dids}]::float8[], ARRAY[{nodes}]::boolean[],"
            f" ARRAY[{fit}]::boolean[] FROM ({_text(self.relations.details)}) detail"
        )

    @cached_property
    def list_parameters(self) -> list[list[str]]:
        lists = self.document.lists
        if not lists:
            return []
        pairs = sorted({(name, fold(value)) for name in lists for value in lists[name]})
        return [sorted(lists), [name for name, _ in pairs], [value for _, value in pairs]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Which lead, at which instant, known by when (None: with the hindsight of today)."""

    lead_id: int
    at: datetime
    known_by: datetime | None


def run(
    made: PostgresText,
    text: str,
    moments: Sequence[Moment],
    *,
    before: tuple[str, list[Any]] = ("", []),
) -> list[tuple[Any, ...]]:
    """The rows of `text`, which begins after `made.inputs`, for these moments.

    `before`: common table expressions, with their parameters, that stand in for tables.
    """
    if not moments:
        return []
    tables, given = before
    inputs = f"WITH {tables}, {made.inputs.removeprefix('WITH ')}" if tables else made.inputs
    parameters = [*given, *_times_and_leads(moments), *made.list_parameters]
    are_few = len(moments) <= FEW
    with tuned(are_few=are_few):
        return _execute(inputs + text, parameters, prepare=are_few)


@dataclass(frozen=True, slots=True)
class Told:
    """The fact that conditions read under a subject, as it holds at a moment."""

    subject: str
    id: int
    value: Json
    holds_from: datetime


def facts_told(made: PostgresText, moment: Moment) -> list[Told]:
    """The facts about the lead and its company that conditions read, by subject."""
    return [
        Told(subject, pk, None if value is None else json.loads(value), holds_from)
        for subject, pk, value, holds_from in run(made, made.telling, [moment])
    ]


_tuning = local()


@contextmanager
def tuned(*, are_few: bool) -> Iterator[None]:
    """A transaction whose planner is set for these texts. Within another such, nothing is set
    again: a page asks four of them of one lead, and setting took longer than some answers."""
    if getattr(_tuning, "are_few", None) is are_few and connection.in_atomic_block:
        yield
        return
    before = getattr(_tuning, "are_few", None)
    ends_here = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SETTINGS, ["force_generic_plan" if are_few else "auto"])
        _tuning.are_few = are_few
        try:
            yield
        finally:
            _tuning.are_few = before
        if not ends_here:  # what was set ends with its transaction
            cursor.execute(FREE)
        if before is not None:
            cursor.execute(SETTINGS, ["force_generic_plan" if before else "auto"])


def _times_and_leads(moments: Sequence[Moment]) -> list[Any]:
    """The parameters of `moments` and `asked`. An instant shared by all is sent once."""
    leads = [moment.lead_id for moment in moments]
    first = moments[0]
    ats: list[str] = []
    known: list[str] = []
    if any(m.at != first.at or m.known_by != first.known_by for m in moments):
        ats = [str(moment.at) for moment in moments]
        known = [str(moment.known_by or HINDSIGHT) for moment in moments]
    shared = [str(first.at), str(first.known_by or HINDSIGHT)]
    return [*shared, leads, ats, known, sorted(set(leads))]


def _execute(text: str, parameters: list[Any], *, prepare: bool) -> list[tuple[Any, ...]]:
    # Django's own cursors paste parameters into the text; this one binds them on the server, so
    # that the plan for a few leads can be kept with the connection.
    raw = connection.connection
    before, raw.prepare_threshold = raw.prepare_threshold, 0 if prepare else None
    try:
        with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
            return cursor.execute(text, parameters, prepare=prepare).fetchall()
    finally:
        raw.prepare_threshold = before


def _text(expression: Any) -> str:
    # The percent sign is psycopg's mark for a parameter.
    return str(ibis.to_sql(expression, dialect="postgres", pretty=False)).replace("%", "%%")


def _signal_row(one: Watched) -> str:
    values = (
        one.number, one.kind, one.event, float(one.points), one.half_life,
        min(one.horizon, FOREVER), one.at_most,
    )  # fmt: skip
    return f"({', '.join(literal(value) for value in values)})"


def literal(value: str | float | None) -> str:
    """A value as PostgreSQL writes it, percent signs doubled."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        quoted = value.replace("'", "''").replace("%", "%%")
        return f"E'{quoted.replace(chr(92), chr(92) * 2)}'" if "\\" in quoted else f"'{quoted}'"
    return repr(value)


def _array(document: Document, column: str, kind: str) -> str:
    """One place for each signal of the document, from the arrays that only hold what counted."""
    places = []
    for number, signal in enumerate(document.signals):
        if isinstance(signal, FitSignal):
            places.append(_fit_place(column, number, signal.points))
        else:
            found = f"{column}[array_position(numbers, {number}::bigint)]"
            places.append(found if column == "latest" else f"coalesce({found}, 0)")
    return f"ARRAY[{', '.join(places)}]::{kind}"


def _fit_place(column: str, number: int, points: float) -> str:
    if column == "points":
        return f"CASE signal_{number} WHEN true THEN {literal(float(points))} WHEN false THEN 0 END"
    return "NULL" if column == "latest" else "0"


_kept: dict[int, PostgresText] = {}


def text_for(document: Document, zone: str) -> PostgresText:
    """The compiled text, remembered for as long as the document is the same object."""
    found = _kept.get(id(document))
    if found is None or found.document is not document or found.zone != zone:
        if len(_kept) >= 32:
            _kept.pop(next(iter(_kept)))
        found = _kept[id(document)] = PostgresText(document, zone)
    return found


__all__ = [
    "HINDSIGHT", "Moment", "PostgresEngine", "PostgresText", "literal", "run", "text_for",
]  # fmt: skip
