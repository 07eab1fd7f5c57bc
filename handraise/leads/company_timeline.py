"""The joint timeline of the people of a company, page by page."""

from __future__ import annotations

from handraise.leads.bulk import rows_of
from handraise.leads.models import Company
from handraise.leads.timeline import END, Cursor, Item, items_of

MOST_PEOPLE = 300  # of a company with more, those seen last

# Identity by identity, as a lead's own timeline: bounded by the page and the number of identities.
_NEWEST = """
    WITH people AS (
        SELECT id FROM leads_lead WHERE company_id = %(company)s AND is_current
        ORDER BY last_seen_at DESC NULLS LAST, id DESC LIMIT %(people)s
    ), faces AS (
        SELECT face.id FROM leads_lead face WHERE face.canonical_id IN (SELECT id FROM people)
    )
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
        SELECT move.at, 'move', move.id FROM leads_stagemove move
        WHERE move.lead_id IN (SELECT id FROM faces) AND move.at <= %(at)s
          AND (move.at, 'move', move.id) < (%(at)s, %(kind)s, %(id)s)
        ORDER BY 1 DESC, 3 DESC LIMIT %(limit)s
    ) UNION ALL (
        SELECT line.at, 'line', line.id FROM leads_journalline line
        WHERE line.company_id = %(company)s AND line.at <= %(at)s
          AND (line.at, 'line', line.id) < (%(at)s, %(kind)s, %(id)s)
        ORDER BY 1 DESC, 3 DESC LIMIT %(limit)s
    )
    ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT %(limit)s
"""


def company_timeline(
    company: Company, *, before: Cursor | None = None, limit: int = 40
) -> list[Item]:
    """What its people did, their moves, and what was done to the company; newest first."""
    start = before or END
    named = {
        "company": company.pk, "people": MOST_PEOPLE, "at": start.at, "kind": start.kind,
        "id": start.id, "limit": limit,
    }  # fmt: skip
    return items_of(rows_of(_NEWEST, named))


__all__ = ["company_timeline"]
