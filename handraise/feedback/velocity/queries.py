"""Reads: how long leads stood in a stage, how long from one to another, and who newly qualified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import numpy as np

from handraise.feedback.standing.looks import once_a_look
from handraise.feedback.velocity.decide import Numbers
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Stage

# Under which agreements such stays began: the versions in force then. It is known of each, also of
# those that no move named.
STAYED_UNDER = """
select version.number from agreement_version version
where version.published_at is not null and exists (
    select from feedback_passage passage
    where passage.stage = any(%(stages)s)
      and (not %(still)s or passage.left_at is null)
      and passage.entered_at >= greatest(version.published_at, %(since)s)
      and passage.entered_at < least(coalesce(version.retired_at, %(until)s), %(until)s))
order by 1
"""
# The same of leads that first reached a stage.
REACHED_UNDER = """
select version.number from agreement_version version
where version.published_at is not null and exists (
    select from feedback_standing standing
    where standing.{reached} >= greatest(version.published_at, %(since)s)
      and standing.{reached} < least(coalesce(version.retired_at, %(until)s), %(until)s))
order by 1
"""

# The column that tells when a later stage was reached, or gone past.
REACHED = {
    Stage.MARKETING_QUALIFIED: "marketed_at",
    Stage.SALES_ACCEPTED: "accepted_at",
    Stage.SALES_QUALIFIED: "qualified_at",
    Stage.OPPORTUNITY: "opportunity_at",
    Stage.CUSTOMER: "customer_at",
}

STAYS = """
select stage, went, string_agg(
    float8send(date_part('epoch', coalesce(left_at, %(at)s) - entered_at)), ''::bytea)
from feedback_passage
where entered_at >= %(since)s and entered_at < %(until)s
group by stage, went
"""
BETWEEN = """
select case when {reached} is not null then 'on' else passage.out end, string_agg(
    float8send(date_part('epoch', coalesce({reached}, out_at, %(at)s) - entered_at)), ''::bytea)
from feedback_passage passage
where stage = %(before)s and not is_return
  and entered_at >= %(since)s and entered_at < %(until)s
group by 1
"""
ON = "on"


@once_a_look
def stays(*, since: datetime, until: datetime, at: datetime) -> dict[Stage, dict[str, Numbers]]:
    """Of the stays that began in since..until: seconds until the lead went to another stage, by
    that stage; under the empty name, how long those have waited who stand there yet."""
    found: dict[Stage, dict[str, Numbers]] = {}
    for stage, went, spans in rows_of(STAYS, {"since": since, "until": until, "at": at}):
        found.setdefault(Stage(stage), {})[went] = _numbers(spans)
    return found


def between(
    before: Stage, after: Stage, *, since: datetime, until: datetime, at: datetime
) -> dict[str, Numbers]:
    """Of the leads that came into `before` in since..until: seconds until they reached `after` or
    went past it (ON), until they left by another door (that stage), or have waited so far."""
    sql = between_sql(after)
    rows = rows_of(sql, {"before": before.value, "since": since, "until": until, "at": at})
    return {way: _numbers(spans) for way, spans in rows}


def stayed_under(
    stages: Iterable[Stage], *, since: datetime, until: datetime, still: bool = False
) -> tuple[int, ...]:
    """The versions in force when these stays began; `still`: only of those that go on."""
    asked = {"stages": [one.value for one in stages], "since": since, "until": until,
             "still": still}  # fmt: skip
    return tuple(number for (number,) in rows_of(STAYED_UNDER, asked))


def reached_under(stage: Stage, *, since: datetime, until: datetime) -> tuple[int, ...]:
    """The versions in force when leads first reached this stage, or went past it."""
    text = REACHED_UNDER.format(reached=REACHED[stage])
    return tuple(number for (number,) in rows_of(text, {"since": since, "until": until}))


def between_sql(after: Stage) -> str:
    """The text that is run for this stage."""
    return BETWEEN.format(reached=REACHED[after])


def _numbers(packed: bytes) -> Numbers:
    return np.frombuffer(packed, ">f8").astype(np.float64)


MONTHS = """
select date_trunc('month', standing.{reached} at time zone %(zone)s)::date, count(*)
from feedback_standing standing
where standing.{reached} >= %(since)s and standing.{reached} < %(until)s
group by 1
"""


def by_month(stage: Stage, *, since: datetime, until: datetime, zone: str) -> dict[date, int]:
    """How many leads first reached this stage (or went past it) in each month, by its first day."""
    asked = {"since": since, "until": until, "zone": zone}
    return dict(rows_of(MONTHS.format(reached=REACHED[stage]), asked))
