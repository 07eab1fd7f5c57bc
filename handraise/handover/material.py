"""Reads for briefs: what is known of many leads at once, each kind in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from handraise.agreement.document import Document
from handraise.leads.bulk import rows_of
from handraise.leads.models import Lead
from handraise.scoring.models import Score

Row = dict[str, Any]

ACTIVITIES = 20
CONTENT = 12
COLLEAGUES = 8

# An activity counts unless, for some doubt, the newest judgement says that it does not.
_COUNTS = """not exists (
    select from (
        select distinct on (doubt) counts from leads_judgement
        where activity_id = activity.id order by doubt, known_at desc, id desc
    ) judged where not judged.counts)"""

_FACTS = """
select distinct on (face.canonical_id, fact.name)
    face.canonical_id, fact.name, fact.value, fact.holds_from, source.name
from leads_lead face
join leads_identity identity on identity.lead_id = face.id
join leads_fact fact on fact.identity_id = identity.id
join leads_source source on source.id = fact.source_id
where face.canonical_id = any(%(leads)s) and fact.known_at <= %(at)s and fact.holds_from <= %(at)s
  and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
order by face.canonical_id, fact.name, fact.holds_from desc, fact.known_at desc, fact.id desc
"""

_COMPANY_FACTS = """
select distinct on (fact.company_id, fact.name)
    fact.company_id, fact.name, fact.value, fact.holds_from, source.name
from leads_fact fact join leads_source source on source.id = fact.source_id
where fact.company_id = any(%(companies)s)
  and fact.known_at <= %(at)s and fact.holds_from <= %(at)s
  and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
order by fact.company_id, fact.name, fact.holds_from desc, fact.known_at desc, fact.id desc
"""

_WHAT = """coalesce(activity.properties->>'title', activity.properties->>'name',
    activity.properties->>'path', activity.properties->>'url', '')"""

_ACTIVITIES = f"""
select lead.id, newest.* from unnest(%(leads)s::bigint[]) lead (id)
cross join lateral (
    select activity.id, activity.name, activity.occurred_at, {_WHAT}, activity.properties
    from leads_lead face
    join leads_identity identity on identity.lead_id = face.id
    join leads_activity activity on activity.identity_id = identity.id
    where face.canonical_id = lead.id and activity.occurred_at <= %(at)s and {_COUNTS}
    order by activity.occurred_at desc, activity.id desc limit %(limit)s
) newest
"""  # noqa: S608 - only constants of this module are put in

_CONTENT = f"""
select lead.id, engaged.* from unnest(%(leads)s::bigint[]) lead (id)
cross join lateral (
    select activity.name, {_WHAT} as what, count(*), max(activity.occurred_at)
    from leads_lead face
    join leads_identity identity on identity.lead_id = face.id
    join leads_activity activity on activity.identity_id = identity.id
    where face.canonical_id = lead.id and activity.occurred_at <= %(at)s
      and activity.name = any(%(events)s) and {_COUNTS}
    group by 1, 2 having {_WHAT} <> ''
    order by max(activity.occurred_at) desc limit %(limit)s
) engaged
"""  # noqa: S608

_COLLEAGUES = """
select lead.id, colleague.* from leads_lead lead
cross join lateral (
    select other.id, other.name, other.email, other.title, other.stage, other.last_seen_at
    from leads_lead other
    where other.company_id = lead.company_id and other.id <> lead.id
      and other.is_current
    order by other.last_seen_at desc nulls last, other.id limit %(limit)s
) colleague
where lead.id = any(%(leads)s) and lead.company_id is not null
"""

_CONSENTS = """
select distinct on (face.canonical_id, consent.purpose)
    face.canonical_id, consent.purpose, consent.is_given, consent.holds_from
from leads_lead face
join leads_identity identity on identity.lead_id = face.id
join leads_consent consent on consent.identity_id = identity.id
where face.canonical_id = any(%(leads)s) and consent.known_at <= %(at)s
order by face.canonical_id, consent.purpose, consent.holds_from desc, consent.known_at desc,
    consent.id desc
"""

_EARLIER = """
select face.canonical_id, handover.offered_at, person.name, handover.ended_at,
    case when accepted.id is not null then 'acceptance'
         when rejected.id is not null then 'rejection'
         when expired.id is not null then 'expiry' else 'withdrawal' end,
    coalesce(rejected.reason, ''),
    coalesce(rejected.note, accepted.note, expired.note, withdrawn.note, '')
from handover_handover handover
join leads_lead face on face.id = handover.lead_id
join team_user person on person.id = handover.assignee_id
left join handover_acceptance accepted on accepted.handover_id = handover.id
left join handover_rejection rejected on rejected.handover_id = handover.id
left join handover_expiry expired on expired.handover_id = handover.id
left join handover_withdrawal withdrawn on withdrawn.handover_id = handover.id
where face.canonical_id = any(%(leads)s) and handover.ended_at is not null
order by handover.ended_at desc, handover.id desc
"""


@dataclass(slots=True)
class Material:
    """All that a brief of one lead is written from. Lists are newest first."""

    lead: Lead
    score: Score | None = None
    facts: list[Row] = field(default_factory=list)
    company_facts: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    content: list[Row] = field(default_factory=list)
    colleagues: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    earlier: list[Row] = field(default_factory=list)


def gather(lead_ids: Collection[int], *, document: Document, at: datetime) -> dict[int, Material]:
    """The material of each canonical lead, as known at `at`, in nine statements for all of them."""
    leads = Lead.objects.select_related("company", "owner").in_bulk(list(lead_ids))
    scores = Score.objects.in_bulk(list(leads))
    named = {"leads": list(leads), "at": at}
    of = {
        "facts": _by_lead(_FACTS, named, _FACT),
        "activities": _by_lead(
            _ACTIVITIES,
            {**named, "limit": ACTIVITIES},
            ("id", "name", "occurred_at", "what", "properties"),
        ),
        "content": _by_lead(
            _CONTENT,
            {**named, "limit": CONTENT, "events": _events(document)},
            ("name", "what", "count", "latest"),
        ),
        "colleagues": _by_lead(
            _COLLEAGUES,
            {**named, "limit": COLLEAGUES},
            ("id", "name", "email", "title", "stage", "last_seen_at"),
        ),
        "consents": _by_lead(_CONSENTS, named, ("purpose", "is_given", "holds_from")),
        "earlier": _by_lead(
            _EARLIER, named, ("offered_at", "to", "ended_at", "how", "reason", "note")
        ),
    }
    companies = [lead.company_id for lead in leads.values() if lead.company_id is not None]
    company_facts = _by_lead(_COMPANY_FACTS, {"companies": companies, "at": at}, _FACT)
    return {
        pk: Material(
            lead,
            scores.get(pk),
            company_facts=company_facts.get(lead.company_id or 0, []),
            **{kind: rows.get(pk, []) for kind, rows in of.items()},
        )
        for pk, lead in leads.items()
    }


_FACT = ("name", "value", "holds_from", "source")
_JSON = {"value", "properties"}


def _events(document: Document) -> list[str]:
    return sorted({signal.event for signal in (*document.interest, *document.intent)})


def _by_lead(
    text: str, parameters: dict[str, Any], columns: tuple[str, ...]
) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for lead, *values in rows_of(text, parameters):
        row = dict(zip(columns, values, strict=True))
        for name in _JSON.intersection(columns):  # Django's cursors leave jsonb as text
            row[name] = msgspec.json.decode(row[name]) if row[name] is not None else None
        found[lead].append(row)
    return found
