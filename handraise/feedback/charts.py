"""Charts, drawn on the server: Altair's specifications, made SVG by vl-convert.

Colours are the roles of the page's style sheet, so that a chart follows the theme it stands in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

WIDTH, HEIGHT = 720, 190
KEPT = 256  # drawings of a process; each has some ten thousand letters
SOFT, LINE, MID = "var(--text-soft)", "var(--line)", "var(--text-mid)"


def chart(rows: list[dict[str, Any]]) -> Any:
    """An empty chart of these rows."""
    return alt.Chart({"values": rows})


def in_order(rows: list[dict[str, Any]], field: str) -> list[Any]:
    """The values of a field as they come, for the axis of a layered chart: left to itself it puts
    those behind all others that the first layer has no figure for."""
    return list(dict.fromkeys(row[field] for row in rows))


def dressed(chart: Any, width: int = WIDTH, height: int = HEIGHT) -> Any:
    """The chart in the colours and letters of the page."""
    axis = {
        "labelColor": SOFT, "labelFontSize": 11, "tickColor": LINE, "domainColor": LINE,
        "gridColor": LINE, "labelFont": "inherit",
    }  # fmt: skip
    return (
        chart.properties(width=width, height=height, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_axisX(grid=False, ticks=False)
        .configure_axisY(ticks=False, domain=False, tickCount=4)
    )


def drawn(draw: Callable[..., Any], *told: list[dict[str, Any]], height: int = HEIGHT) -> str:
    """The chart that `draw` makes of these lists of rows, dressed, as `svg` gives it.

    Kept by the rows: drawing takes longer than all that is read for it, and the same figures are
    looked at again. So `draw` goes by the rows alone.
    """
    return _drawn(draw, json.dumps(told), height)


@lru_cache(maxsize=KEPT)
def _drawn(draw: Callable[..., Any], told: str, height: int) -> str:
    return svg(dressed(draw(*json.loads(told)), height=height))


def svg(chart: Any) -> str:
    """The chart as an `<svg>` of a page: as wide as there is room, and hidden from readers of the
    table behind it."""
    made: str = vl_convert.vegalite_to_svg(chart.to_json())
    made = _CLIPS.sub("", _TAG.sub(lambda tag: _NEEDLESS.sub("", tag[0]), made))
    return _SIZE.sub(r'<svg class="chart" aria-hidden="true" viewBox="\1"', made, count=1)


# Marks carry descriptions and roles of their own, which would be read out one by one; nothing
# reaches out of these charts, and the names of clips would meet those of the next chart. Only in
# tags: a label may say ` role="` itself.
_TAG = re.compile(r"<[a-z][^<>]*>")
_NEEDLESS = re.compile(r' (?:aria-[a-z]+|role|tabindex|clip-path)="[^"]*"')
_CLIPS = re.compile(r"<defs>.*?</defs>", re.DOTALL)
_SIZE = re.compile(r'<svg\b[^>]*? viewBox="([^"]*)"')
