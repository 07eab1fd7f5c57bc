"""The timeline of a lead: what it did and what was done, in one order, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from handraise.leads.bulk import rows_of
from handraise.leads.models import Activity, JournalLine, Lead, StageMove

# These lines say what an activity or a move beside them says better.
_TOLD_OTHERWISE = [
    "qualification.moved", "leads.activity_logged", "post.letter_written", "post.meeting_held",
]  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in a timeline; `str()` of it goes into an address and `read` takes it back."""

    at: datetime
    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor that a text says; None if it says none."""
        parts = text.split("~")
        try:
            at = datetime.fromisoformat(parts[0])
            return cls(at, parts[1], int(parts[2])) if at.tzinfo is not None else None
        except (ValueError, IndexError):
            return None


Row: TypeAlias = Activity | JournalLine | StageMove


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on a timeline: `kind` is `activity`, `line` or `move`, `row` the model's object.

    `counts` is false for an activity that a judgement took out; `why_not` says why.
    """

    at: datetime
    kind: str
    row: Row
    counts: bool = True
    why_not: str = ""

    @property
    def lead(self) -> Lead | None:
        """Whose it is; None of what was done to a company."""
        if isinstance(self.row, Activity):
            return self.row.identity.lead.canonical
        return self.row.lead.canonical if self.row.lead is not None else None

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.kind, self.row.pk)


# Each part takes its newest rows by index, identity by identity and face by face, so that the
# work is bounded by the page and the number of identities, not by the length of the history.
_NEWEST = """
    WITH faces AS (SELECT id FROM leads_lead WHERE canonical_id = %(lead)s)
    (
        SELECT found.occurred_at AS at, 'activity' AS kind, found.id
        FROM leads_identity known CROSS JOIN LATERAL (
            SELECT occurred_at, id FROM leads_activity activity
            WHERE activity.identity_id = known.id AND activity.occurred_at <= %(at)s
              AND (activity.occurred_at, 'activity', activity.id) < (%(at)s, %(kind)s, %(id)s)
            ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s
        ) found
        WHERE known.lead_id IN (SELECT id FROM faces)
        ORDER BY 1 DESC, 3 DESC LIMIT %(limit)s
    ) UNION ALL (
        SELECT line.at, 'line', line.id FROM leads_journalline line
        WHERE line.lead_id IN (SELECT id FROM faces) AND line.at <= %(at)s
          AND line.kind <> ALL(%(otherwise)s)
          AND (line.at, 'line', line.id) < (%(at)s, %(kind)s, %(id)s)
        ORDER BY 1 DESC, 3 DESC LIMIT %(limit)s
    ) UNION ALL (
        SELECT move.at, 'move', move.id FROM leads_stagemove move
        WHERE move.lead_id IN (SELECT id FROM faces) AND move.at <= %(at)s
          AND (move.at, 'move', move.id) < (%(at)s, %(kind)s, %(id)s)
        ORDER BY 1 DESC, 3 DESC LIMIT %(limit)s
    )
    ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT %(limit)s
"""
END = Cursor(datetime.fromisoformat("9999-12-31T00:00:00+00:00"), "~", 0)


def timeline(lead: Lead, *, before: Cursor | None = None, limit: int = 50) -> list[Item]:
    """The newest things of a lead, newest first; `before` the cursor of the last item seen."""
    start = before or END
    found = rows_of(
        _NEWEST,
        {
            "lead": lead.canonical_id, "at": start.at, "kind": start.kind, "id": start.id,
            "limit": limit, "otherwise": _TOLD_OTHERWISE,
        },
    )  # fmt: skip
    return items_of(found, with_leads=False)


def items_of(found: Sequence[tuple[datetime, str, int]], *, with_leads: bool = True) -> list[Item]:
    """The things themselves, in this order; with whose they are, where that is not plain."""
    ids: dict[str, list[int]] = {"activity": [], "line": [], "move": []}
    for _, kind, pk in found:
        ids[kind].append(pk)
    activities, moves = (
        Activity.objects.select_related("by"),
        StageMove.objects.select_related("by"),
    )
    if with_leads:
        activities = activities.select_related("identity__lead__canonical")
        moves = moves.select_related("lead__canonical")
    rows: dict[str, dict[int, Row]] = {
        "activity": dict(activities.in_bulk(ids["activity"])),
        "line": dict(JournalLine.objects.select_related("by").in_bulk(ids["line"])),
        "move": dict(moves.in_bulk(ids["move"])),
    }
    doubts = doubted(ids["activity"])
    return [
        Item(at, kind, rows[kind][pk])
        if kind != "activity" or pk not in doubts
        else Item(at, kind, rows[kind][pk], counts=False, why_not=doubts[pk])
        for at, kind, pk in found
    ]


_DOUBTED = """
    SELECT activity_id, doubt, why FROM (
        SELECT DISTINCT ON (activity_id, doubt) activity_id, doubt, counts, why
        FROM leads_judgement WHERE activity_id = ANY(%s::bigint[])
        ORDER BY activity_id, doubt, known_at DESC, id DESC
    ) newest WHERE NOT counts
"""


def doubted(activity_ids: list[int]) -> dict[int, str]:
    """Which of these activities do not count, and why."""
    if not activity_ids:
        return {}
    return {pk: why or doubt for pk, doubt, why in rows_of(_DOUBTED, [activity_ids])}
