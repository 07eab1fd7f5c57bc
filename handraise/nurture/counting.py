"""How often leads went which way, counted by the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from handraise.leads.bulk import execute, ids, texts

# In one order, so that two who count the same do not deadlock.
_ADD = """
    INSERT INTO nurture_stepcount (version_id, place, way, day, count)
    SELECT version, place, way, %s, count
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])
        AS passed (version, place, way, count)
    ORDER BY version, place, way
    ON CONFLICT (version_id, place, way, day)
    DO UPDATE SET count = nurture_stepcount.count + excluded.count
"""


def add(counts: Mapping[tuple[int, str, str], int], *, at: datetime) -> None:
    """Count who left steps: how many by (version, place, way). Last in a transaction, as others
    who count the same wait for its end."""
    if not counts:
        return
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    execute(
        _ADD,
        [
            day, ids(version for version, _, _ in counts), texts(place for _, place, _ in counts),
            texts(way for _, _, way in counts), ids(counts.values()),
        ],
    )  # fmt: skip


__all__ = ["add"]
