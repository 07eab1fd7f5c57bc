"""Make the standings anew: read everything, write what changed."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import connection, transaction

from handraise.feedback.standing.models import Freshness
from handraise.feedback.velocity.refreshing import keep_passages
from handraise.leads.bulk import rows_of
from handraise.leads.decide import PATH, Stage

_COLUMNS = (
    "lead_id", "entered_at", "marketed_at", "accepted_at", "qualified_at", "opportunity_at",
    "customer_at", "nurtured_at", "disqualified_at", "stage", "source", "campaign", "content",
    "industry", "employees", "country", "owner_id", "version", "priority", "grade",
)  # fmt: skip

# A stage is reached by the move into it or past it: some firms skip one.
_MADE = """
with moved as (
    select face.canonical_id as id,
        min(move.at) filter (where move.after = any(%(marketed)s)) as marketed_at,
        min(move.at) filter (where move.after = any(%(accepted)s)) as accepted_at,
        min(move.at) filter (where move.after = any(%(qualified)s)) as qualified_at,
        min(move.at) filter (where move.after = any(%(opportunity)s)) as opportunity_at,
        min(move.at) filter (where move.after = any(%(customer)s)) as customer_at,
        min(move.at) filter (where move.after = 'NURTURE') as nurtured_at,
        min(move.at) filter (where move.after = 'DISQUALIFIED') as disqualified_at
    from leads_stagemove move join leads_lead face on face.id = move.lead_id
    where move.withdrawn_at is null and move.at <= %(at)s
    group by face.canonical_id
),
judged as (
    select distinct on (face.canonical_id) face.canonical_id as id, move.version, move.scores
    from leads_stagemove move join leads_lead face on face.id = move.lead_id
    where move.withdrawn_at is null and move.at <= %(at)s and move.after = 'MARKETING_QUALIFIED'
    order by face.canonical_id, move.at, move.id
),
taken as (
    select face.canonical_id as id, min(acceptance.at) as at
    from handover_acceptance acceptance
    join handover_handover handover on handover.id = acceptance.handover_id
    join leads_lead face on face.id = handover.lead_id
    where acceptance.at <= %(at)s
    group by face.canonical_id
),
born as (select canonical_id as id, min(created_at) as at from leads_lead group by canonical_id),
told as (
    select face.canonical_id as id,
        (array_agg(fact.text order by fact.holds_from, fact.known_at, fact.id)
            filter (where fact.name = 'source'))[1] as source,
        (array_agg(fact.text order by fact.holds_from, fact.known_at, fact.id)
            filter (where fact.name = 'campaign'))[1] as campaign
    from leads_fact fact
    join leads_identity identity on identity.id = fact.identity_id
    join leads_lead face on face.id = identity.lead_id
    where fact.name in ('source', 'campaign') and fact.text <> '' and fact.known_at <= %(at)s
      and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
    group by face.canonical_id
),
came as (
    select distinct on (face.canonical_id) face.canonical_id as id,
        coalesce(nullif(first.properties->>'title', ''), nullif(first.properties->>'path', ''),
            first.name) as content
    from leads_identity identity
    join leads_lead face on face.id = identity.lead_id
    cross join lateral (
        select activity.name, activity.properties, activity.occurred_at, activity.id
        from leads_activity activity
        where activity.identity_id = identity.id and activity.known_at <= %(at)s
        order by activity.occurred_at, activity.id limit 1
    ) first
    order by face.canonical_id, first.occurred_at, first.id
),
made as (
    select lead.id, born.at, moved.marketed_at,
        least(moved.accepted_at, taken.at), moved.qualified_at, moved.opportunity_at,
        moved.customer_at, moved.nurtured_at, moved.disqualified_at, lead.stage,
        coalesce(told.source, ''), coalesce(told.campaign, ''), coalesce(came.content, ''),
        coalesce(company.industry, ''), company.employees,
        coalesce(nullif(lead.country, ''), company.country, ''), lead.owner_id,
        judged.version, (judged.scores->>'priority')::float8,
        coalesce(judged.scores->>'grade', '')
    from leads_lead lead
    join born on born.id = lead.id
    left join moved on moved.id = lead.id
    left join judged on judged.id = lead.id
    left join taken on taken.id = lead.id
    left join told on told.id = lead.id
    left join came on came.id = lead.id
    left join leads_company company on company.id = lead.company_id
    where lead.is_current and born.at <= %(at)s
)
"""
_WRITE = f"""
{_MADE}
insert into feedback_standing as kept ({", ".join(_COLUMNS)})
select * from made
on conflict (lead_id) do update set ({", ".join(_COLUMNS[1:])}) =
    ({", ".join(f"excluded.{name}" for name in _COLUMNS[1:])})
where ({", ".join(f"kept.{name}" for name in _COLUMNS[1:])}) is distinct from
    ({", ".join(f"excluded.{name}" for name in _COLUMNS[1:])})
"""  # noqa: S608
_GONE = """
delete from feedback_standing kept using leads_lead lead
where lead.id = kept.lead_id and not lead.is_current
"""
_LOCK = "select pg_try_advisory_xact_lock(hashtext('feedback_standing'))"


def refresh(*, at: datetime) -> bool:
    """Make the standings as known at `at`. False, and nothing done, if somebody is at it already.

    Everything is read and only what changed is written, so that nobody who reads waits.
    """
    begun = time.perf_counter()
    with transaction.atomic():
        if not rows_of(_LOCK, {})[0][0]:
            return False
        with connection.cursor() as cursor:
            cursor.execute(_GONE)
            cursor.execute(_WRITE, {"at": at, **_stages()})
        keep_passages(at=at)
        Freshness.objects.update_or_create(
            pk=1, defaults={"as_of": at, "seconds": time.perf_counter() - begun}
        )
    return True


def _stages() -> dict[str, list[str]]:
    def onward(stage: Stage) -> list[str]:
        return [after.value for after in PATH[PATH.index(stage) :]]

    return {
        "marketed": onward(Stage.MARKETING_QUALIFIED),
        "accepted": onward(Stage.SALES_ACCEPTED),
        "qualified": onward(Stage.SALES_QUALIFIED),
        "opportunity": onward(Stage.OPPORTUNITY),
        "customer": onward(Stage.CUSTOMER),
    }
