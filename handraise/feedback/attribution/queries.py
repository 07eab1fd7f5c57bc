"""Reads: the touchpoints before outcomes, and those of leads without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from handraise.feedback.attribution import tasks
from handraise.feedback.attribution.decide import Path, Steps, once_a_visit
from handraise.feedback.attribution.models import TouchpointFreshness
from handraise.feedback.attribution.refreshing import is_small, refresh
from handraise.feedback.standing.queries import LATE, AsOf
from handraise.feedback.standing.queries import fresh as standings
from handraise.feedback.tabular import Period
from handraise.feedback.value.statements import WORTH
from handraise.leads.bulk import rows_of, streamed

LOOK_BACK = timedelta(days=90)
LOTS = 1000
SAMPLE = 40_000  # touchpoints of leads without an outcome that are read
ANEW = timedelta(minutes=10)
QUICK = 0.1  # seconds: what takes less is read at each look
_DAY = 24 * 60 * 60

DIMENSIONS = {"source": "Source", "campaign": "Campaign", "content": "Content"}
OUTCOMES = {"customer": "customer_at", "sql": "qualified_at"}

PATHS = """
select standing.lead_id, extract(epoch from standing.{outcome} - touch.at)::float8, touch.{name}
from feedback_standing standing
left join feedback_touchpoint touch on touch.lead_id = standing.lead_id and touch.counts
    and touch.{name} <> '' and touch.at < standing.{outcome}
    and touch.at >= standing.{outcome} - %(look_back)s
where standing.{outcome} >= %(since)s and standing.{outcome} < %(until)s
  and standing.{outcome} <= %(at)s
order by standing.lead_id, touch.at, touch.activity_id
"""

# Of leads without the outcome: their touchpoints up to the last one in the period.
WITHOUT = """
with seen as (
    select touch.lead_id, touch.at, touch.activity_id, touch.{name} as name,
        max(touch.at) over (partition by touch.lead_id) as latest
    from feedback_touchpoint touch
    join feedback_standing standing on standing.lead_id = touch.lead_id
        and standing.{outcome} is null
    where touch.lot < %(lots)s and touch.counts and touch.{name} <> ''
      and touch.at >= %(since)s - %(look_back)s::interval and touch.at < %(until)s
      and touch.at <= %(at)s
),
steps as (
    select name, lag(name) over path as before, lead(name) over path as after
    from seen where latest >= %(since)s and at >= latest - %(look_back)s::interval
    window path as (partition by lead_id order by at, activity_id)
)
select null as name, name as after, count(*) from steps where before is null group by name
union all
select name, after, count(*) from steps group by name, after
"""

_WON = f"""
with {WORTH}
select lead_id, sum(amount) from worth where currency = %(currency)s group by lead_id
"""  # noqa: S608 - constants of the steps
_CURRENCIES = """
select distinct currency from deals_deal where outcome = 'won' and currency <> '' order by 1
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is shared among what: outcomes, or what was won in a currency if one is named."""

    name: str = "source"
    outcome: str = "customer"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths to the outcomes of a period, read anew each time: they may be many, and are never
    all in memory. `worth`: what each lead weighs; None: one each."""

    sql: str
    given: Mapping[str, Any]
    worth: Mapping[int, float] | None

    def __iter__(self) -> Iterator[Path]:
        return _paths(streamed(self.sql, self.given), self.worth)


@dataclass(frozen=True, slots=True)
class Found:
    """Paths to outcomes (one without names has no touchpoint), the steps of leads without an
    outcome, and which part of those leads was read."""

    paths: Paths
    lost: Steps
    part: float
    as_of: datetime


def fresh(*, at: datetime) -> AsOf | None:
    """As of when touchpoints hold; None while they are read for the first time.

    Where reading is quick they are read at each look; else a look asks the worker for it.
    """
    known = TouchpointFreshness.objects.filter(pk=1).first()
    is_quick = is_small() if known is None else known.seconds < QUICK
    if is_quick and refresh(at=at):
        return AsOf(at, False)
    if not is_quick and (known is None or at - known.as_of > ANEW):
        tasks.ask()
    known = TouchpointFreshness.objects.filter(pk=1).first()
    return AsOf(known.as_of, at - known.as_of > LATE) if known else None


def found(period: Period, asked: Asked) -> Found | None:
    """The paths of the period's outcomes, and what those without one did. None while
    touchpoints are read for the first time."""
    touched = fresh(at=period.at)
    if touched is None:
        return None
    at = min(touched.at, standings(at=period.at).at)
    lots = _lots()
    given = {
        "since": period.since, "until": period.until, "at": at, "look_back": LOOK_BACK,
        "lots": lots,
    }  # fmt: skip
    paths = Paths(statement(PATHS, asked), given, _worth(asked.currency, at))
    rows = rows_of(statement(WITHOUT, asked), given)
    lost = {(name, after): count * LOTS / lots for name, after, count in rows}
    return Found(paths, lost, lots / LOTS, at)


def statement(text: str, asked: Asked) -> str:
    """A statement over the columns that are asked for: of this module's own names."""
    if asked.name not in DIMENSIONS:
        raise KeyError(asked.name)
    return text.format(name=asked.name, outcome=OUTCOMES[asked.outcome])


def currencies() -> list[str]:
    """The currencies in which anything was won."""
    return [code for (code,) in rows_of(_CURRENCIES)]


def _lots() -> int:
    """How many of the thousand lots are read: all, while there are few touchpoints."""
    known = TouchpointFreshness.objects.values_list("touchpoints", flat=True).get(pk=1)
    return max(1, min(LOTS, SAMPLE * LOTS // max(known, 1)))


def _worth(currency: str, at: datetime) -> dict[int, float] | None:
    if not currency:
        return None
    return dict(rows_of(_WON, {"currency": currency, "at": at}))


def _paths(rows: Iterable[tuple[Any, ...]], worth: Mapping[int, float] | None) -> Iterator[Path]:
    """Each lead's touchpoints as a path, with what it weighs."""
    for lead, told in groupby(rows, key=lambda row: row[0]):
        weighs = 1.0 if worth is None else worth.get(lead, 0.0)
        touchpoints = [(name, -seconds) for _, seconds, name in told if name is not None]
        kept = once_a_visit(touchpoints)
        days = tuple(-at / _DAY for _, at in kept)
        yield Path(tuple(name for name, _ in kept), days, weighs)
