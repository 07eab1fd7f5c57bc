"""Cards: what lists show and search, made from facts, identities and activities."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from handraise.kit.fold import fold
from handraise.leads.bulk import execute, rows_of

LEAD_CARD = ("name", "first_name", "last_name", "email", "phone", "title", "country")
COMPANY_CARD = ("name", "industry", "employees", "country")

_READ = """
    SELECT lead.id,
        said.known ->> 'name', said.known ->> 'first_name', said.known ->> 'last_name',
        coalesce(said.known ->> 'email', address.value), said.known ->> 'phone',
        said.known ->> 'title', said.known ->> 'country', firm.id, firm.name, firm.domain,
        seen.occurred_at
    FROM leads_lead lead
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(newest.name, newest.value #>> '{}') AS known
        FROM (
            SELECT DISTINCT ON (fact.name) fact.name, fact.value
            FROM leads_lead face
            JOIN leads_identity known ON known.lead_id = face.id
            JOIN leads_fact fact ON fact.identity_id = known.id
            WHERE face.canonical_id = lead.id AND fact.name = ANY(%(names)s)
              AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
            ORDER BY fact.name, fact.holds_from DESC, fact.known_at DESC, fact.id DESC
        ) newest
    ) said ON true
    LEFT JOIN LATERAL (
        SELECT known.value FROM leads_lead face
        JOIN leads_identity known ON known.lead_id = face.id AND known.kind = 'email'
        WHERE face.canonical_id = lead.id ORDER BY known.created_at DESC, known.id DESC LIMIT 1
    ) address ON true
    LEFT JOIN LATERAL (
        SELECT company.id, company.name, company.domain FROM leads_lead face
        JOIN leads_identity known ON known.lead_id = face.id
        JOIN leads_membership membership ON membership.identity_id = known.id
        JOIN leads_company company ON company.id = membership.company_id
        WHERE face.canonical_id = lead.id AND membership.withdrawn_at IS NULL
        ORDER BY membership.holds_from DESC, membership.known_at DESC, membership.id DESC LIMIT 1
    ) firm ON true
    LEFT JOIN LATERAL (
        SELECT latest.occurred_at FROM leads_lead face
        JOIN leads_identity known ON known.lead_id = face.id
        CROSS JOIN LATERAL (
            SELECT activity.occurred_at FROM leads_activity activity
            WHERE activity.identity_id = known.id AND NOT EXISTS (
                SELECT FROM (
                    SELECT DISTINCT ON (judged.doubt) judged.counts FROM leads_judgement judged
                    WHERE judged.activity_id = activity.id
                    ORDER BY judged.doubt, judged.known_at DESC, judged.id DESC
                ) verdict WHERE NOT verdict.counts
            )
            ORDER BY activity.occurred_at DESC LIMIT 1
        ) latest
        WHERE face.canonical_id = lead.id ORDER BY latest.occurred_at DESC LIMIT 1
    ) seen ON true
    WHERE lead.id = ANY(%(ids)s)
"""

_WRITE = """
    UPDATE leads_lead lead SET name = card.name, email = card.email, phone = card.phone,
        title = card.title, country = card.country, company_id = card.company_id,
        search = card.search, last_seen_at = card.seen
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::bigint[], %s::text[], %s::timestamptz[])
        AS card (id, name, email, phone, title, country, company_id, search, seen)
    WHERE lead.id = card.id
"""


def refresh_cards(lead_ids: Collection[int]) -> None:
    """Make the cards of these canonical leads anew. The caller holds their locks."""
    if not lead_ids:
        return
    rows = rows_of(_READ, {"ids": list(lead_ids), "names": list(LEAD_CARD)})
    cards = sorted(_card(*row) for row in rows)
    execute(_WRITE, [list(column) for column in zip(*cards, strict=True)])


def _card(
    pk: int, name: str | None, first: str | None, last: str | None, email: str | None,
    phone: str | None, title: str | None, country: str | None, company_id: int | None,
    company: str | None, domain: str | None, seen: datetime | None,
) -> tuple[object, ...]:  # fmt: skip
    whole = name or " ".join(part for part in (first, last) if part)
    said = fold(" ".join(part for part in (whole, email, company or domain, title) if part))
    return (
        pk, whole[:255], (email or "")[:254], (phone or "")[:60], (title or "")[:255],
        (country or "")[:255], company_id, said, seen,
    )  # fmt: skip


_SEEN = """
    UPDATE leads_lead lead
    SET last_seen_at = greatest(lead.last_seen_at, seen.at), withdrawn_at = NULL
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS seen (id, at)
    WHERE lead.id = seen.id AND (
        lead.withdrawn_at IS NOT NULL
        OR seen.at IS NOT NULL AND (lead.last_seen_at IS NULL OR lead.last_seen_at < seen.at)
    )
"""


def note_seen(seen: Mapping[int, datetime | None]) -> None:
    """These leads did something at these instants (None: something was said of them). One that
    was taken back by an undone import is back again."""
    if seen:
        execute(_SEEN, [list(seen), list(seen.values())])


_COMPANIES = """
    UPDATE leads_company company SET
        name = left(coalesce(said.known ->> 'name', company.name), 255),
        industry = left(coalesce(said.known ->> 'industry', ''), 255),
        employees = said.employees,
        country = left(coalesce(said.known ->> 'country', ''), 255)
    FROM (
        SELECT asked.id,
            jsonb_object_agg(newest.name, newest.value #>> '{}')
                FILTER (WHERE newest.name IS NOT NULL) AS known,
            max(newest.number) FILTER (WHERE newest.name = 'employees') AS employees
        FROM unnest(%(ids)s::bigint[]) AS asked (id)
        LEFT JOIN LATERAL (
            SELECT DISTINCT ON (fact.name) fact.name, fact.value, fact.number
            FROM leads_fact fact
            WHERE fact.company_id = asked.id AND fact.name = ANY(%(names)s)
              AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
            ORDER BY fact.name, fact.holds_from DESC, fact.known_at DESC, fact.id DESC
        ) newest ON true
        GROUP BY asked.id
    ) said
    WHERE company.id = said.id
"""

# A lead that somebody else holds at this moment is passed over rather than waited for out of
# order; its card is made anew when it is next touched.
_COLLEAGUES = """
    SELECT id FROM leads_lead WHERE company_id = ANY(%s) AND canonical_id = id
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""


def refresh_company_cards(company_ids: Collection[int], *, renamed: Collection[int] = ()) -> None:
    """Make the cards of these companies anew, and those of the leads of renamed ones."""
    if not company_ids:
        return
    ids = sorted(company_ids)
    rows_of("SELECT id FROM leads_company WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [ids])
    execute(_COMPANIES, {"ids": ids, "names": list(COMPANY_CARD)})
    if renamed:
        refresh_cards([row[0] for row in rows_of(_COLLEAGUES, [list(renamed)])])
