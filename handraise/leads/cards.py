"""Cards: what lists show and search, made from facts, identities and activities."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from handraise.kit.fold import fold
from handraise.leads import attention
from handraise.leads.bulk import execute, ids, rows_of, texts
from handraise.leads.companies import Current, current


class Card(NamedTuple):
    """What is written on a lead's row, but for its company and when it was last seen."""

    name: str
    email: str
    phone: str
    title: str
    country: str


LEAD_CARD = ("name", "first_name", "last_name", "email", "phone", "title", "country")
COMPANY_CARD = ("name", "industry", "employees", "country")

# Four plain statements rather than one with a lateral join for each part: on tables that were
# just filled, and of which PostgreSQL has no figures yet, the one took seconds.
_FACTS = """
    SELECT DISTINCT ON (face.canonical_id, fact.name)
        face.canonical_id, fact.name, fact.value #>> '{}'
    FROM leads_lead face
    JOIN leads_identity known ON known.lead_id = face.id
    JOIN leads_fact fact ON fact.identity_id = known.id
    WHERE face.canonical_id = ANY(%s::bigint[]) AND fact.name = ANY(%s)
      AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
    ORDER BY face.canonical_id, fact.name, fact.holds_from DESC, fact.known_at DESC, fact.id DESC
"""
_ADDRESSES = """
    SELECT DISTINCT ON (face.canonical_id) face.canonical_id, known.value
    FROM leads_lead face
    JOIN leads_identity known ON known.lead_id = face.id AND known.kind = 'email'
    WHERE face.canonical_id = ANY(%s::bigint[])
    ORDER BY face.canonical_id, known.created_at DESC, known.id DESC
"""
_WRITE = """
    UPDATE leads_lead lead SET name = card.name, email = card.email, phone = card.phone,
        title = card.title, country = card.country, company_id = card.company_id
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[])
        AS card (id, company_id, name, email, phone, title, country)
    WHERE lead.id = card.id AND (lead.name, lead.email, lead.phone, lead.title, lead.country,
        lead.company_id) IS DISTINCT FROM (card.name, card.email, card.phone, card.title,
        card.country, card.company_id)
"""
_FOUND_BY = """
    INSERT INTO leads_leadsearch (lead_id, text)
    SELECT * FROM unnest(%s::bigint[], %s::text[])
    ON CONFLICT (lead_id) DO UPDATE SET text = excluded.text
    WHERE leads_leadsearch.text <> excluded.text
"""
_NOT_FOUND = "DELETE FROM leads_leadsearch WHERE lead_id = ANY(%s::bigint[])"


_SOMETHING = """
    SELECT DISTINCT known.lead_id FROM leads_identity known
    WHERE known.lead_id = ANY(%s::bigint[]) AND (known.kind = 'email' OR EXISTS (
        SELECT FROM leads_fact fact WHERE fact.identity_id = known.id AND fact.name = ANY(%s)
    ))
"""


def with_something_on(lead_ids: Collection[int]) -> set[int]:
    """Those of whom a card would say something; most visitors are not among them."""
    if not lead_ids:
        return set()
    return {row[0] for row in rows_of(_SOMETHING, [ids(lead_ids), list(LEAD_CARD)])}


