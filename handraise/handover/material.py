"""Reads for briefs: what is known of many leads at once, each kind in one statement.

PostgreSQL writes the lists of a brief as JSON itself, and nothing here reads them: a morning's ten
thousand offers would spend their time on instants that are parsed only to be printed again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from handraise.agreement.document import Document
from handraise.handover.best_time import Week
from handraise.handover.queries import stored_scores
from handraise.leads.bulk import FEW, ids, rows_of, texts
from handraise.leads.decide import ZONE_FACTS, Stage
from handraise.scoring.models import Score
from handraise.scoring.pages import pages_of_intent

Json = msgspec.Raw  # JSON text that is put into the brief as it is

ACTIVITIES = 20
CONTENT = 12
COLLEAGUES = 8
MAILS = 8
RECENT = timedelta(days=90)
# What a lead did with a mail, as senders report it; and what only happened to a mail of theirs.
MAIL_EVENTS = ("Email Opened", "Email Link Clicked", "Email Clicked", "Email Replied")
NOT_THEIRS = ("Email Sent", "Email Delivered", "Email Bounced", "Email Marked as Spam")
LONGEST_TEXT = 500  # characters of one value; a brief is for reading
LONGEST_PROPERTIES = 2000  # characters; of longer ones each text is cut

# An activity counts unless, for some doubt, the newest judgement says that it does not. First
# whether any ever said so: of most activities nobody does, and that needs no sorting.
COUNTS = """(not exists (
    select from leads_judgement against
    where against.activity_id = activity.id and not against.counts
) or not exists (
    select from (
        select distinct on (doubt) counts from leads_judgement
        where activity_id = activity.id order by doubt, known_at desc, id desc
    ) judged where not judged.counts))"""

_CUT = """case when jsonb_typeof({0}) = 'string' and length({0} #>> '{{}}') > %(longest)s::int
    then to_jsonb(left({0} #>> '{{}}', %(longest)s::int)) else {0} end"""

_FACT = f"""json_build_object('name', name, 'value', {_CUT.format("value")},
    'holds_from', holds_from, 'source', source)"""

# Every statement gives (lead, JSON text), or for facts also the names of those that are known and
# for those of leads what may be their zone.
_FACTS = f"""
select lead, json_agg({_FACT} order by name)::text,
    array_agg(name::text) filter (where jsonb_typeof(value) <> 'null'),
    array_agg(value #>> '{{}}' order by name) filter (where name = any(%(zone_facts)s::text[]))
from (
    select distinct on (face.canonical_id, fact.name) face.canonical_id as lead,
        fact.name, coalesce(fact.value, 'null') as value, fact.holds_from, source.name as source
    from leads_lead face
    join leads_identity identity on identity.lead_id = face.id
    join leads_fact fact on fact.identity_id = identity.id
    join leads_source source on source.id = fact.source_id
    where face.canonical_id = any(%(leads)s::bigint[])
      and fact.known_at <= %(at)s::timestamptz and fact.holds_from <= %(at)s::timestamptz
      and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
    order by face.canonical_id, fact.name,
        fact.holds_from desc, fact.known_at desc, fact.id desc
) told group by lead
"""  # noqa: S608 - only constants of this module are put in, here and below

_COMPANY_FACTS = f"""
select company, json_agg({_FACT} order by name)::text,
    array_agg('company.' || name) filter (where jsonb_typeof(value) <> 'null')
from (
    select distinct on (fact.company_id, fact.name) fact.company_id as company,
        fact.name, coalesce(fact.value, 'null') as value, fact.holds_from, source.name as source
    from leads_fact fact join leads_source source on source.id = fact.source_id
    where fact.company_id = any(%(companies)s::bigint[])
      and fact.known_at <= %(at)s::timestamptz and fact.holds_from <= %(at)s::timestamptz
      and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
    order by fact.company_id, fact.name,
        fact.holds_from desc, fact.known_at desc, fact.id desc
) told group by company
"""  # noqa: S608

_WHAT = """left(coalesce(activity.properties->>'title', activity.properties->>'name',
    activity.properties->>'path', activity.properties->>'url', ''), %(longest)s::int)"""

_PROPERTIES = f"""case when length(activity.properties::text) <= %(longest_properties)s::int
    then activity.properties
    else (select jsonb_object_agg(key, {_CUT.format("each.value")})
          from jsonb_each(activity.properties) each) end"""  # noqa: S608

# Each lead's activities read once: the newest, what they engaged with, and of the last months what
# they did with mails, and when in the week they did anything by themselves, by the clock of `zone`.
_ACTIVITIES = f"""
select asked.lead, found.activities::text, found.content::text, found.mails::text,
    found.hours, found.days
from unnest(%(leads)s::bigint[], %(zones)s::text[]) asked (lead, zone)
cross join lateral (
    with told as materialized (
        select activity.id, activity.name, activity.occurred_at, activity.properties,
            activity.by_id, {_WHAT} as what
        from leads_lead face
        join leads_identity identity on identity.lead_id = face.id
        join leads_activity activity on activity.identity_id = identity.id
        where face.canonical_id = asked.lead
          and activity.occurred_at <= %(at)s::timestamptz and {COUNTS}
    ), recent as materialized (
        select name, occurred_at, occurred_at at time zone asked.zone as there,
            by_id is null and name <> all(%(not_theirs)s::text[]) as is_theirs,
            case when name = any(%(mail_events)s::text[]) then left(coalesce(
                properties->>'email_subject', properties->>'subject',
                properties->>'title', ''), %(longest)s::int) end as subject
        from told where occurred_at > %(since)s::timestamptz
    )
    select (
        select json_agg(json_build_object('id', id, 'name', name, 'what', what,
            'occurred_at', occurred_at, 'properties', properties)
            order by occurred_at desc, id desc)
        from (
            select id, name, what, occurred_at, {_PROPERTIES} as properties
            from told activity order by occurred_at desc, id desc limit {ACTIVITIES}
        ) newest) as activities, (
        select json_agg(json_build_object('name', name, 'what', what, 'count', count,
            'latest', latest) order by latest desc, what)
        from (
            select name, what, count(*), max(occurred_at) as latest
            from told where name = any(%(events)s::text[]) and what <> ''
            group by 1, 2 order by latest desc limit {CONTENT}
        ) engaged) as content, (
        select json_agg(json_build_object('name', name, 'what', subject, 'count', count,
            'latest', latest) order by latest desc, name, subject)
        from (
            select name, subject, count(*), max(occurred_at) as latest
            from recent where subject is not null
            group by 1, 2 order by latest desc, 1, 2 limit {MAILS}
        ) mail) as mails, (
        select array_agg(array[slot, count]) from (
            select (extract(isodow from there)::int - 1) * 24 + extract(hour from there)::int
                as slot, count(*)::int
            from recent where is_theirs group by 1
        ) busy) as hours,
        (select count(distinct there::date) from recent where is_theirs) as days
) found
"""  # noqa: S608

_LABELS = " ".join(f"when '{stage}' then '{stage.label}'" for stage in Stage)

_COLLEAGUES = f"""
select lead.id, (
    select json_agg(json_build_object('id', id, 'email', email, 'title', title,
        'name', coalesce(nullif(name, ''), nullif(email, ''), 'Visitor ' || id),
        'stage', case stage {_LABELS} end, 'last_seen_at', last_seen_at)
        order by last_seen_at desc nulls last, id)
    from (
        select other.id, other.name, other.email, other.title, other.stage, other.last_seen_at
        from leads_lead other
        where other.company_id = lead.company_id and other.id <> lead.id and other.is_current
        order by other.last_seen_at desc nulls last, other.id limit {COLLEAGUES}
    ) colleague)::text
from leads_lead lead where lead.id = any(%(leads)s::bigint[]) and lead.company_id is not null
"""  # noqa: S608

_CONSENTS = """
select lead, json_agg(json_build_object(
    'purpose', purpose, 'is_given', is_given, 'holds_from', holds_from) order by purpose)::text
from (
    select distinct on (face.canonical_id, consent.purpose)
        face.canonical_id as lead, consent.purpose, consent.is_given, consent.holds_from
    from leads_lead face
    join leads_identity identity on identity.lead_id = face.id
    join leads_consent consent on consent.identity_id = identity.id
    where face.canonical_id = any(%(leads)s::bigint[]) and consent.known_at <= %(at)s::timestamptz
    order by face.canonical_id, consent.purpose, consent.holds_from desc, consent.known_at desc,
        consent.id desc
) told group by lead
"""

_EARLIER = """
select face.canonical_id, json_agg(json_build_object(
    'offered_at', handover.offered_at, 'to', person.name, 'ended_at', handover.ended_at,
    'how', case when accepted.id is not null then 'acceptance'
                when rejected.id is not null then 'rejection'
                when expired.id is not null then 'expiry' else 'withdrawal' end,
    'reason', coalesce(rejected.reason, '') ||
        case when contest.is_upheld is false then ' (overturned)' else '' end,
    'note', coalesce(rejected.note, accepted.note, expired.note, withdrawn.note, ''))
    order by handover.ended_at desc, handover.id desc)::text
from handover_handover handover
join leads_lead face on face.id = handover.lead_id
join team_user person on person.id = handover.assignee_id
left join handover_acceptance accepted on accepted.handover_id = handover.id
left join handover_rejection rejected on rejected.handover_id = handover.id
left join handover_contest contest on contest.rejection_id = rejected.id
left join handover_expiry expired on expired.handover_id = handover.id
left join handover_withdrawal withdrawn on withdrawn.handover_id = handover.id
where face.canonical_id = any(%(leads)s::bigint[]) and handover.ended_at is not null
group by face.canonical_id
"""


_TOLD = " union all ".join(
    f"select '{kind}', of, told, {more} from ({statement}) {kind} (of, told{named})"  # noqa: S608
    for kind, statement, named, more in (
        ("facts", _FACTS, ", names, zones", "names, zones"),
        ("company_facts", _COMPANY_FACTS, ", names", "names, null::text[]"),
        *(
            (kind, statement, "", "null::text[], null::text[]")
            for kind, statement in (
                ("colleagues", _COLLEAGUES), ("consents", _CONSENTS), ("earlier", _EARLIER),
            )
        ),
    )
)  # fmt: skip

_LEADS = """
select lead.id, lead.company_id,
    coalesce(nullif(lead.name, ''), nullif(lead.email, ''), 'Visitor ' || lead.id),
    lead.email, lead.phone, lead.title, lead.country, lead.tags, lead.stage, lead.stage_since,
    owner.name,
    coalesce(nullif(company.name, ''), nullif(company.domain, ''), nullif(company.group_id, ''),
        'Company ' || company.id)
from leads_lead lead
left join leads_company company on company.id = lead.company_id
left join team_user owner on owner.id = lead.owner_id
where lead.id = any(%(leads)s::bigint[])
"""


def _none() -> Json:
    return Json(b"[]")


@dataclass(slots=True)
class Material:
    """All that a brief of one lead is written from. The lists are JSON, newest first; `known`
    names the facts that have a value, `own_zone` is the lead's if they told it."""

    lead: dict[str, Any]
    company_id: int | None
    score: Score | None = None
    known: set[str] = field(default_factory=set)
    facts: Json = field(default_factory=_none)
    company_facts: Json = field(default_factory=_none)
    activities: Json = field(default_factory=_none)
    content: Json = field(default_factory=_none)
    colleagues: Json = field(default_factory=_none)
    consents: Json = field(default_factory=_none)
    earlier: Json = field(default_factory=_none)
    pages: Json = field(default_factory=_none)
    mails: Json = field(default_factory=_none)
    week: Week = field(default_factory=Week)
    zone: str = "UTC"  # of the week
    own_zone: str = ""


def gather(
    lead_ids: Collection[int],
    *,
    document: Document,
    at: datetime,
    zones: Mapping[int, str],
    scores: Mapping[int, Score],
) -> dict[int, Material]:
    """The material of each canonical lead, as known at `at`, in a handful of statements.

    `zones`: by whose clock the week of a lead is read who has not told their own. `scores`: those
    that were read already.
    """
    is_kept = len(lead_ids) <= FEW
    unread = [pk for pk in lead_ids if pk not in scores]
    scores = {**scores, **{score.pk: score for score in stored_scores(unread)}}
    found = {
        row[0]: Material(_lead(row), row[1], scores.get(row[0]))
        for row in rows_of(_LEADS, {"leads": ids(lead_ids)}, is_kept=is_kept)
    }
    named = {
        "leads": ids(found),
        "companies": ids({one.company_id for one in found.values() if one.company_id is not None}),
        "events": texts(_events(document)),
        "at": at,
        "since": at - RECENT,
        "zone_facts": texts(ZONE_FACTS),
        "mail_events": texts(MAIL_EVENTS),
        "not_theirs": texts(NOT_THEIRS),
        "longest": str(LONGEST_TEXT),
        "longest_properties": str(LONGEST_PROPERTIES),
    }
    _add_told(found, named, is_kept=is_kept)
    for pk, told in pages_of_intent(list(found), document=document, at=at).items():
        found[pk].pages = _json(told)
    _add_activities(found, named, zones, is_kept=is_kept)
    return found


def _lead(row: tuple[Any, ...]) -> dict[str, Any]:
    pk, company_id, name, email, phone, title, country, tags, stage, since, owner, company = row
    return {
        "id": pk,
        "name": name,
        "email": email,
        "phone": phone,
        "title": title,
        "country": country,
        "tags": tags,
        "stage": stage,
        "stage_since": since,
        "owner": owner,
        "company": None if company_id is None else {"id": company_id, "name": company},
    }


def _add_told(found: dict[int, Material], named: dict[str, Any], *, is_kept: bool) -> None:
    companies: dict[int, tuple[Json, list[str]]] = {}
    for kind, of, told, names, zones in rows_of(_TOLD, named, is_kept=is_kept):
        if kind == "company_facts":
            companies[of] = (_json(told), names or [])
            continue
        setattr(found[of], kind, _json(told))
        if kind == "facts":
            found[of].known.update(names or ())
            found[of].own_zone = next((zone for zone in zones or () if zone in _zones()), "")
    for one in found.values():
        if one.company_id in companies:
            one.company_facts, names = companies[one.company_id]
            one.known.update(names)


def _add_activities(
    found: dict[int, Material], named: dict[str, Any], zones: Mapping[int, str], *, is_kept: bool
) -> None:
    for pk, one in found.items():
        zone = one.own_zone or zones.get(pk, "")
        one.zone = zone if zone in _zones() else "UTC"
    asked = {**named, "zones": texts(one.zone for one in found.values())}
    for pk, activities, content, mails, hours, days in rows_of(_ACTIVITIES, asked, is_kept=is_kept):
        one = found[pk]
        one.activities, one.content, one.mails = _json(activities), _json(content), _json(mails)
        one.week = Week(hours or (), days)


@cache
def _zones() -> frozenset[str]:
    """The zones that the database knows: any other name would be an error there."""
    return frozenset(row[0] for row in rows_of("select name from pg_timezone_names"))


def _json(text: str | None) -> Json:
    return _none() if text is None else Json(text.encode())


def _events(document: Document) -> list[str]:
    return sorted({signal.event for signal in (*document.interest, *document.intent)})
