"""The funnel's figures as tables, for pages, files and mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from handraise.feedback.dimensions import DIMENSIONS, UNKNOWN, dimension
from handraise.feedback.funnel import queries
from handraise.feedback.funnel.comparing import Compared
from handraise.feedback.funnel.decide import (
    MOST_VALUES,
    Cohort,
    Figures,
    Judged,
    Passage,
    Row,
    mixed,
    part_name,
)
from handraise.feedback.funnel.differences import SURE, Difference, p_words
from handraise.feedback.funnel.statements import Pair
from handraise.feedback.standing.queries import fresh
from handraise.feedback.tabular import Cell, Column, Definition, Period, Table
from handraise.kit.shares import percent
from handraise.leads.decide import Stage

INTERVALS = (
    "Small figures: 95 times in 100 the true share lies between them (Wilson's interval). "
    "Going past a stage counts as reaching it."
)
YOUNG_NOTE = (
    "Everybody counts as they stand now: a value that came up lately has had less time. Judge only "
    "who had time to compare them fairly."
)
TIME_NOTE = (
    "A step is judged of those alone that had time for it: the days within which nine in ten have "
    "come of those that ever come, in all of history, those still waiting counted rightly. Whoever "
    "came later than that counts as not come, so that all are given the same time."
)


def over(cohort: Cohort) -> str:
    """Over whom the figures of a cohort are."""
    said = f"Leads that first reached {cohort.entered.label}, or went past it, in the period"
    found = dimension(cohort.only)
    if found is not None and cohort.value:
        said += f", {found.name.lower()}: {part_name(cohort.value, UNKNOWN)}"
    ripe = "; each step of those alone that had time for it" if cohort.judged is Judged.RIPE else ""
    return f"{said}{ripe}. Merged leads are one; withdrawn moves do not count."


def left_out(figures: Figures) -> tuple[str, ...]:
    return (TIME_NOTE,) if figures.cohort.judged is Judged.RIPE else ()


def path_table(figures: Figures) -> Table:
    """How far the cohort came, stage by stage."""
    cohort, ripe = figures.cohort, figures.cohort.judged is Judged.RIPE
    columns = [
        Column("stage", "Stage"), Column("reached", "Reached by now", "count"),
        Column("of_before", "Of the stage before", "share"),
        Column("of_all", f"Of all {cohort.entered.label}s", "share"),
    ]  # fmt: skip
    if ripe:
        columns += [Column("young", "Too young", "count"), Column("days", "Days given", "count")]
    rows: list[tuple[Cell, ...]] = []
    for before, stage in zip((None, *cohort.path), cohort.path, strict=False):
        step = figures.passages[before, stage] if before else None
        whole = figures.passages[cohort.entered, stage] if before else None
        row: list[Cell] = [stage.label, figures.reached[stage], _share(step), _share(whole)]
        rows.append(tuple(row + ([_young(step), step.days if step else None] if ripe else [])))
    return Table(
        "funnel", f"From {cohort.entered.label} to Customer", figures.finding,
        tuple(columns), tuple(rows),
        Definition(
            "Leads by the furthest stage they reached; of those that reached the stage before, "
            "how many reached this one or went past it.", over(cohort), figures.sql,
        ),
        figures.as_of, figures.versions, (INTERVALS, *left_out(figures), *mixed(figures.versions)),
    )  # fmt: skip


def _share(passage: Passage | None) -> Cell:
    return passage.share if passage is not None and passage.share.of else None


def _young(passage: Passage | None) -> Cell:
    return None if passage is None else passage.young


def between_table(figures: Figures) -> Table:
    """Every stage against every later one."""
    path = figures.cohort.path
    columns = (
        Column("before", "From"),
        *(Column(one.value.lower(), one.label, "share") for one in path[1:]),
    )  # fmt: skip
    rows = tuple(
        (
            before.label,
            *(_share(figures.passages.get((before, after))) for after in path[1:]),
        )
        for before in path[:-1]
    )
    return Table(
        "funnel_between", "From every stage to every later one", _best_known(figures), columns,
        rows,
        Definition(
            "Of the cohort's leads that reached the stage at the left, how many reached the one "
            "above.", over(figures.cohort), figures.sql,
        ),
        figures.as_of, figures.versions, (INTERVALS, *left_out(figures), *mixed(figures.versions)),
    )  # fmt: skip


def _best_known(figures: Figures) -> str:
    """The longest way of which enough is known."""
    ways = sorted(
        (one for one in figures.passages.values() if one.share.is_enough),
        key=lambda one: (figures.cohort.path.index(one.before), -list(Stage).index(one.after)),
    )
    if not ways or ways[0].share.value is None:
        return "Not enough data yet to say how leads go on."
    way = ways[0]
    return (
        f"{percent(way.share.count / way.share.of)} go from {way.before.label} to "
        f"{way.after.label} ({way.share.interval} %, of {way.share.of:,})."
    )


def parts_table(
    cohort: Cohort, by: str, rows: list[Row], folded: int, *, figures: Figures, sql: str
) -> Table:
    """The steps of each value of a dimension."""
    named = dimension(by)
    name = named.name if named else by
    columns = (
        Column("part", name), Column("entered", cohort.entered.label, "count"),
        *(Column(f"{a}_{b}".lower(), f"{a.label} to {b.label}", "share") for a, b in cohort.steps),
    )  # fmt: skip
    cells = tuple(
        (part_name(row.part, UNKNOWN, folded), row.entered, *map(_share, row.passages))
        for row in rows
    )
    notes = [INTERVALS, *(left_out(figures) or (YOUNG_NOTE,))]
    if folded:
        notes.append(f"The {MOST_VALUES} with the most leads are shown, {folded} more as others.")
    if by != "version":
        notes += mixed(figures.versions)
    return Table(
        f"funnel_by_{by}", f"By {name.lower()}", spread(rows, name), columns, cells,
        Definition(
            f"The steps of the funnel for each {name.lower()}; what nothing is known of stands "
            f"as “{UNKNOWN}”.", over(cohort), sql,
        ),
        figures.as_of, figures.versions, tuple(notes),
    )  # fmt: skip


def spread(rows: list[Row], name: str) -> str:
    """Whether the values differ in their first step: the highest against the lowest, by a test
    that counts how many pairs might have been the two (Bonferroni)."""
    known = sorted(
        (
            (row.passages[0].share, row)
            for row in rows
            if row.part.startswith("=") and row.passages and row.passages[0].share.is_enough
        ),
        key=lambda one: one[0].count / one[0].of,
    )
    if len(known) < 2:
        return f"Not enough data yet to tell one {name.lower()} from another."
    (low, last), (high, first) = known[0], known[-1]
    passage = first.passages[0]
    step = f"{passage.before.label} to {passage.after.label}"
    if Difference(high, low).p * len(known) * (len(known) - 1) / 2 >= SURE:
        return f"{step}: no {name.lower()} can be told from another."
    return (
        f"{step}: {first.part[1:]} is highest with {high.interval} %, "
        f"{last.part[1:]} lowest with {low.interval} %."
    )


def months_table(
    cohort: Cohort, pair: Pair, rows: list[Row], *, figures: Figures, sql: str
) -> Table:
    """One step by the months in which leads entered."""
    before, after = pair
    columns = [
        Column("month", "Entered in"), Column("entered", cohort.entered.label, "count"),
        Column("share", f"{before.label} to {after.label}", "share"),
    ]  # fmt: skip
    if cohort.judged is Judged.RIPE:
        columns.append(Column("young", "Too young", "count"))
    cells = tuple(
        (row.part, row.entered, _share(row.passages[0]), row.passages[0].young)[: len(columns)]
        for row in rows
    )
    return Table(
        "funnel_months", f"{before.label} to {after.label}, by month", _trend(rows),
        tuple(columns), cells,
        Definition(
            f"The step from {before.label} to {after.label} for the leads that entered in each "
            "month of the installation's zone.", over(cohort), sql,
        ),
        figures.as_of, figures.versions, (INTERVALS, *left_out(figures), *mixed(figures.versions)),
        drawn="share",
    )  # fmt: skip


def _trend(rows: list[Row]) -> str:
    known = [row for row in rows if row.passages[0].share.is_enough]
    if len(known) < 2:
        return "Not enough data yet to compare months."
    first, last = known[0].passages[0].share, known[-1].passages[0].share
    if first.low > last.high or last.low > first.high:
        went = "rose" if last.low > first.high else "fell"
        began, ended = known[0].part, known[-1].part
        return f"It {went}: {first.interval} % in {began}, {last.interval} % in {ended}."
    return f"{known[0].part} and {known[-1].part} cannot be told apart."


def compared_table(compared: Compared) -> Table:
    """Two cohorts step by step, with a test of each difference."""
    columns = (
        Column("step", "Step"), Column("first", compared.names[0], "share"),
        Column("second", compared.names[1], "share"),
        Column("difference", "Difference, points", "number"), Column("low", "from", "number"),
        Column("high", "to", "number"), Column("p", "p, by Holm"), Column("test", "Test"),
    )  # fmt: skip
    rows = []
    for step in compared.steps:
        value, bounds = step.difference.value, step.difference.bounds
        known = value is not None and step.difference.is_enough
        rows.append((
            step.name, step.difference.one if step.difference.one.of else None,
            step.difference.other if step.difference.other.of else None,
            round(100 * value, 1) if known and value is not None else None,
            *((round(100 * bound, 1) for bound in bounds) if known else (None, None)),
            p_words(step.p).removeprefix("p ").removeprefix("= ") if known else None,
            ("Fisher" if step.difference.is_few else "score") if known else None,
        ))  # fmt: skip
    first, second = compared.figures
    return Table(
        "funnel_compared", f"{compared.names[0]} against {compared.names[1]}", compared.finding,
        columns, tuple(rows),
        Definition(
            "The same step in two cohorts of different people. The difference has Newcombe's "
            "interval; p is how often chance alone would show as much (score test, Fisher's where "
            "a field expects fewer than five), corrected by Holm for all steps shown.",
            f"First: {over(first.cohort)} Second: {over(second.cohort)}", first.sql,
        ),
        first.as_of, compared.versions, compared.notes,
    )  # fmt: skip


def _cohort(period: Period, entered: Stage, judged: Judged) -> Cohort:
    return Cohort(period.since, period.until, entered, judged)


def funnel(
    period: Period, *, entered: Stage = Stage.LEAD, judged: Judged = Judged.NOW
) -> Table:  # fmt: skip
    """How far those came that entered in the period."""
    as_of = fresh(at=period.at).at
    return path_table(queries.figures(_cohort(period, entered, judged), as_of=as_of))


def between(
    period: Period, *, entered: Stage = Stage.LEAD, judged: Judged = Judged.RIPE
) -> Table:  # fmt: skip
    """Every stage against every later one, of those that had time."""
    as_of = fresh(at=period.at).at
    return between_table(queries.figures(_cohort(period, entered, judged), as_of=as_of))


def by_dimension(
    period: Period, by: str, *, entered: Stage = Stage.LEAD, judged: Judged = Judged.NOW
) -> Table:
    """The funnel of each value of a dimension."""
    as_of, cohort = fresh(at=period.at).at, _cohort(period, entered, judged)
    figures = queries.figures(cohort, as_of=as_of)
    rows, folded, sql = queries.parts(cohort, by, as_of=as_of)
    return parts_table(cohort, by, rows, folded, figures=figures, sql=sql)


def months(
    period: Period, *, entered: Stage = Stage.LEAD, judged: Judged = Judged.RIPE
) -> Table:  # fmt: skip
    """The first step by the months of the period."""
    as_of, cohort = fresh(at=period.at).at, _cohort(period, entered, judged)
    figures = queries.figures(cohort, as_of=as_of)
    pair = cohort.steps[0]
    rows, sql = queries.months(cohort, pair, as_of=as_of)
    return months_table(cohort, pair, rows, figures=figures, sql=sql)


def compared(
    period: Period, *, entered: Stage = Stage.LEAD, judged: Judged = Judged.RIPE
) -> Table:  # fmt: skip
    """The period against the one of the same length before it, both given the same time."""
    length: timedelta = period.until - period.since
    mine = _cohort(period, entered, judged)
    before = Cohort(period.since - length, period.since, entered, judged)
    names = ("This period", "The one before")
    as_of = fresh(at=period.at).at
    return compared_table(queries.compare(mine, before, names=names, as_of=as_of))


TABLES: dict[str, Callable[[Period], Table]] = {
    "funnel": funnel,
    "funnel_between": between,
    **{f"funnel_by_{one.code}": partial(by_dimension, by=one.code) for one in DIMENSIONS},
    "funnel_months": months,
    "funnel_compared": compared,
}
