"""The texts that are run for a funnel: one cohort, from which all figures and lists are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from handraise.feedback.dimensions import dimension
from handraise.feedback.funnel.decide import MOST_VALUES, Cohort, Judged, Part, Who
from handraise.feedback.standing.ripening import REACHED_AT
from handraise.leads.decide import Stage

Pair: TypeAlias = tuple[Stage, Stage]
Days: TypeAlias = Mapping[Pair, int | None]


def params_of(cohort: Cohort, **more: object) -> dict[str, Any]:
    """What stands for the names in every text."""
    told = {"since": cohort.since, "until": cohort.until, "value": cohort.value[1:]}
    return {**told, "most": MOST_VALUES, **more}


def cohort_text(cohort: Cohort, *, by: str = "") -> str:
    """The cohort; with `by` (an expression) what is told of each lead by it, null if nothing."""
    reached = REACHED_AT[cohort.entered]
    only = f"\n      and {_only(cohort)}" if cohort.value else ""
    told = f", nullif({by}, '') as told" if by else ""
    columns = ", ".join(REACHED_AT[stage] for stage in cohort.path)
    return f"""with cohort as (
    select lead_id, version, stage, {columns}{told}
    from feedback_standing standing
    where {reached} >= %(since)s and {reached} < %(until)s and {reached} <= %(at)s{only}
)"""  # noqa: S608


# The values that most of the cohort have stand for themselves.
_PART = """case when told is null then 'unknown' when place > %(most)s then 'others'
        else '=' || told end"""
_PLACE = "row_number() over (order by told is null, {size} desc, told) as place"


def _only(cohort: Cohort) -> str:
    found = dimension(cohort.only)
    if found is None:
        raise ValueError(f"There is no dimension {cohort.only!r}.")
    told = f"nullif({found.expression}, '')"
    return f"{told} is null" if cohort.value == Part.UNKNOWN else f"{told} = %(value)s"


def expression(code: str) -> str:
    """The text of a dimension."""
    found = dimension(code)
    if found is None:
        raise ValueError(f"There is no dimension {code!r}.")
    return found.expression


def of_text(pair: Pair, judged: Judged, days: int | None) -> str:
    """Who is asked whether they passed: reached the first and, where it is judged so, are ripe."""
    reached = f"{REACHED_AT[pair[0]]} is not null"
    if judged is Judged.NOW:
        return reached
    return f"{REACHED_AT[pair[0]]} <= {_ago(days)}"


def came_text(pair: Pair, judged: Judged, days: int | None) -> str:
    """Who of them passed; the ripe within the time that all were given."""
    before, after = REACHED_AT[pair[0]], REACHED_AT[pair[1]]
    if judged is Judged.NOW:
        return f"{after} is not null"
    within = f"{after} < {before} + {_span(days or 0)}"
    return f"{of_text(pair, judged, days)} and {within}"


def young_text(pair: Pair, judged: Judged, days: int | None) -> str:
    """Who is left out: reached the first, but not long enough ago."""
    return "false" if judged is Judged.NOW else f"{REACHED_AT[pair[0]]} > {_ago(days)}"


def _ago(days: int | None) -> str:
    """The latest instant at which one must have begun; where nobody knows the time, none is."""
    return "'-infinity'" if days is None else f"%(at)s - {_span(days)}"


def _span(days: int) -> str:
    """Days of 24 hours each, whatever clocks do; also by far the quicker to add."""
    return f"interval '{24 * days} hours'"


def counted(pairs: Iterable[Pair], judged: Judged, days: Days) -> list[str]:
    """Three counts a pair: of, came, young."""
    texts = (of_text, came_text, young_text)
    return [
        f"count(*) filter (where {text(pair, judged, days.get(pair))})"
        for pair in pairs
        for text in texts
    ]


def reached_text(cohort: Cohort, days: Days) -> str:
    """All figures of a cohort, a row for each agreement under which they became MQL."""
    stages = ",\n    ".join(f"count({REACHED_AT[stage]})" for stage in cohort.path)
    return f"""{cohort_text(cohort)}
select version,
    count(*) filter (where stage = 'NURTURE'), count(*) filter (where stage = 'DISQUALIFIED'),
    {stages},
    {_lines(counted(cohort.pairs, cohort.judged, days))}
from cohort group by version"""  # noqa: S608


def parted_text(cohort: Cohort, by: str, pairs: Iterable[Pair], days: Days) -> str:
    """The figures of each value of a dimension."""
    counts = counted(pairs, cohort.judged, days)
    named = [f"{text} as c{place}" for place, text in enumerate(counts)]
    sums = [f"sum(c{place})::int" for place in range(len(counts))]
    return f"""{cohort_text(cohort, by=expression(by))},
valued as (
    select told, count(*) as size, {_PLACE.format(size="count(*)")},
    {_lines(named)}
    from cohort group by told
)
select {_PART}, sum(size)::int, count(*),
    {_lines(sums)}
from valued group by 1"""  # noqa: S608


def monthly_text(cohort: Cohort, pair: Pair, days: Days) -> str:
    """The figures of each month of entry, in the installation's zone."""
    entered = REACHED_AT[cohort.entered]
    counts = counted([pair], cohort.judged, days)
    named = [f"{text} as c{place}" for place, text in enumerate(counts)]
    return f"""{cohort_text(cohort)},
monthly as (
    select date_trunc('month', {entered} at time zone %(zone)s) as month, count(*) as size,
    {_lines(named)}
    from cohort group by 1
)
select to_char(month, 'YYYY-MM'), size, {", ".join(f"c{place}" for place in range(len(counts)))}
from monthly order by month"""  # noqa: S608


def _lines(texts: list[str]) -> str:
    return ",\n    ".join(texts)


def behind_text(cohort: Cohort, who: Who, pair: Pair, days: Days, *, by: str = "") -> str:
    """The leads that a figure counts; `by` a dimension, those of the part `%(part)s` alone."""
    known = days.get(pair)
    of, came, young = (
        text(pair, cohort.judged, known) for text in (of_text, came_text, young_text)
    )
    told = {
        Who.ENTERED: "true",
        Who.REACHED: f"{REACHED_AT[pair[1]]} is not null",
        Who.OF: of,
        Who.CAME: came,
        Who.STAYED: f"{of} and ({came}) is not true",
        Who.YOUNG: young,
    }[who]
    order = f"order by {REACHED_AT[cohort.entered]} desc, lead_id"
    if not by:
        return f"{cohort_text(cohort)}\nselect lead_id from cohort where {told}\n{order}"
    return f"""{cohort_text(cohort, by=expression(by))},
valued as (select told, {_PLACE.format(size="count(*)")} from cohort group by told)
select lead_id from cohort join valued on valued.told is not distinct from cohort.told
where {told} and {_PART.replace("told", "cohort.told")} = %(part)s
{order}"""  # noqa: S608
