"""Make the passages anew, with the standings: read everything, write what changed."""

from __future__ import annotations

from datetime import datetime

from handraise.leads.bulk import execute
from handraise.leads.decide import PATH

_COLUMNS = (
    "lead_id", "number", "stage", "entered_at", "is_return", "went", "left_at", "marketed_at",
    "accepted_at", "qualified_at", "opportunity_at", "customer_at", "out", "out_at",
)  # fmt: skip

# The moves of each lead and of its merged faces in their order, beginning with LEAD at its
# creation; whoever came in with an outcome has no known time as LEAD. A move to where a lead
# stands already is none. `rank`: the place along the path, 0 beside it.
_TOLD = """
with other as materialized (
    select face.id, case when lead.is_current then lead.id end as canonical_id
    from leads_lead face join leads_lead lead on lead.id = face.canonical_id
    where not face.is_current
),
told as (
    select coalesce(other.canonical_id, move.lead_id) as id, move.at, move.id as place,
        move.after as stage
    from leads_stagemove move left join other on other.id = move.lead_id
    where move.withdrawn_at is null and move.at <= %(at)s
      and (other.id is null or other.canonical_id is not null)
    union all
    select lead_id, entered_at, 0, 'LEAD' from feedback_standing
    where entered_at <= %(at)s and coalesce(
        entered_at < least(marketed_at, accepted_at, qualified_at, nurtured_at, disqualified_at),
        true)
),
stood as materialized (
    select id, at, stage, before, row_number() over onward as number,
        lead(stage) over onward as went, lead(at) over onward as left_at,
        coalesce(array_position(%(path)s::text[], stage::text), 0) as rank,
        coalesce(array_position(%(path)s::text[], before::text), 0) as came_from
    from (
        select id, at, place, stage, lag(stage) over (partition by id order by at, place) as before
        from told
    ) moved
    where stage is distinct from before
    window onward as (partition by id order by at, place)
)
"""
# What came of each stay: the first row after it that lies out, and the first at each later stage.
_MADE = f"""
{_TOLD},
after as (
    select here.id, here.number,
        min(later.number) filter (where later.rank < here.rank) as out,
        min(later.number) filter (where later.rank >= 2) as marketed,
        min(later.number) filter (where later.rank >= 3) as accepted,
        min(later.number) filter (where later.rank >= 4) as qualified,
        min(later.number) filter (where later.rank >= 5) as opportunity,
        min(later.number) filter (where later.rank >= 6) as customer,
        array_agg(later.at order by later.number) as ats,
        array_agg(later.stage order by later.number) as stages
    from stood here join stood later on later.id = here.id and later.number > here.number
    where here.rank > 0
    group by here.id, here.number
),
made as (
    select stood.id as lead_id, stood.number, stood.stage, stood.at as entered_at,
        stood.came_from > stood.rank and stood.rank > 0 as is_return,
        coalesce(stood.went, '') as went, stood.left_at,
        {
    ", ".join(
        f"case when after.{name} < coalesce(after.out, 1000000)"
        f" and stood.rank < {rank} then after.ats[after.{name} - stood.number] end as {name}_at"
        for rank, name in enumerate(
            ("marketed", "accepted", "qualified", "opportunity", "customer"), start=2
        )
    )
},
        coalesce(after.stages[after.out - stood.number], '') as out,
        after.ats[after.out - stood.number] as out_at
    from stood left join after on after.id = stood.id and after.number = stood.number
)
"""  # noqa: S608 - constants of this module
# Kept for the length of the transaction: what is gone and what is new are told by the same rows.
_MAKE = f"""
create temporary table passage_made on commit drop as {_MADE} select * from made
"""  # noqa: S608
_GONE = """
delete from feedback_passage kept where not exists (
    select from passage_made made where made.lead_id = kept.lead_id and made.number = kept.number)
"""
_WRITE = f"""
insert into feedback_passage as kept ({", ".join(_COLUMNS)})
select * from passage_made
on conflict (lead_id, number) do update set ({", ".join(_COLUMNS[2:])}) =
    ({", ".join(f"excluded.{name}" for name in _COLUMNS[2:])})
where ({", ".join(f"kept.{name}" for name in _COLUMNS[2:])}) is distinct from
    ({", ".join(f"excluded.{name}" for name in _COLUMNS[2:])})
"""  # noqa: S608 - constants of this module


def keep_passages(*, at: datetime) -> None:
    """Write what changed of the passages as known at `at`; the standings were made before, and
    the caller's transaction and lock hold."""
    execute("drop table if exists pg_temp.passage_made")
    execute(_MAKE, {"at": at, "path": [stage.value for stage in PATH]})
    for statement in (_GONE, _WRITE):
        execute(statement)