_HOLD = """
    SELECT id FROM leads_lead WHERE id = ANY(%s::bigint[]) AND canonical_id = id
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""


def refresh_free_cards(lead_ids: Collection[int], *, at: datetime) -> None:
    """As `refresh_cards`, late in a transaction and without waiting for anybody: a lead that
    somebody else holds at this moment gets its card before the next look: it is asked for there."""
    if not lead_ids:
        return
    free = [row[0] for row in rows_of(_HOLD, [ids(sorted(lead_ids))])]
    refresh_cards(free)
    attention.wake(set(lead_ids).difference(free), look_at=at, why=attention.CARD)


def refresh_cards(lead_ids: Collection[int]) -> None:
    """Make the cards of these canonical leads anew, but for when they were last seen. The caller
    holds their locks."""
    if not lead_ids:
        return
    wanted = sorted(lead_ids)
    said: dict[int, dict[str, str | None]] = {}
    for pk, name, value in rows_of(_FACTS, [ids(wanted), list(LEAD_CARD)]):
        said.setdefault(pk, {})[name] = value
    addresses = dict(rows_of(_ADDRESSES, [ids(wanted)]))
    firms = current(wanted)
    cards = {pk: _card(said.get(pk, {}), addresses.get(pk)) for pk in wanted}
    firm_ids = [firms[pk].company_id if pk in firms else None for pk in wanted]
    columns = zip(*cards.values(), strict=True)
    execute(_WRITE, [ids(wanted), firm_ids, *[texts(column) for column in columns]])
    _let_find({pk: _words(card, firms.get(pk)) for pk, card in cards.items()})


def _card(said: Mapping[str, str | None], address: str | None) -> Card:
    name = said.get("name") or " ".join(
        part for part in (said.get("first_name"), said.get("last_name")) if part
    )
    return Card(
        name[:255], (said.get("email") or address or "")[:254], (said.get("phone") or "")[:60],
        (said.get("title") or "")[:255], (said.get("country") or "")[:255],
    )  # fmt: skip


def _words(card: Card, firm: Current | None) -> str:
    parts = (card.name, card.email, firm.name if firm else "", card.title)
    return fold(" ".join(part for part in parts if part))


def _let_find(words: Mapping[int, str]) -> None:
    found = {pk: text for pk, text in words.items() if text}
    if found:
        execute(_FOUND_BY, [ids(found), texts(found.values())])
    if len(found) < len(words):
        execute(_NOT_FOUND, [ids(words.keys() - found.keys())])


_LAST_SEEN = """
    UPDATE leads_lead lead SET last_seen_at = seen.at
    FROM (
        SELECT asked.id, max(latest.occurred_at) AS at
        FROM unnest(%s::bigint[]) AS asked (id)
        LEFT JOIN leads_lead face ON face.canonical_id = asked.id
        LEFT JOIN leads_identity known ON known.lead_id = face.id
        LEFT JOIN LATERAL (
            SELECT activity.occurred_at FROM leads_activity activity
            WHERE activity.identity_id = known.id AND NOT EXISTS (
                SELECT FROM (
                    SELECT DISTINCT ON (judged.doubt) judged.counts FROM leads_judgement judged
                    WHERE judged.activity_id = activity.id
                    ORDER BY judged.doubt, judged.known_at DESC, judged.id DESC
                ) verdict WHERE NOT verdict.counts
            )
            ORDER BY activity.occurred_at DESC LIMIT 1
        ) latest ON true
        GROUP BY asked.id
    ) seen
    WHERE lead.id = seen.id AND lead.last_seen_at IS DISTINCT FROM seen.at AND NOT coalesce(
        seen.at > lead.last_seen_at AND seen.at - lead.last_seen_at < %s, false
    )
"""

# Every change of last_seen_at rewrites ten index entries, and visitors click every few seconds.
SEEN_EVERY = timedelta(minutes=10)
EXACTLY = timedelta(0)


def look_when_seen(lead_ids: Collection[int], *, within: timedelta = EXACTLY) -> None:
    """Find anew when these canonical leads last did something that counts. A card that is behind
    by less than `within` stays as it is. The caller holds their locks."""
    if lead_ids:
        execute(_LAST_SEEN, [ids(lead_ids), within])


_BRING_BACK = """
    UPDATE leads_lead SET withdrawn_at = NULL
    WHERE id = ANY(%s::bigint[]) AND withdrawn_at IS NOT NULL
"""


def bring_back(lead_ids: Collection[int]) -> None:
    """Of these something is heard again: who was taken back with an undone import is there."""
    if lead_ids:
        execute(_BRING_BACK, [ids(lead_ids)])


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

_LOCK_COMPANIES = (
    "SELECT id FROM leads_company WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
)

# By what was told and not by the card, which may still have to be made.
_COLLEAGUES = """
    SELECT DISTINCT face.canonical_id
    FROM leads_membership membership
    JOIN leads_identity known ON known.id = membership.identity_id
    JOIN leads_lead face ON face.id = known.lead_id
    WHERE membership.company_id = ANY(%s::bigint[])
"""


def refresh_company_cards(company_ids: Collection[int]) -> None:
    """Make the cards of these companies anew."""
    if company_ids:
        wanted = sorted(company_ids)
        rows_of(_LOCK_COMPANIES, [wanted])
        execute(_COMPANIES, {"ids": wanted, "names": list(COMPANY_CARD)})


def colleagues_in(company_ids: Collection[int]) -> set[int]:
    """The canonical leads that were ever told to belong to one of these companies."""
    if not company_ids:
        return set()
    return {row[0] for row in rows_of(_COLLEAGUES, [ids(company_ids)])}
