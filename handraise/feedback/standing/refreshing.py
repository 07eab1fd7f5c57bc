"""Make the standings anew: read everything, write what changed."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import connection, transaction

from handraise.feedback.standing.models import Freshness
from handraise.feedback.standing.ripening import keep_ripening
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
-- What a lead first engaged with, by its name: an asset, a webinar, a video, a form. What our
-- mails brought is no way to come. The same days for everybody, since to look as long as somebody
-- stayed, or until they qualified, would give the outcome away.
engaged as (
    select distinct on (face.canonical_id) face.canonical_id as id, coalesce(
        nullif(activity.properties->>'title', ''), nullif(activity.properties->>'name', ''),
        activity.properties->>'form') as content
    from leads_activity activity
    join leads_identity identity on identity.id = activity.identity_id
    join leads_lead face on face.id = identity.lead_id
    join born on born.id = face.canonical_id
    where activity.name <> all(%(views)s) and activity.name not like 'Email %%'
      and (activity.properties->>'title' <> '' or activity.properties->>'form' <> '')
      and activity.known_at <= %(at)s and activity.occurred_at <= %(at)s
      and activity.occurred_at <= born.at + interval '720 hours'
      and {counts}
    order by face.canonical_id, activity.occurred_at, activity.id
),
landed as (
    select distinct on (face.canonical_id) face.canonical_id as id, first.path
    from leads_identity identity
    join leads_lead face on face.id = identity.lead_id
    cross join lateral (
        select activity.properties->>'path' as path, activity.occurred_at, activity.id
        from leads_activity activity
        where activity.identity_id = identity.id and activity.properties->>'path' <> ''
          and activity.known_at <= %(at)s and activity.occurred_at <= %(at)s and {counts}
        order by activity.occurred_at, activity.id limit 1
    ) first
    order by face.canonical_id, first.occurred_at, first.id
),
made as (
    select lead.id, least(born.at, moved.marketed_at, taken.at),
        least(moved.marketed_at, taken.at), least(moved.accepted_at, taken.at),
        moved.qualified_at, moved.opportunity_at, moved.customer_at,
        moved.nurtured_at, moved.disqualified_at, lead.stage,
        left(coalesce(told.source, ''), 500), left(coalesce(told.campaign, ''), 500),
        left(coalesce(engaged.content, landed.path, ''), 500),
        coalesce(company.industry, ''), company.employees,
        coalesce(nullif(lead.country, ''), company.country, ''), lead.owner_id,
        coalesce(judged.version, case when coalesce(moved.marketed_at, taken.at) is not null then (
            select agreed.number from agreement_version agreed
            where agreed.published_at <= least(moved.marketed_at, taken.at)
              and (agreed.retired_at is null
                or agreed.retired_at > least(moved.marketed_at, taken.at))
            order by agreed.published_at desc limit 1) end),
        (judged.scores->>'priority')::float8,
        coalesce(judged.scores->>'grade', '')
    from leads_lead lead
    join born on born.id = lead.id
    left join moved on moved.id = lead.id
    left join judged on judged.id = lead.id
    left join taken on taken.id = lead.id
    left join told on told.id = lead.id
    left join engaged on engaged.id = lead.id
    left join landed on landed.id = lead.id
    left join leads_company company on company.id = lead.company_id
    where lead.is_current and least(born.at, moved.marketed_at, taken.at) <= %(at)s
)
"""
# For each doubt the newest judgement holds.
_COUNTS = """not exists (
        select from leads_judgement judged where judged.activity_id = activity.id
          and not judged.counts and judged.known_at <= %(at)s
          and not exists (
            select from leads_judgement later
            where later.activity_id = judged.activity_id and later.doubt = judged.doubt
              and later.known_at <= %(at)s
              and (later.known_at, later.id) > (judged.known_at, judged.id)))"""
_VIEWS = ["page", "screen", "Page Left"]  # of which the title is that of the page
_WRITE = f"""
{_MADE.format(counts=_COUNTS)}
insert into feedback_standing as kept ({", ".join(_COLUMNS)})
select * from made
on conflict (lead_id) do update set ({", ".join(_COLUMNS[1:])}) =
    ({", ".join(f"excluded.{name}" for name in _COLUMNS[1:])})
where ({", ".join(f"kept.{name}" for name in _COLUMNS[1:])}) is distinct from
    ({", ".join(f"excluded.{name}" for name in _COLUMNS[1:])})
"""  # noqa: S608
_GONE = """
delete from feedback_standing kept using leads_lead lead
where lead.id = kept.lead_id and (not lead.is_current or kept.entered_at > %(at)s)
"""
_LOCK = "select pg_try_advisory_xact_lock(hashtext('feedback_standing'))"


def refresh(*, at: datetime, older_than: datetime | None = None) -> bool:
    """Make the standings as known at `at`. False, and nothing done, if somebody is at it already,
    or has made them since `older_than`.

    Everything is read and only what changed is written, so that nobody who reads waits.
    """
    begun = time.perf_counter()
    with transaction.atomic():
        if not rows_of(_LOCK, {})[0][0]:
            return False
        if older_than and Freshness.objects.filter(as_of__gt=older_than).exists():
            return False
        with connection.cursor() as cursor:
            cursor.execute(_GONE, {"at": at})
            cursor.execute(_WRITE, {"at": at, "views": _VIEWS, **_stages()})
        keep_ripening(at=at)
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
