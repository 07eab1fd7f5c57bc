"""The figures of this part as tables, for pages, mails and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from handraise.feedback.decide import ENOUGH
from handraise.feedback.tabular import Cell, Column, Definition, Period, Table
from handraise.feedback.velocity import queries, sleeping, touching, ways
from handraise.feedback.velocity.decide import DAY, Course, Curve, typical
from handraise.feedback.velocity.growth import Difference, among_alike
from handraise.feedback.velocity.months import Month, last_months, month_sql, span_of
from handraise.kit.shares import percent
from handraise.leads.decide import Stage

_EVER = datetime(1, 1, 1, tzinfo=UTC)
DAYS = (7, 14, 30, 60, 90, 180)
_COUNTED_RIGHTLY = (
    "Those who still wait count as waiting for as long as they have, and those who left by another"
    " door as gone there (Aalen and Johansen). 95 times in 100 the truth lies between the bounds."
)
_DASH = "A dash: not enough data, or the curve has not got there so far."
_EACH = "Each time that a lead comes into a stage counts as one."


def stage_times(period: Period, courses: Mapping[Stage, Course] | None = None) -> Table:
    """How long leads stand in each stage until they go on."""
    told = courses or ways.stays(period)
    mqls = told[Stage.MARKETING_QUALIFIED]
    words = tuple(_in_words(stage, made) for stage, made in told.items() if made.count)
    return Table(
        "stage_times", "Time in each stage",
        _in_words(Stage.MARKETING_QUALIFIED, mqls) if mqls.is_enough
        else "Not enough data yet to say how long MQLs stand.",
        (Column("stage", "Stage"), Column("entered", "Came in", "count"),
         Column("waiting", "Still there", "count"),
         Column("quarter", "A quarter gone on by (days)", "days"),
         Column("half", "Half (days)", "days"), Column("half_low", "Half: at least", "days"),
         Column("half_high", "Half: at most", "days"),
         Column("three_quarters", "Three quarters (days)", "days")),
        tuple(_stage_row(stage, made) for stage, made in told.items()),
        Definition(
            "Days from coming into a stage until going on to a later one.",
            f"Leads that came into the stage in the period. {_EACH}", queries.STAYS,
        ),
        ways.as_of(period), _under(period), (*words, _COUNTED_RIGHTLY, _DASH), drawn="half",
    )  # fmt: skip


def _under(period: Period, *stages: Stage) -> tuple[int, ...]:
    """The agreements in force when the stays of the period began; of all stages if none is told."""
    told = stages or ways.SHOWN
    return queries.stayed_under(told, since=period.since, until=period.until)


def _stage_row(stage: Stage, made: Course) -> tuple[Cell, ...]:
    curve = made.way("on")
    return (stage.label, made.count, made.waiting, *_quartiles(curve, made))


def _in_words(stage: Stage, made: Course) -> str:
    words = typical(made.way("on"), done="gone on", is_enough=made.is_enough)
    return f"{stage.label}: {words}."


def _quartiles(curve: Curve, made: Course) -> tuple[Cell, ...]:
    if not made.is_enough:
        return (None,) * 5
    low, high = curve.bounds(0.5)
    times = (curve.reached(0.25), curve.reached(0.5), low, high, curve.reached(0.75))
    return tuple(_days(time) for time in times)


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY


def ways_out(period: Period, courses: Mapping[Stage, Course] | None = None) -> Table:
    """By which door leads leave each stage."""
    told = courses or ways.stays(period)
    rows = [
        _way_row(stage, name, made.way(way), made)
        for stage, made in told.items()
        for way, name in ways.WAYS.items()
        if made.left.get(way)
    ]
    return Table(
        "ways_out", "Ways out of each stage", _lost(told),
        (Column("stage", "Stage"), Column("way", "Way out"), Column("count", "So far", "count"),
         *(Column(f"by_{days}{code}", f"{name} {days} days" if not code else name, "percent")
           for days in (30, 90) for code, name in (("", "By"), ("_low", "at least"),
                                                   ("_high", "at most"))),
         Column("half", "Half had gone so by (days)", "days")),
        tuple(rows),
        Definition(
            "The share that left the stage by this door within so many days.",
            f"Leads that came into the stage in the period. {_EACH}", queries.STAYS,
        ),
        ways.as_of(period), _under(period), (_COUNTED_RIGHTLY, _DASH),
    )  # fmt: skip


def _lost(told: Mapping[Stage, Course]) -> str:
    """Where most are lost to the path: the stage and the door, by 90 days."""
    lost = [
        (made.way(way).at(90 * DAY), stage, ways.WAYS[way].lower())
        for stage, made in told.items()
        if made.is_enough
        for way in ("recycled", "disqualified")
    ]
    if not lost:
        return "Not enough data yet to say by which door leads leave."
    (share, low, high), stage, door = max(lost, key=lambda one: one[0][0])
    return (
        f"Most are lost as {stage.label}: {percent(share)} ({100 * low:.0f}–{percent(high)})"
        f" were {door} within 90 days."
    )


def _way_row(stage: Stage, name: str, curve: Curve, made: Course) -> tuple[Cell, ...]:
    shares = [cell for days in (30, 90) for cell in _by(curve, made, days)]
    half = curve.reached(0.5) if made.is_enough else None
    left = next(count for way, count in made.left.items() if ways.WAYS[way] == name)
    return (stage.label, name, left, *shares, _days(half))


def _by(curve: Curve, made: Course, days: int) -> tuple[float | None, ...]:
    """Share and bounds by a day; unknown beyond what anybody was watched for."""
    if not made.is_enough or (made.seen < days * DAY and made.waiting):
        return (None,) * 3
    return curve.at(days * DAY)


def between(
    period: Period,
    before: Stage = Stage.MARKETING_QUALIFIED,
    after: Stage = Stage.SALES_QUALIFIED,
    made: Course | None = None,
) -> Table:
    """From one stage to a later one."""
    told = made or ways.between(period, before, after)
    named = (("on", "arrived", after.label), ("recycled", "recycled", "Recycled"),
             ("disqualified", "disqualified", "Disqualified"))  # fmt: skip
    columns = [Column("days", "Within days", "count")]
    for _, code, name in named:
        columns += [Column(code, name, "percent"), Column(f"{code}_low", "at least", "percent"),
                    Column(f"{code}_high", "at most", "percent")]  # fmt: skip
    columns.append(Column("back", "Went back", "percent"))
    rows = [
        (days, *(cell for way, _, _ in named for cell in _by(told.way(way), told, days)),
         _by(told.way("back"), told, days)[0])
        for days in DAYS
        if told.count
    ]  # fmt: skip
    return Table(
        "between", f"From {before.label} to {after.label}", _arriving(told, before, after),
        tuple(columns), tuple(rows),
        Definition(
            f"Days from becoming {before.label} until first becoming {after.label} or going past"
            " it; or until leaving the path, or going back before where it began.",
            f"Leads that became {before.label} in the period, each time they did; one that came"
            " back from a later stage had been there already.",
            queries.between_sql(after),
        ),
        ways.as_of(period), _under(period, before), (_COUNTED_RIGHTLY, _DASH),
    )  # fmt: skip


def _arriving(told: Course, before: Stage, after: Stage) -> str:
    if not told.is_enough:
        return f"Not enough data yet to say how fast {before.label} becomes {after.label}."
    words = typical(told.way("on"), done=f"become {after.label}", is_enough=True)
    return f"Of {told.count:,} that became {before.label}, {words}."


def lead_velocity(
    period: Period,
    stage: Stage = Stage.MARKETING_QUALIFIED,
    months: list[Month] | None = None,
) -> Table:
    """Month by month, how many leads newly reached a stage, and how that grows."""
    months = last_months(period, stage) if months is None else months
    since, until = span_of(period)
    return Table(
        "lead_velocity", f"Lead velocity: new {stage.label}s a month", _pace(months, stage),
        (Column("month", "Month"), Column("days", "Days counted", "count"),
         Column("count", f"New {stage.label}s", "count"), Column("a_day", "A day", "number"),
         Column("growth", "Against the month before", "percent"),
         Column("low", "at least", "percent"), Column("high", "at most", "percent"),
         Column("told", "Told from no growth")),
        tuple(_month_row(month) for month in months),
        Definition(
            f"Leads that became {stage.label}, or went past it, for the first time. Growth is that"
            " of the count a day, since months differ in length.",
            "The month in which the period ends and the twelve before. Of the running month only"
            " whole days count.",
            month_sql(stage),
        ),
        ways.as_of(period),
        queries.reached_under(stage, since=since, until=until),
        ("The bounds take the two counts as chance left them: where no growth lies between"
         " them, the change may be none.",
         "Of the month that still runs who came today is left out here, and counted under"
         " Targets.",),
        drawn="a_day",
    )  # fmt: skip


def _month_row(month: Month) -> tuple[Cell, ...]:
    grown = month.growth
    told = "not enough data" if grown is None else "yes" if grown.is_told else "no"
    figures = (None,) * 3 if grown is None else (grown.rate, grown.low, grown.high)
    return (f"{month.first:%B %Y}", month.days, month.count, month.a_day, *figures, told)


def _pace(months: list[Month], stage: Stage) -> str:
    known = [month for month in months if month.growth is not None]
    if not known:
        return f"Not enough data yet to say how new {stage.label}s grow."
    newest = known[-1]
    grown = newest.growth
    assert grown is not None
    way = "more" if grown.rate > 0 else "fewer"
    said = (
        f"{newest.first:%B} brought {percent(abs(grown.rate))} {way} new {stage.label}s a day"
        f" than the month before ({_signed(grown.low)} to {_signed(grown.high)})"
    )
    return f"{said}." if grown.is_told else f"{said}: that cannot be told from no change."


def _signed(rate: float) -> str:
    return f"{'+' if rate > 0 else '−' if rate < 0 else ''}{percent(abs(rate))}"


def sleeping_stock(period: Period) -> Table:
    """Leads that stand still now."""
    at = ways.as_of(period)
    found = sleeping.stock(at=at)
    asleep = sum(sum(one.asleep) for one in found)
    return Table(
        "sleeping_stock", "Sleeping stock",
        f"{asleep:,} of {sum(one.count for one in found):,} leads in these stages sleep."
        if any(one.count for one in found) else "Nobody stands in these stages.",
        (Column("stage", "Stage"), Column("count", "There now", "count"),
         Column("usual", "Three in four leave by (days)", "days"),
         Column("long", "There for longer", "count"),
         Column("idle", "Nothing is to come", "count"), Column("both", "Both", "count"),
         *(Column(f"age_{place}", f"Asleep {name}", "count")
           for place, name in enumerate(sleeping.AGES))),
        tuple((one.stage.label, one.count, _days(one.usual), one.long, one.idle, one.both,
               *one.asleep) for one in found),
        Definition(
            "Leads that sleep: that stand in a stage for longer than three in four of the stays of"
            " the last year lasted, or for whom nothing is to come: no open handover, task or deal,"
            " no journey under way, no day on which they wake up.",
            "Everybody who stands in these stages now, whatever the period.", sleeping.COUNTED,
        ),
        at, queries.stayed_under(sleeping.STAGES, since=_EVER, until=at, still=True),
        (f"{_DASH} Then only those count as asleep for whom nothing is to come.",),
    )  # fmt: skip


def speed_to_touch(period: Period, bands: list[touching.Band] | None = None) -> Table:
    """How soon people were first touched, against the share that became SQL."""
    at = ways.as_of(period)
    found = bands or touching.bands(since=period.since, until=period.until, at=at)
    days = touching.HORIZON.days
    return Table(
        "speed_to_touch", "Speed to touch", _by_speed(found),
        (Column("band", "First touch after the offer"), Column("leads", "Leads", "count"),
         Column("share", "Became SQL", "share"),
         *(Column(f"third_{place}", name, "share")
           for place, name in enumerate(touching.THIRDS, start=1))),
        tuple((band.name, band.whole.of, band.whole, *band.thirds) for band in found
              if band.whole.of),
        Definition(
            f"The share of leads that became SQL within {days} days of their offer, by the time"
            " from the offer to the first call, personal mail or meeting that was logged once it"
            " was accepted.",
            "Leads first offered in the period, each once, that were no SQL before and have had"
            f" those {days} days; withdrawn offers are left out. A touch counts until the lead is"
            " SQL. Thirds by priority at the offer.",
            touching.CURVE,
        ),
        at, touching.versions(since=period.since, until=period.until, at=at), (
            "This shows what goes together, not what causes what: people call first those whom they"
            " believe in, in office hours, and who is easy to reach. Within a third the leads are"
            " more alike; a pattern that holds in all three is less likely to be only that. To"
            " know, call at random.",
        ),
        drawn="share",
    )  # fmt: skip


def _by_speed(found: list[touching.Band]) -> str:
    soon = touching.together([found[place].whole for place in touching.SOON])
    late = touching.together([found[place].whole for place in touching.LATE])
    alike = among_alike([
        (touching.together([found[place].thirds[third] for place in touching.SOON]),
         touching.together([found[place].thirds[third] for place in touching.LATE]))
        for third in range(3)
    ])  # fmt: skip
    if soon.of < ENOUGH or late.of < ENOUGH or alike is None:
        return "Not enough data yet to say what goes with a quick touch."
    first = (
        f"Of those touched within four hours {percent(soon.count / soon.of)} became SQL, of"
        f" those after a day {percent(late.count / late.of)}"
    )
    return f"{first}; {_among(alike)}."


def _among(alike: Difference) -> str:
    points = f"{_signed(alike.value)} ({_signed(alike.low)} to {_signed(alike.high)})"
    if alike.low <= 0 <= alike.high:
        return f"among leads of like priority it is {points}, which cannot be told from none"
    return f"among leads of like priority the difference is {points}"


TABLES: dict[str, Callable[[Period], Table]] = {
    "stage_times": stage_times,
    "ways_out": ways_out,
    "between": between,
    "lead_velocity": lead_velocity,
    "sleeping_stock": sleeping_stock,
    "speed_to_touch": speed_to_touch,
}
