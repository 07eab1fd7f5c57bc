"""Reads: which targets held in a month, and what came on each day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.reading import read_signed
from handraise.feedback.standing.ripening import REACHED_AT
from handraise.feedback.targets.decide import Target, targets_of
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Stage

_YEARS = 2  # of history from which it is told how a rate ripens


@dataclass(frozen=True, slots=True)
class Plan:
    """The targets that were in force, and by which version."""

    version: int
    targets: tuple[Target, ...]


def plans(ends: Sequence[datetime]) -> list[Plan | None]:
    """The plan in force at each of these instants; None where there was no agreement."""
    published = Version.objects.filter(published_at__isnull=False).order_by("published_at")
    rows = list(published.values_list("number", "text", "published_at", "retired_at"))
    read: dict[int, Plan | None] = {}
    found: list[Plan | None] = []
    for end in ends:
        held = [
            row for row in rows if row[2] and row[2] <= end and (row[3] is None or row[3] > end)
        ]
        if not held:
            found.append(None)
            continue
        number, text = held[-1][:2]
        if number not in read:
            read[number] = _plan(number, text)
        found.append(read[number])
    return found


def _plan(number: int, text: str) -> Plan | None:
    try:
        return Plan(number, tuple(targets_of(read_signed(text).targets)))
    except AgreementError:
        return None


COUNTED = """
select (standing.{column} at time zone %(zone)s)::date, count(*)
from feedback_standing standing
where standing.{column} >= %(since)s and standing.{column} <= %(at)s
group by 1
"""


def daily(stage: Stage, *, since: datetime, at: datetime) -> Counter[date]:
    """How many leads first reached the stage, or went past it, on each day of the zone."""
    text = COUNTED.format(column=REACHED_AT[stage])
    named = {"zone": settings.TIME_ZONE, "since": since, "at": at}
    return Counter(dict(rows_of(text, named)))


RATED = """
select date_trunc('month', standing.{before} at time zone %(zone)s)::date,
    floor(extract(epoch from %(at)s - standing.{before}) / 86400)::int,
    case when standing.{after} <= %(at)s
        then floor(extract(epoch from standing.{after} - standing.{before}) / 86400)::int end,
    floor(extract(epoch from gone.at - standing.{before}) / 86400)::int,
    count(*)
from feedback_standing standing
left join (
    -- The first time since, for some were disqualified before as well, and came back.
    select reached.lead_id, min(passage.entered_at) as at
    from feedback_passage passage join feedback_standing reached using (lead_id)
    where passage.stage = 'DISQUALIFIED' and passage.entered_at <= %(at)s
      and passage.entered_at >= reached.{before}
    group by 1
) gone using (lead_id)
where standing.{before} >= %(since)s and standing.{before} <= %(at)s
group by 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Gone:
    """So many leads of one month that reached a stage `age` days ago; `gone` and `out`: days until
    they went on, or were disqualified, if they did."""

    month: date
    age: int
    gone: int | None
    out: int | None
    count: int


def going_on(target: Target, *, at: datetime) -> list[Gone]:
    """What became of the leads of two years that reached a rate's first stage, by day."""
    assert target.after is not None
    text = RATED.format(before=REACHED_AT[target.before], after=REACHED_AT[target.after])
    since = at - timedelta(days=365 * _YEARS)
    rows = rows_of(text, {"zone": settings.TIME_ZONE, "since": since, "at": at})
    return [Gone(*row) for row in rows]
