"""Reads: the very leads behind a figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from handraise.feedback.tabular import Period
from handraise.feedback.velocity import queries, sleeping, touching, ways
from handraise.feedback.velocity.decide import WAITS
from handraise.feedback.velocity.months import midnight_of, months_on, span_of
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Stage
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

MOST = 100


@dataclass(frozen=True, slots=True)
class Found:
    """One lead: the instant that the figure goes by, and the one at which it ended, if it did."""

    lead_id: int
    name: str
    stage: Stage
    begun: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Drilled:
    """The leads behind a figure, the newest first, no more than MOST of `count`."""

    heading: str
    begun: str
    ended: str
    count: int
    rows: list[Found]


_SHOWN = """
select count(*) over (), lead.id,
    coalesce(nullif(lead.name, ''), nullif(lead.email, ''), 'Visitor ' || lead.id), lead.stage,
    told.begun, told.ended
from ({told}) told (id, begun, ended) join leads_lead lead on lead.id = told.id
where lead.is_current
order by told.begun desc, lead.id limit %(most)s
"""


def _drilled(heading: str, begun: str, ended: str, told: str, asked: dict[str, Any]) -> Drilled:
    rows = rows_of(_SHOWN.format(told=told), {**asked, "most": MOST})
    found = [Found(pk, name, Stage(stage), at, end) for _, pk, name, stage, at, end in rows]
    return Drilled(heading, begun, ended, rows[0][0] if rows else 0, found)


_STAYS = """
select lead_id, entered_at, left_at from feedback_passage
where stage = %(stage)s and entered_at >= %(since)s and entered_at < %(until)s
  and went = any(%(went)s)
"""


def stays_of(user: User, period: Period, stage: Stage, way: str) -> Drilled:
    """Who came into a stage in the period and left it this way; WAITS: stands there yet."""
    require(user, Permission.SEE)
    went = [one for one in ("", *Stage) if one == way == WAITS or (
        one and way and ways.way_of(stage, one) == way)]  # fmt: skip
    name = ways.WAYS[way].lower() if way else "stand there still"
    return _drilled(
        f"{stage.label}: those who {name}", f"Became {stage.label}", "Left",
        _STAYS, {"stage": stage, "since": period.since, "until": period.until, "went": went},
    )  # fmt: skip


_ASLEEP = f"""
{sleeping.THERE}
select id, stage_since, null::timestamptz from there
where stage = %(stage)s and (%(age)s < 0 or age = %(age)s)
  and (is_long and %(why)s <> 'idle' or is_idle and %(why)s <> 'long')
"""  # noqa: S608 - constants of this module


def asleep(user: User, stage: Stage, why: str, age: int, *, at: datetime) -> Drilled:
    """Who sleeps in a stage: standing too `long`, `idle`, or any of the two; of an age or any."""
    require(user, Permission.SEE)
    asked = sleeping.asked(sleeping.usual_times(at=at), at=at)
    words = {"long": "longer than usual", "idle": "with nothing to come"}.get(why, "asleep")
    return _drilled(
        f"{stage.label}: {words}" + (f", {sleeping.AGES[age]}" if age >= 0 else ""),
        "There since", "", _ASLEEP, {**asked, "stage": stage, "why": why, "age": age},
    )  # fmt: skip


_TOUCHED = f"""{touching.TIMED}
select lead_id, offered_at, touched_at from timed where band = %(band)s
"""  # noqa: S608 - a constant


def touched(user: User, period: Period, band: int) -> Drilled:
    """Who was first touched within these hours."""
    require(user, Permission.SEE)
    asked = touching.asked(since=period.since, until=period.until, at=period.at)
    heading = f"First touch: {touching.BANDS[band]}"
    return _drilled(heading, "Offered", "First touch", _TOUCHED, {**asked, "band": band})


_MONTH = """
select lead_id, {reached}, null::timestamptz from feedback_standing
where {reached} >= %(since)s and {reached} < %(until)s
"""


def month(user: User, period: Period, stage: Stage, first: date) -> Drilled:
    """Who newly reached a stage in a month; of the running one, on the whole days that count."""
    require(user, Permission.SEE)
    _, counted = span_of(period)
    after = midnight_of(months_on(first, 1))
    until = min(after, counted)
    whole = "" if until == after else f", before {timezone.localtime(until):%-d %B}"
    return _drilled(
        f"New {stage.label}s of {first:%B %Y}{whole}", f"Became {stage.label}", "",
        _MONTH.format(reached=queries.REACHED[stage]),
        {"since": midnight_of(first), "until": until},
    )  # fmt: skip
