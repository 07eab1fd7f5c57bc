# ruff: noqa: S608 (the only text put in is our own sampling clause)
"""Reads: the activities, properties, facts and values that really occur here, for suggestions.

How often and when last, counted over everything where that is quick, else over a sample of whole
pages of the table. Remembered for some minutes: suggestions may be a little old.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection

from handraise.agreement.condition_tree import SCORES
from handraise.agreement.decide import SHIPPED_LISTS
from handraise.leads import limits
from handraise.leads.decide import Stage
from handraise.leads.limits import TooLong
from handraise.team import queries as team

QUICK = 700  # milliseconds
SAMPLE = 50_000  # rows
RECENT = 2_000  # activities whose properties are looked at
_KEEP = 300  # seconds
MOST = 500


@dataclass(frozen=True, slots=True)
class Occurring:
    """One name or value: how often it occurs, when last; about, if only a sample was counted."""

    name: str
    count: int | None = None
    latest: datetime | None = None
    is_about: bool = False
    words: str = ""


def events() -> list[Occurring]:
    """The names of activities, most frequent first."""
    return _counted(
        "SELECT name, count(*), max(occurred_at) FROM leads_activity {sample}"
        " GROUP BY name ORDER BY 2 DESC LIMIT {most}",
        "leads_activity",
    )


def facts() -> list[Occurring]:
    """The names of facts, those of companies as `company.x`, most frequent first."""
    return _counted(
        "SELECT CASE WHEN company_id IS NULL THEN name ELSE 'company.' || name END,"
        " count(*), max(holds_from) FROM leads_fact {sample}"
        " GROUP BY 1 ORDER BY 2 DESC LIMIT {most}",
        "leads_fact",
    )


def values_of_fact(name: str) -> list[Occurring]:
    """The values that a fact has had, as they are compared, most frequent first."""
    is_of_company = name.startswith("company.")
    return _counted(
        "SELECT coalesce(text, number::text, truth::text), count(*), max(holds_from)"
        " FROM leads_fact {sample} WHERE name = %s AND (company_id IS NOT NULL) = %s"
        " AND (text IS NOT NULL OR number IS NOT NULL OR truth IS NOT NULL)"
        " GROUP BY 1 ORDER BY 2 DESC LIMIT {most}",
        "leads_fact", [name.removeprefix("company."), is_of_company],
    )  # fmt: skip


_OF_EVENT = (
    "(SELECT match, occurred_at FROM leads_activity {sample} WHERE name = %s"
    " ORDER BY occurred_at DESC LIMIT {recent}) a"
)


def properties(event: str) -> list[Occurring]:
    """The properties of the newest activities of this name, most frequent first."""
    return _counted(
        "SELECT key, count(*), max(a.occurred_at) FROM " + _OF_EVENT + ","
        " jsonb_object_keys(a.match) AS key WHERE right(key, 1) <> '~'"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}",
        "leads_activity", [event],
    )  # fmt: skip


def values_of_property(event: str, path: str) -> list[Occurring]:
    """The values of one property of the newest activities of this name."""
    return _counted(
        "SELECT a.match ->> %s, count(*), max(a.occurred_at) FROM " + _OF_EVENT + ""
        " WHERE jsonb_exists(a.match, %s) GROUP BY 1 ORDER BY 2 DESC LIMIT {most}",
        "leads_activity", [path, event, path],
    )  # fmt: skip


def purposes() -> list[Occurring]:
    """What leads were asked their consent for."""
    return _counted(
        "SELECT purpose, count(*), max(holds_from) FROM leads_consent {sample}"
        " GROUP BY 1 ORDER BY 2 DESC LIMIT {most}",
        "leads_consent",
    )


def teams() -> list[Occurring]:
    """Teams by name."""
    return [Occurring(each.name) for each in team.teams()]


def reserved() -> list[Occurring]:
    """What a criterion may speak of besides facts."""
    words = {"fit": "score", "interest": "score", "intent": "score", "priority": "score"}
    found = [Occurring(name, words=words[name]) for name in sorted(SCORES)]
    found += [Occurring("grade", words="from fit"), Occurring("stage", words="where they stand")]
    return found + [
        Occurring(f"consent.{each.name}", each.count, each.latest, each.is_about, "consent")
        for each in purposes()
    ]


def stages() -> list[Occurring]:
    """Stages by the word that pages print."""
    return [Occurring(stage.value, words=stage.label) for stage in Stage]


def lists(own: Sequence[str]) -> list[Occurring]:
    """Lists that a condition may name."""
    return [Occurring(name, words="of this agreement") for name in own] + [
        Occurring(name, words="comes with Handraise") for name in SHIPPED_LISTS
    ]


def _counted(sql: str, table: str, parameters: Sequence[Any] = ()) -> list[Occurring]:
    key = hashlib.sha256(repr((sql, list(parameters))).encode()).hexdigest()
    found: list[Occurring] | None = cache.get(f"occurring.{key}")
    if found is None:
        found = _count(sql, table, parameters)
        cache.set(f"occurring.{key}", found, _KEEP)
    return found


def _count(sql: str, table: str, parameters: Sequence[Any]) -> list[Occurring]:
    filled = {"most": MOST, "recent": RECENT}
    try:
        found = limits.rows(sql.format(sample="", **filled), parameters, milliseconds=QUICK)
        return [Occurring(name, count, latest) for name, count, latest in found]
    except TooLong:
        share = _share(table)
    sample = f"TABLESAMPLE SYSTEM ({share:.6f}) REPEATABLE (1)"
    try:
        found = limits.rows(sql.format(sample=sample, **filled), parameters, milliseconds=3 * QUICK)
    except TooLong:
        return []
    return [
        Occurring(name, round(count * 100 / share), latest, is_about=True)
        for name, count, latest in found
    ]


def _share(table: str) -> float:
    """Percent of the table that is about SAMPLE rows, by the database's own estimate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        (rows,) = cursor.fetchone() or (0,)
    return float(min(100.0, max(0.001, 100 * SAMPLE / max(float(rows), 1.0))))
