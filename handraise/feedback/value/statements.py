"""The statements behind the tables of value. Parameters are named; nothing a person wrote is in
their text."""

from __future__ import annotations

# Payments due from `starts_on` until a day, as deals.decide counts them: from the first, so that
# what began on the 31st is due on the last day of a short month.
_MONTHS = """lateral (
    select whole - ((starts_on + make_interval(months => whole))::date > day)::int as months
    from (select ((extract(year from day) - extract(year from starts_on)) * 12
        + extract(month from day) - extract(month from starts_on))::int as whole) counted
)"""

# A purchase of a won deal; a won deal of which no purchase is told counts as its amount, once.
_BOUGHT = """
bought as (
    select deal.id as deal_id, deal.lead_id, deal.company_id, purchase.currency, purchase.period,
        purchase.amount::float8 as amount, purchase.margin::float8 as margin,
        purchase.starts_on, purchase.ends_on
    from deals_purchase purchase join deals_deal deal on deal.id = purchase.deal_id
    where deal.outcome = 'won' and deal.closed_at <= %(at)s and purchase.known_at <= %(at)s
      and (purchase.withdrawn_at is null or purchase.withdrawn_at > %(at)s)
    union all
    select deal.id, deal.lead_id, deal.company_id, deal.currency, 'once', deal.amount::float8,
        null, %(today)s::date, null
    from deals_deal deal
    where deal.outcome = 'won' and deal.closed_at <= %(at)s and deal.amount > 0
      and not exists (
          select from deals_purchase purchase
          where purchase.deal_id = deal.id and purchase.known_at <= %(at)s
            and (purchase.withdrawn_at is null or purchase.withdrawn_at > %(at)s))
)"""

# `paid`: payments so far. `stopped`: one more would have been due by now.
LIFETIME = f"""
with {_BOUGHT}
select coalesce('company ' || bought.company_id, 'lead ' || face.canonical_id) as customer,
    bought.currency, bought.period,
    bought.amount * coalesce(bought.margin, %(margin)s) as margin, bought.margin is null as assumed,
    case bought.period when 'once' then 1 when 'year' then 1 + paid.months / 12
        else 1 + paid.months end as paid,
    case bought.period when 'once' then false when 'year' then paid.months / 12 < due.months / 12
        else paid.months < due.months end as stopped
from bought
join leads_lead face on face.id = bought.lead_id
cross join lateral (select %(today)s::date as today,
    least(%(today)s::date, bought.ends_on) as until) days
cross join lateral (select months from (select bought.starts_on, days.until as day) span
    cross join {_MONTHS} counted) paid
cross join lateral (select months from (select bought.starts_on, days.today as day) span
    cross join {_MONTHS} counted) due
where bought.starts_on <= %(today)s
order by 1, 2, 3, 4, 6
"""  # noqa: S608 - constants of this module

AHEAD = f"""
with {_BOUGHT}
select count(*) from bought where starts_on > %(today)s
"""  # noqa: S608 - constants of this module

# What a won deal brought: its amount, or what its purchases pay in their first year.
WORTH = """
worth as (
    select deal.id as deal_id, face.canonical_id as lead_id, deal.closed_at, deal.currency,
        deal.amount::float8 as amount
    from deals_deal deal join leads_lead face on face.id = deal.lead_id
    where deal.outcome = 'won' and deal.closed_at <= %(at)s and deal.amount > 0
    union all
    select deal.id, face.canonical_id, deal.closed_at, purchase.currency,
        sum(purchase.amount * case purchase.period when 'month' then 12 else 1 end)::float8
    from deals_deal deal join leads_lead face on face.id = deal.lead_id
    join deals_purchase purchase on purchase.deal_id = deal.id
    where deal.outcome = 'won' and deal.closed_at <= %(at)s and coalesce(deal.amount, 0) = 0
      and purchase.known_at <= %(at)s
      and (purchase.withdrawn_at is null or purchase.withdrawn_at > %(at)s)
    group by deal.id, face.canonical_id, deal.closed_at, purchase.currency
)"""

_GROUPS = """
groups as (
    select name, count(*) as leads, count(*) filter (where customer_at <= %(at)s) as won,
        array_agg(distinct version) filter (where version is not null) as versions
    from cohort group by name
),
sums as (
    select name, currency, array_agg(amount order by amount, lead_id) as amounts
    from (
        select cohort.name, cohort.lead_id, worth.currency, sum(worth.amount) as amount
        from cohort join worth on worth.lead_id = cohort.lead_id
            and worth.closed_at >= cohort.marketed_at
        group by cohort.name, cohort.lead_id, worth.currency
    ) of_lead
    group by name, currency
)
select groups.name, groups.leads, groups.won, groups.versions, sums.currency, sums.amounts
from groups left join sums on sums.name is not distinct from groups.name
order by groups.leads desc, groups.name, sums.currency
"""

