"""What came of the leads that `bench.filled` made, by set-based SQL: campaigns, the way through the
stages, offers and how they ended, deals and what was bought.

Every other lead became MQL in the last eleven months; half of each stage's reached the next one,
a third of opportunities were won. The rows are what recording would have written.
"""

from __future__ import annotations

from django.db import connection

_STATEMENTS = (
    # One activity in ten came by one of forty campaigns of five sources.
    """
    update leads_activity activity
    set properties = properties || jsonb_build_object('campaign', told.campaign),
        match = match || jsonb_build_object('campaign.name', told.campaign->>'name',
                                            'campaign.source', told.campaign->>'source')
    from (select id, jsonb_build_object('name', 'campaign ' || (id / 10) % 40,
                     'source', (array['google','linkedin','newsletter','bing','fair'])
                         [1 + (id / 10) % 5]) as campaign
          from leads_activity where id % 10 = 0) told
    where told.id = activity.id
    """,
    """
    create temporary table bench_way as
    select id, at,
        case when n % 2 = 0 then at + (id % 50) * interval '1 hour' end as accepted_at,
        case when n % 4 = 0 then at + interval '3 days' + (id % 90) * interval '3 hours' end
            as qualified_at,
        case when n % 8 = 0 then at + interval '15 days' end as deal_at,
        case when n % 24 = 0 then at + interval '20 days' + (id % 40) * interval '1 day' end
            as won_at
    from (select id, row_number() over (order by id) as n,
              now() - interval '330 days' + (id * 499 % 475000) * interval '1 minute' as at
          from leads_lead where id % 2 = 0) chosen
    """,
    """
    insert into leads_stagemove (lead_id, before, after, at, known_at, version, scores, reason)
    select way.id, step.before, step.after, step.at, step.at, 1, '{}', ''
    from bench_way way
    cross join lateral (values
        ('LEAD', 'MARKETING_QUALIFIED', way.at),
        ('MARKETING_QUALIFIED', 'SALES_ACCEPTED', way.accepted_at),
        ('SALES_ACCEPTED', 'SALES_QUALIFIED', way.qualified_at),
        ('SALES_QUALIFIED', 'OPPORTUNITY', way.deal_at),
        ('OPPORTUNITY', 'CUSTOMER', way.won_at),
        ('MARKETING_QUALIFIED', 'NURTURE',
            case when way.accepted_at is null then way.at + interval '30 hours' end)
    ) step (before, after, at)
    where step.at < now()
    """,
    """
    update leads_lead lead set stage = newest.after, stage_since = newest.at
    from (select distinct on (lead_id) lead_id, after, at from leads_stagemove
          order by lead_id, at desc) newest
    where newest.lead_id = lead.id
    """,
    """
    insert into handover_handover (lead_id, kind, team_id, assignee_id, version, priority,
        offered_at, due_at, route, brief, is_cooling, ended_at)
    select way.id, 'first', person.team_id, person.id, 1, way.id % 100, way.at,
        way.at + interval '1 day', '{}', '{}', false,
        coalesce(way.accepted_at, way.at + interval '30 hours')
    from bench_way way
    join (select id, team_id, row_number() over (order by id) - 1 as place,
              count(*) over () as people
          from team_user where team_id is not null) person
      on person.place = way.id / 2 % person.people
    where coalesce(way.accepted_at, way.at + interval '30 hours') < now()
    """,
    """
    insert into handover_acceptance (handover_id, at, by_id, note)
    select handover.id, way.accepted_at, handover.assignee_id, ''
    from handover_handover handover join bench_way way on way.id = handover.lead_id
    where way.accepted_at = handover.ended_at
    """,
    """
    insert into handover_touch (handover_id, at, by_id, kind)
    select handover.id, way.accepted_at + (way.id % 60) * interval '1 hour',
        handover.assignee_id, 'call'
    from handover_handover handover join bench_way way on way.id = handover.lead_id
    where way.accepted_at = handover.ended_at and way.id % 7 <> 0
      and way.accepted_at + interval '60 hours' < now()
    """,
    """
    insert into handover_rejection (handover_id, at, by_id, note, reason, consequence)
    select handover.id, handover.ended_at, handover.assignee_id, '',
        (array['No budget', 'Wrong person', 'Not now'])[1 + way.id / 2 % 3], 'recycle'
    from handover_handover handover join bench_way way on way.id = handover.lead_id
    where way.accepted_at is null and way.id % 10 <> 0
    """,
    """
    insert into handover_expiry (handover_id, at, note)
    select handover.id, handover.ended_at, ''
    from handover_handover handover join bench_way way on way.id = handover.lead_id
    where way.accepted_at is null and way.id % 10 = 0
    """,
    """
    insert into handover_rating (handover_id, by_id, at, stars, word)
    select id, assignee_id, ended_at, 1 + id % 5, '' from handover_handover
    where assignee_id is not null and ended_at is not null and id % 3 = 0
    """,
    """
    insert into deals_deal (lead_id, company_id, name, amount, currency, stage_id, stage_since,
        outcome, owner_id, opened_at, closed_at, note, told, revision)
    select way.id, lead.company_id, 'Deal ' || way.id, 500 + way.id * 37 % 40000, 'EUR',
        stage.id, coalesce(way.won_at, way.deal_at), stage.outcome,
        (select min(id) from team_user where team_id is not null), way.deal_at,
        case when stage.outcome = 'won' then way.won_at end, '', '', 1
    from bench_way way join leads_lead lead on lead.id = way.id
    join lateral (select id, outcome from deals_pipelinestage
                  where removed_at is null
                    and outcome = case when way.won_at < now() then 'won' else 'open' end
                  order by place limit 1) stage on true
    where way.deal_at < now()
    """,
    """
    insert into deals_purchase (deal_id, amount, currency, period, starts_on, ends_on, known_at)
    select id, 50 + id * 13 % 900, 'EUR', 'month', closed_at::date,
        case when id % 6 = 0 then closed_at::date + 90 end, closed_at
    from deals_deal where outcome = 'won' and id % 2 = 0
    """,
    "drop table bench_way",
)


def come_of_it() -> None:
    """Write the outcomes of everybody, in an installation that has people and an agreement."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement)
        cursor.execute("vacuum analyze")
