"""Reads: leads that stand still: longer than is usual for their stage, or with nothing to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from handraise.feedback.velocity import queries
from handraise.feedback.velocity.decide import incidences
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Stage

STAGES = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.NURTURE)
AGES = ("under 7 days", "7 to 29 days", "30 to 89 days", "90 days and more")
WHYS = ("long", "idle")
_YEAR = timedelta(days=365)

# Something is to come: an open handover, an open task, a journey under way, a day on which it
# wakes up, an open deal.
THERE = """
with awaited as (
    select face.canonical_id as id from leads_lead face join (
        select lead_id from handover_handover where ended_at is null
        union all
        select lead_id from talk_task where done_at is null and removed_at is null
        union all
        select lead_id from nurture_enrolment where ended_at is null
        union all
        select lead_id from qualification_return where wakes_at > %(at)s and undone_at is null
        union all
        select lead_id from deals_deal where outcome = 'open'
    ) waits on waits.lead_id = face.id
    group by face.canonical_id
),
there as (
    select lead.id, lead.name, lead.email, lead.stage, lead.stage_since, lead.owner_id,
        width_bucket(date_part('epoch', %(at)s - lead.stage_since) / 86400,
            array[7, 30, 90]::float8[]) as age,
        coalesce(date_part('epoch', %(at)s - lead.stage_since) > usual.most, false) as is_long,
        awaited.id is null as is_idle
    from leads_lead lead
    left join awaited on awaited.id = lead.id
    left join unnest(%(stages)s::text[], %(limits)s::float8[]) as usual (stage, most)
        on usual.stage = lead.stage
    where lead.is_current and lead.stage = any(%(stages)s)
)
"""
COUNTED = f"""{THERE}
select stage, age, is_long, is_idle, count(*) from there group by 1, 2, 3, 4
"""  # noqa: S608 - a constant of this module


@dataclass(frozen=True, slots=True)
class Stock:
    """Who stands in a stage now. `usual`: seconds within which three in four leave it, if known;
    `asleep` by age: those who stand longer than that, or for whom nothing is to come."""

    stage: Stage
    count: int
    usual: float | None
    long: int
    idle: int
    both: int
    asleep: tuple[int, ...]


def usual_times(*, at: datetime) -> dict[Stage, float | None]:
    """Seconds within which three in four of the stays of the last year ended, by whatever way."""
    spans = queries.stays(since=at - _YEAR, until=at, at=at)
    found: dict[Stage, float | None] = {}
    for stage in STAGES:
        made = incidences(spans.get(stage, {}))
        found[stage] = made.out.reached(0.75) if made.is_enough else None
    return found


def asked(usual: Mapping[Stage, float | None], *, at: datetime) -> dict[str, object]:
    """What the statement is asked with."""
    limits = [usual.get(stage) for stage in STAGES]
    return {"at": at, "stages": [stage.value for stage in STAGES], "limits": limits}


def stock(*, at: datetime) -> list[Stock]:
    """Who stands where now, and who of them sleeps."""
    usual = usual_times(at=at)
    rows = rows_of(COUNTED, asked(usual, at=at))
    return [_of(stage, usual[stage], [row[1:] for row in rows if row[0] == stage])
            for stage in STAGES]  # fmt: skip


def _of(stage: Stage, usual: float | None, rows: list[tuple[int, bool, bool, int]]) -> Stock:
    ages = [0] * len(AGES)
    for age, is_long, is_idle, count in rows:
        ages[age] += count if is_long or is_idle else 0
    return Stock(
        stage, sum(row[3] for row in rows), usual,
        sum(count for _, is_long, _, count in rows if is_long),
        sum(count for _, _, is_idle, count in rows if is_idle),
        sum(count for _, is_long, is_idle, count in rows if is_long and is_idle), tuple(ages),
    )  # fmt: skip
