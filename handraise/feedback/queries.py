"""Reads: what came of leads that entered a stage in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handraise.feedback import decide
from handraise.feedback.decide import Step
from handraise.feedback.keeping.queries import Clock as Clock
from handraise.feedback.keeping.queries import clock as clock
from handraise.feedback.keeping.reasons import Ratings as Ratings
from handraise.feedback.keeping.reasons import Refusal as Refusal
from handraise.feedback.keeping.reasons import ratings as ratings
from handraise.feedback.keeping.reasons import refusals as refusals
from handraise.leads.bulk import rows_of
from handraise.leads.decide import PATH, Stage


@dataclass(frozen=True, slots=True)
class Funnel:
    """A cohort and how far it came by `at`. `beside`: how many of it are in NURTURE or
    DISQUALIFIED now; `versions`: the agreements under which its moves were made."""

    entered: Stage
    since: datetime
    until: datetime
    at: datetime
    steps: list[Step]
    beside: dict[Stage, int]

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(sorted({number for step in self.steps for number in step.versions}))

    @property
    def finding(self) -> str:
        return decide.finding(self.steps)

    @property
    def youngest(self) -> timedelta:
        """How long the youngest of the cohort have had to ripen, at least."""
        return max(self.at - self.until, timedelta(0))


# A lead enters the path when it is created, and any other stage with its first move into it.
# The two are written so that PostgreSQL can guess their size: a cohort may be ten leads or all.
_TOLD = """
    from leads_stagemove move
    join leads_lead face on face.id = move.lead_id
    join leads_lead lead on lead.id = face.canonical_id
    where lead.is_current and move.withdrawn_at is null and move.at <= %(at)s
      and move.after = any(%(path)s)
"""
_CREATED = "lead.is_current and lead.created_at >= %(since)s and lead.created_at < %(until)s"
_FROM_THE_START = f"""
    select lead.id, move.after, move.version {_TOLD} and {_CREATED} and move.at >= lead.created_at
"""
_FROM_A_STAGE = f"""
    select id, after, version from (
        select lead.id, move.after, move.version, move.at,
            min(move.at) filter (where move.after = %(entered)s) over (partition by lead.id)
                as entered_at
        {_TOLD}
    ) told
    where entered_at >= %(since)s and entered_at < %(until)s and at >= entered_at
"""  # noqa: S608

# Which stages each lead of the cohort reached, as bits along the path; then how many leads share
# each combination: at most 64 rows a stage, whatever the number of leads. The versions come from
# the same rows.
_FUNNEL = """
with moved as materialized ({moved}),
reached as (
    select id, bit_or(1 << array_position(%(path)s::text[], after::text)) as stages
    from moved group by id
)
select coalesce(reached.stages, 0), lead.stage, null::int, count(*)
from leads_lead lead {join} join reached on reached.id = lead.id
where {cohort} group by 1, 2
union all
select null, after, version, null from moved where version is not null group by after, version
"""
_OF_THE_CREATED = _FUNNEL.format(moved=_FROM_THE_START, join="left", cohort=_CREATED)
_OF_THE_MOVED = _FUNNEL.format(moved=_FROM_A_STAGE, join="", cohort="lead.is_current")


def funnel(
    *, since: datetime, until: datetime, at: datetime, entered: Stage = Stage.LEAD
) -> Funnel:
    """How far the leads came by `at` that entered a stage in since..until (until left out).

    One cohort for all steps, so that each share is of the same people. Moves told by an import
    count, those that were withdrawn with one do not.
    """
    named = {
        "since": since,
        "until": until,
        "at": at,
        "entered": entered.value,
        "path": [stage.value for stage in PATH],
    }
    found = rows_of(_OF_THE_CREATED if entered is Stage.LEAD else _OF_THE_MOVED, named)
    rows = [(_stages(bits) | {entered}, now, count) for bits, now, _, count in found if count]
    versions: dict[Stage, tuple[int, ...]] = {}
    for after, number in sorted((after, number) for _, after, number, _ in found if number):
        versions[Stage(after)] = (*versions.get(Stage(after), ()), number)
    combinations = [(reached, count) for reached, _, count in rows]
    return Funnel(
        entered,
        since,
        until,
        at,
        decide.steps(combinations, entered=entered, versions=versions),
        {stage: sum(count for _, now, count in rows if now == stage) for stage in _BESIDE},
    )


_BESIDE = (Stage.NURTURE, Stage.DISQUALIFIED)


def _stages(bits: int) -> frozenset[Stage]:
    """PostgreSQL counts positions from one, so the first stage of the path is bit one."""
    return frozenset(stage for place, stage in enumerate(PATH, start=1) if bits >> place & 1)
