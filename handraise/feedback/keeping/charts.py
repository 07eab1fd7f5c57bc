"""The chart of this part. Silent to screen readers: the same figures stand in a table."""

from __future__ import annotations

from typing import Any

import altair as alt

from handraise.feedback.charts import MID, chart, drawn
from handraise.feedback.tabular import Table

_MOST = 8


def pareto(table: Table) -> str:
    """Rejections by reason as bars, and what they make up together as a line; empty below two."""
    counts: dict[str, int] = {}
    for row in table.rows:
        counts[str(row[0])] = counts.get(str(row[0]), 0) + int(str(row[2]))
    whole, so_far, rows = sum(counts.values()), 0, []
    for reason, count in sorted(counts.items(), key=lambda pair: -pair[1])[:_MOST]:
        so_far += count
        rows.append({"reason": reason, "share": count / whole, "so_far": so_far / whole})
    return drawn(_layers, rows) if len(rows) > 1 else ""


def _layers(rows: list[dict[str, Any]]) -> Any:
    base = chart(rows).encode(
        x=alt.X("reason:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelLimit=110))
    )
    scale, axis = alt.Scale(domain=[0, 1]), alt.Axis(format="%", title=None)
    bars = base.mark_bar(color="var(--accent)", cornerRadiusTopLeft=3, cornerRadiusTopRight=3)
    line = base.mark_line(color=MID, strokeWidth=1.8)
    return alt.layer(
        bars.encode(y=alt.Y("share:Q", axis=axis, scale=scale)),
        line.encode(y=alt.Y("so_far:Q", axis=axis, scale=scale)),
    )