BY_SOURCE = f"""
with {WORTH},
cohort as (
    select standing.lead_id, nullif(standing.source, '') as name, standing.marketed_at,
        standing.customer_at, standing.version
    from feedback_standing standing
    where standing.marketed_at >= %(since)s and standing.marketed_at < %(until)s
      and standing.marketed_at <= %(at)s
),{_GROUPS}"""  # noqa: S608 - constants of this module

_OFFERED = """
offered as (
    select distinct on (face.canonical_id) face.canonical_id as lead_id, handover.priority
    from handover_handover handover join leads_lead face on face.id = handover.lead_id
    where handover.kind = 'first' and handover.offered_at <= %(at)s
    order by face.canonical_id, handover.offered_at, handover.id
),
scored as (
    select standing.lead_id, standing.marketed_at, standing.customer_at, standing.version,
        offered.priority
    from feedback_standing standing
    left join offered on offered.lead_id = standing.lead_id
    where standing.marketed_at >= %(since)s and standing.marketed_at < %(until)s
      and standing.marketed_at <= %(at)s
)"""

BY_TENS = f"""
with {WORTH},
{_OFFERED},
cohort as (
    select scored.*, case when priority is not null then
        (case when floor(priority / 10) >= 9 then '90 to 100' when priority < 10 then '0 to 9'
        else floor(priority / 10) * 10 || ' to ' || floor(priority / 10) * 10 + 9 end) end as name
    from scored
),{_GROUPS}"""  # noqa: S608 - constants of this module

BY_THIRDS = f"""
with {WORTH},
{_OFFERED},
cuts as (
    select percentile_disc(1.0 / 3) within group (order by priority) as low,
        percentile_disc(2.0 / 3) within group (order by priority) as high
    from scored
),
cohort as (
    select scored.*, case when priority <= cuts.low then 'lowest third'
        when priority <= cuts.high then 'middle third'
        when priority > cuts.high then 'highest third' end as name
    from scored cross join cuts
),{_GROUPS}"""  # noqa: S608 - constants of this module

# A month that lies in the period with some of its days counts with as much of its cost.
COSTS = f"""
with {WORTH},
held as (
    select distinct on (month, source, currency) month, source, currency, amount::float8 as amount
    from feedback_cost where at <= %(told)s
    order by month, source, currency, at desc, id desc
),
spent as (
    select source, currency, sum(amount * days / ((month + interval '1 month')::date - month))
        as amount
    from held cross join lateral (select
        least((month + interval '1 month')::date, %(last)s::date) - greatest(month, %(first)s::date)
        as days) part
    where days > 0
    group by source, currency
),
counted as (
    select source,
        count(*) filter (where marketed_at >= %(since)s and marketed_at < %(until)s) as marketed,
        count(*) filter (where qualified_at >= %(since)s and qualified_at < %(until)s) as qualified,
        count(*) filter (where customer_at >= %(since)s and customer_at < %(until)s) as customers
    from feedback_standing group by source
),
earned as (
    select standing.source, worth.currency, sum(worth.amount) as amount
    from worth join feedback_standing standing on standing.lead_id = worth.lead_id
    where worth.closed_at >= %(since)s and worth.closed_at < %(until)s
    group by standing.source, worth.currency
)
select spent.source, spent.currency, spent.amount, coalesce(counted.marketed, 0),
    coalesce(counted.qualified, 0), coalesce(counted.customers, 0), coalesce(earned.amount, 0)
from spent
left join counted on counted.source = spent.source
left join earned on earned.source = spent.source and earned.currency = spent.currency
where spent.amount > 0
order by spent.currency, spent.amount desc, spent.source
"""  # noqa: S608 - constants of this module

PIPELINE = """
select deal.currency, stage.name, stage.probability, count(*), count(deal.amount),
    coalesce(sum(deal.amount), 0)::float8,
    coalesce(sum(deal.amount * stage.probability / 100), 0)::float8
from deals_deal deal join deals_pipelinestage stage on stage.id = deal.stage_id
where deal.opened_at >= %(since)s and deal.opened_at < %(until)s and deal.opened_at <= %(at)s
group by deal.currency, stage.id
order by deal.currency, stage.outcome <> 'open', stage.place, stage.id
"""
