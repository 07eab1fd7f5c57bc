"""The chart of any table: one bar a row, with its interval where it has one."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

from handraise.feedback.charts import MID, WIDTH, chart, dressed, svg
from handraise.feedback.decide import Share
from handraise.feedback.tabular import Cell, Column, Table

MOST = 12  # rows that a chart shows
_ROW = 26  # pixels
_DRAWN = ("share", "percent", "count", "money", "number", "days")
# A mail has no style sheet to take the roles from: the light ones, as they come out there.
_LIGHT = {
    "var(--accent)": "#5b47c9", "var(--text-mid)": "#42434a", "var(--text-soft)": "#686970",
    "var(--line)": "#dedfe3", "var(--bad)": "#bb2f2f",
}  # fmt: skip


def as_svg(table: Table) -> str:
    """The chart for a page, which follows its theme; empty where there is nothing to draw."""
    return _svg(table.columns, table.rows, table.drawn)


# Drawing takes longer than all that is read for it, and the same figures are looked at again.
@lru_cache(maxsize=128)
def _svg(columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...], drawn: str) -> str:
    made = _made(columns, rows, drawn)
    return "" if made is None else svg(made)


def as_png(table: Table) -> bytes:
    """The chart for a mail, twice as fine as it is shown; empty where there is nothing to draw."""
    made = _made(table.columns, table.rows, table.drawn)
    if made is None:
        return b""
    text = made.properties(background="#ffffff").to_json()
    for role, colour in _LIGHT.items():
        text = text.replace(role, colour)
    drawn: bytes = vl_convert.vegalite_to_png(text.replace('"inherit"', '"sans-serif"'), scale=2)
    return drawn


def _made(
    columns: tuple[Column, ...], told: tuple[tuple[Cell, ...], ...], drawn: str
) -> Any | None:
    """A bar a row: named by the texts before the first figure, as long as the figure `drawn`, or
    that first one."""
    first = next((p for p, column in enumerate(columns) if column.kind in _DRAWN), None)
    if not first:
        return None
    place = next((p for p, column in enumerate(columns) if column.code == drawn), first)
    rows = [_row(row, first, place) for row in told]
    known = [row for row in rows if row["value"] is not None][:MOST]
    if not known:
        return None
    names = [row["name"][:44] for row in known]
    rows_at = alt.Axis(title=None, labelExpr=f"{json.dumps(names)}[datum.value]", labelLimit=260)
    base = chart([{**row, "place": str(at)} for at, row in enumerate(known)]).encode(
        y=alt.Y("place:O", sort=[str(at) for at in range(len(known))], axis=rows_at)
    )
    x = alt.X("value:Q", axis=_axis(columns[place]), scale=alt.Scale(domainMin=0))
    layers = [
        base.mark_bar(color="var(--accent)", cornerRadiusEnd=3, height=13).encode(x=x),
        base.mark_rule(color=MID, strokeWidth=1.4).encode(x="low:Q", x2="high:Q"),
    ]
    return dressed(alt.layer(*layers), WIDTH, _ROW * len(known))


def _axis(column: Column) -> Any:
    is_share = column.kind in {"share", "percent"}
    return alt.Axis(title=column.name, format="%" if is_share else "~s", titleColor=MID)


def _row(row: tuple[Cell, ...], first: int, place: int) -> dict[str, Any]:
    name = " · ".join(str(cell) for cell in row[:first] if cell not in {None, ""})
    value = row[place]
    if isinstance(value, Share):
        if not value.is_enough:
            return {"name": name, "value": None}
        return {"name": name, "value": value.value, "low": value.low, "high": value.high}
    is_figure = isinstance(value, int | float)
    return {"name": name, "value": float(value) if is_figure else None}  # type: ignore[arg-type]
