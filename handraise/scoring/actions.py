# ruff: noqa: S608 (names are ours, values are bound or quoted by `literal`)
"""Writes: the newest score of each lead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction

from handraise.agreement.queries import Published
from handraise.leads import attention
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment, PostgresText, literal
from handraise.scoring.standing import Standing

_COLUMNS = (
    "lead_id", "version", "scored_at", "fit", "interest", "intent", "priority", "grade",
    "company_interest", "company_intent", "contributions", "matched", "latest", "truths",
)  # fmt: skip
_RETURNED = ("lead_id", "fit", "interest", "intent", "priority", "grade", "truths")


def rescore(lead_ids: Sequence[int], *, published: Published, at: datetime) -> list[Standing]:
    """Score canonical leads at `at` under the published agreement and store it.

    One statement for all of them; a score that is stored is replaced. Gives one Standing for each
    lead, in the order of their ids. The caller holds the leads' locks, or needs none.
    """
    if not lead_ids:
        return []
    made = postgres.text_for(published.document, settings.TIME_ZONE)
    moments = [Moment(lead_id, at, at) for lead_id in sorted(set(lead_ids))]
    with transaction.atomic():
        rows = postgres.run(made, _storing(made, published.number), moments)
    standings = [
        Standing(lead_id, at, fit, interest, intent, priority, grade, _truths(truths))
        for lead_id, fit, interest, intent, priority, grade, truths in rows
    ]
    return sorted(standings, key=lambda standing: standing.lead_id)


# Level-triggered: whoever was scored before an activity of a colleague became known (among the
# newest 500; the rest comes with the nightly round), or so soon after that it may not have been
# committed yet. A colleague's own re-score makes no activity, so two of them cannot wake each other
# for ever.
_COLLEAGUES_BEHIND = """
    WITH told AS MATERIALIZED (
        SELECT lead.id, lead.company_id, (
            SELECT max(newest.known_at)
            FROM leads_lead face
            JOIN leads_identity identity ON identity.lead_id = face.id
            CROSS JOIN LATERAL (
                SELECT known_at FROM leads_activity activity
                WHERE activity.identity_id = identity.id ORDER BY occurred_at DESC LIMIT 500
            ) newest
            WHERE face.canonical_id = lead.id
        ) + interval '1 minute' AS until
        FROM leads_lead lead
        WHERE lead.id = ANY(%s::bigint[]) AND lead.company_id IS NOT NULL
    )
    SELECT DISTINCT other.id
    FROM told
    JOIN leads_lead other ON other.company_id = told.company_id
        AND other.canonical_id = other.id AND other.id <> told.id
    JOIN scoring_score score ON score.lead_id = other.id
    WHERE score.scored_at < told.until
"""
_FIVE_MINUTES = 300


def wake_colleagues(lead_ids: Sequence[int], *, published: Published, at: datetime) -> int:
    """Ask for a look at the colleagues to whom these leads' activities count; how many.

    Nothing unless the agreement has company activity. The look falls on the next whole five
    minutes, so that nobody is scored more often than that for what colleagues do.
    """
    if published.document.company is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_COLLEAGUES_BEHIND, [list(lead_ids)])
        behind = [pk for (pk,) in cursor.fetchall()]
    next_round = (int(at.timestamp()) // _FIVE_MINUTES + 1) * _FIVE_MINUTES
    attention.wake(behind, look_at=datetime.fromtimestamp(next_round, UTC), why="colleague")
    return len(behind)


def _truths(raw: str | dict[str, bool | None]) -> dict[str, bool | None]:
    found: dict[str, bool | None] = json.loads(raw) if isinstance(raw, str) else raw
    return found


_storing_texts: dict[tuple[int, int], tuple[PostgresText, str]] = {}


def _storing(made: PostgresText, version: int) -> str:
    kept = _storing_texts.get((id(made), version))
    if kept is not None and kept[0] is made:
        return kept[1]
    if len(_storing_texts) >= 32:
        _storing_texts.pop(next(iter(_storing_texts)))
    text = _storing_text(made, version)
    _storing_texts[id(made), version] = (made, text)
    return text


def _storing_text(made: PostgresText, version: int) -> str:
    updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS[1:])
    return (
        f", scored AS ({made.scores})"
        f" INSERT INTO scoring_score ({', '.join(_COLUMNS)})"
        f" SELECT lead_id, {version}, at, fit, interest, intent, priority, grade,"
        f" company_interest, company_intent, {made.arrays}, {_truths_object(made)}"
        " FROM scored ORDER BY lead_id"
        f" ON CONFLICT (lead_id) DO UPDATE SET {updates}"
        f" RETURNING {', '.join(f'scoring_score.{name}' for name in _RETURNED)}"
    )


def _truths_object(made: PostgresText) -> str:
    # In portions: a function takes at most 100 arguments.
    pairs = [
        f"{literal(key)}, truth_{place}" for place, key in enumerate(made.relations.plan.criteria)
    ]
    portions = [pairs[start : start + 40] for start in range(0, len(pairs), 40)]
    return " || ".join(f"jsonb_build_object({', '.join(portion)})" for portion in portions)


__all__ = ["rescore", "wake_colleagues"]
