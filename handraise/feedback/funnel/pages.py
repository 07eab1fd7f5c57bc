"""What the funnel's pages show: tables whose figures lead to the leads behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from handraise.deals.queries import day_of
from handraise.feedback.decide import Share
from handraise.feedback.funnel import charts, queries, tables
from handraise.feedback.funnel.decide import Cohort, Figures, Judged, Row, Who
from handraise.feedback.funnel.statements import Pair
from handraise.feedback.tabular import Cell, Column, Table
from handraise.leads.decide import Stage


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell with the address of the leads behind it; empty if there are none."""

    column: Column
    value: Cell
    url: str = ""


def linked(table: Table, urls: Sequence[Sequence[str]]) -> list[list[Linked]]:
    """The rows of a table with their addresses, one for each cell."""
    return [
        [
            Linked(column, value, url if _counts(value) else "")
            for column, value, url in zip(table.columns, row, addresses, strict=True)
        ]
        for row, addresses in zip(table.rows, urls, strict=True)
    ]


def _counts(value: Cell) -> bool:
    return value.count > 0 if isinstance(value, Share) else bool(value)


def first_day(cohort: Cohort) -> date:
    """The first day of its period, in the installation's zone."""
    return day_of(cohort.since)


def last_day(cohort: Cohort) -> date:
    """The last day of its period, which is part of it."""
    return day_of(cohort.until - timedelta(seconds=1))


def asked(cohort: Cohort, **more: str) -> dict[str, str]:
    """A cohort as it stands in an address."""
    told = {
        "since": first_day(cohort).isoformat(),
        "until": last_day(cohort).isoformat(),
        "entered": cohort.entered.value, "judged": cohort.judged.value,
        "only": cohort.only, "value": cohort.value, **more,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def behind_url(cohort: Cohort, who: Who, pair: Pair, *, by: str = "", part: str = "") -> str:
    """The address of the leads behind a figure."""
    more = {"who": who.value, "before": pair[0].value, "after": pair[1].value}
    return f"{reverse('funnel_leads')}?{urlencode(asked(cohort, **more, by=by, part=part))}"


def path_rows(table: Table, figures: Figures) -> list[list[Linked]]:
    cohort = figures.cohort
    urls = [["", behind_url(cohort, Who.ENTERED, (cohort.entered, cohort.entered)), "", "", "", ""]]
    for before, stage in cohort.steps:
        step, whole = (before, stage), (cohort.entered, stage)
        urls.append([
            "", behind_url(cohort, Who.REACHED, whole), behind_url(cohort, Who.CAME, step),
            behind_url(cohort, Who.CAME, whole), behind_url(cohort, Who.YOUNG, step), "",
        ])  # fmt: skip
    return linked(table, [row[: len(table.columns)] for row in urls])


def between_rows(table: Table, figures: Figures) -> list[list[Linked]]:
    cohort = figures.cohort

    def url(before: Stage, after: Stage) -> str:
        known = (before, after) in figures.passages
        return behind_url(cohort, Who.CAME, (before, after)) if known else ""

    later = cohort.path[1:]
    return linked(table, [["", *(url(one, after) for after in later)] for one in cohort.path[:-1]])


def parts_rows(table: Table, cohort: Cohort, by: str, rows: list[Row]) -> list[list[Linked]]:
    def urls(row: Row) -> list[str]:
        named: Callable[..., str] = lambda who, pair: behind_url(  # noqa: E731
            cohort, who, pair, by=by, part=row.part
        )
        everybody = named(Who.ENTERED, (cohort.entered, cohort.entered))
        return ["", everybody, *(named(Who.CAME, pair) for pair in cohort.steps)]

    return linked(table, [urls(row) for row in rows])


def funnel_page(cohort: Cohort, by: str, *, as_of: datetime) -> dict[str, Any]:
    """The whole page: the path, all stages, by a dimension, by month."""
    figures = queries.figures(cohort, as_of=as_of)
    rows, folded, sql = queries.parts(cohort, by, as_of=as_of)
    path, between = tables.path_table(figures), tables.between_table(figures)
    parts = tables.parts_table(cohort, by, rows, folded, figures=figures, sql=sql)
    return {
        "figures": figures,
        "path": (path, path_rows(path, figures)),
        "between": (between, between_rows(between, figures)),
        "parts": (parts, parts_rows(parts, cohort, by, rows)),
        **_by_month(figures),
    }


def _by_month(figures: Figures) -> dict[str, Any]:
    cohort = figures.cohort
    pair = cohort.steps[0]
    rows, sql = queries.months(cohort, pair, as_of=figures.as_of)
    table = tables.months_table(cohort, pair, rows, figures=figures, sql=sql)
    plain = linked(table, [[""] * len(table.columns) for _ in table.rows])
    return {"months": (table, plain), "months_chart": charts.months_chart(rows)}


def figure_said(cohort: Cohort, who: Who, pair: Pair) -> str:
    """Whom a figure counts, in words."""
    before, after = (stage.label for stage in pair)
    time = " in the time that all were given" if cohort.judged is Judged.RIPE else ""
    return {
        Who.ENTERED: f"All who entered as {cohort.entered.label}",
        Who.REACHED: f"Who reached {after}, or went past it",
        Who.OF: f"Who reached {before} and are asked about {after}",
        Who.CAME: f"Who went from {before} to {after}{time}",
        Who.STAYED: f"Who reached {before} and did not go on to {after}{time}",
        Who.YOUNG: f"Who reached {before} too lately to be judged on {after}",
    }[who]
