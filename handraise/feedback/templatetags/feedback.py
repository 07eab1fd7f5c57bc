"""What templates need to show a table of figures, each cell as its column's kind asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from handraise.feedback.decide import Share
from handraise.feedback.standing.queries import held
from handraise.feedback.tabular import Cell, Column, Table
from handraise.kit import clock
from handraise.leads.decide import Stage
from handraise.ui.templatetags.ui import figure, percent

register = template.Library()
_DASH = "–"


@register.inclusion_tag("feedback/_table.html")
def table_of(table: Table, heading: str = "") -> dict[str, Any]:
    """A table of figures with its finding, its limits and its definition."""
    shown = [list(zip(table.columns, row, strict=True)) for row in table.rows]
    return {"table": table, "rows": shown, "heading": heading or table.title}


@register.inclusion_tag("feedback/_freshness.html", takes_context=True)
def freshness(context: Context) -> dict[str, Any]:
    """When the figures of this page are older than they should be, as of when they hold, and the
    button that has them brought up to date."""
    known = held(at=clock.now())
    return {"as_of": known.at, "is_late": known.is_late, "csrf_token": context.get("csrf_token")}


@register.filter
def stage(code: str) -> str:
    """A stage as people say it: MQL, SAL, SQL."""
    return Stage(code).label


@register.filter
def is_number(column: Column) -> bool:
    return column.kind != "text"


@register.simple_tag
def cell(column: Column, value: Cell) -> SafeString | str:
    """One figure as people read it; what is not known is a dash."""
    if value is None:
        return _DASH
    if isinstance(value, Share):
        return _share(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%-d %b %Y, %H:%M")
    if column.kind == "percent" and isinstance(value, int | float):
        return str(percent(value))
    if column.kind == "text" or isinstance(value, str):
        return conditional_escape(str(value))
    return figure(value, 0 if column.kind in {"count", "money"} else 2)


def _share(share: Share) -> SafeString:
    if not share.is_enough:
        return format_html(
            '<span class="tiny soft">not enough data: {} of {}</span>', share.count, share.of
        )
    return format_html(
        '<b class="strong">{}</b> <span class="tiny soft">{}, of {}</span>',
        percent(share.value), share.interval, figure(share.of, 0),
    )  # fmt: skip
