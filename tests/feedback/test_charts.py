"""Labels of charts are words that somebody wrote: they stay words."""

from __future__ import annotations

from xml.dom import minidom

import altair as alt

from handraise.feedback.charts import chart, dressed, svg
from handraise.feedback.reports.drawing import as_svg
from handraise.feedback.tabular import Column, Definition, Table
from tests.feedback.targets.test_targets import AT

NAMES = (
    'a role="', 'b aria-label="x', 'c clip-path="', 'd role="e"', "<script>alert(1)</script>",
    'x" onload="y()', "a\\\"]+datum.value+[\\\"", "</text><defs>",
)  # fmt: skip


def labels(drawn: str) -> list[str]:
    found = minidom.parseString(drawn).getElementsByTagName("text")
    return ["".join(node.data for node in one.childNodes) for one in found]


def test_names_in_a_chart_neither_open_tags_nor_swallow_them() -> None:
    rows = [{"name": name, "value": 1} for name in NAMES]
    bars = chart(rows).mark_bar().encode(y=alt.Y("name:N", sort=None), x="value:Q")

    drawn = svg(dressed(bars))

    assert "<script" not in drawn
    assert [one for one in labels(drawn) if one in NAMES] == list(NAMES)


def test_names_in_a_report_are_no_expressions() -> None:
    columns = (Column("name", "Source"), Column("count", "Leads", "count"))
    rows = tuple((name, 3) for name in NAMES)

    drawn = as_svg(Table("t", "T", "", columns, rows, Definition("", ""), AT))

    assert "<script" not in drawn
    assert [one for one in labels(drawn) if one in NAMES] == list(NAMES)
