"""What templates need to draw the parts: icons, faces, instants, figures, bars."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from handraise.kit import clock
from handraise.kit.fold import fold

register = template.Library()

MINUS = "\N{MINUS SIGN}"
HUES = 5


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the lucide set, silent to screen readers: `{% icon "house" %}`."""
    return _icon(str(name))


@lru_cache(maxsize=256)
def _icon(name: str) -> SafeString:
    drawn: str = lucide._render_icon(name, None, **{"class": "icon", "aria-hidden": "true"})
    return mark_safe(drawn)  # noqa: S308  the package's own drawing


@register.simple_tag
def face(who: object, size: str = "") -> SafeString:
    """The initials of a person, lead or company in a disc; its hue follows from the name."""
    name = str(getattr(who, "name", None) or ("" if hasattr(who, "canonical_id") else who) or "")
    letters: str = "".join(part[0] for part in fold(name).split()[:2]).upper() or icon("user")
    hue = sum(name.encode()) % HUES + 1
    large = f" face--{size}" if size else ""
    return format_html(
        '<span class="face face--{}{}" aria-hidden="true">{}</span>', hue, large, letters
    )


@register.filter
def figure(value: float | str | None, places: int = 1) -> str:
    """A number as people read it: `1,240`, `18.4`, `70`; nothing known is a dash."""
    if value is None or value == "":  # what Django's templates make of a row that there is not
        return "–"
    text = f"{float(value):,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", MINUS)


@register.filter
def points(value: float | None) -> str:
    """Points with their sign: `+18.4`, `−15`."""
    if value is None:
        return "unknown"
    shown = figure(value)
    return shown if value < 0 or shown == "0" else f"+{shown}"


@register.filter
def percent(value: float | None, places: int = 0) -> str:
    """A share 0..1 as `29 %`."""
    return "–" if value is None else f"{figure(value * 100, places)} %"


def length(span: timedelta) -> str:
    """A span in its largest unit: `now`, `40 min`, `3 h`, `12 days`, `5 months`, `2 years`."""
    seconds = abs(span.total_seconds())
    for unit, size in (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}" + ("" if count == 1 else "s")
    if seconds >= 3600:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 60)} min" if seconds >= 60 else "now"


def _time(at: datetime, words: str) -> SafeString:
    exact = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(), exact.strftime("%-d %B %Y, %H:%M %Z"), words,
    )  # fmt: skip


@register.filter
def ago(at: datetime | None) -> str:
    """How long since, or until, an instant, in words; the instant itself on hovering."""
    if at is None:
        return "–"
    span = clock.now() - at
    words = length(span)
    if words == "now":
        return _time(at, words)
    return _time(at, f"{words} ago" if span > timedelta(0) else f"in {words}")


@register.filter
def since(at: datetime | None) -> str:
    """The bare span between an instant and now: `40 min`."""
    return "–" if at is None else _time(at, length(clock.now() - at))


@register.filter
def instant(at: datetime | None) -> str:
    """Day and time in the reader's zone: `4 Mar 2026, 13:00`."""
    if at is None:
        return "–"
    return _time(at, timezone.localtime(at).strftime("%-d %b %Y, %H:%M"))


@register.filter
def day(at: date | datetime | str | None) -> str:
    """The day alone: `4 Mar 2026`; of an instant or its ISO text in the reader's zone."""
    if not at:
        return "–"
    exact = datetime.fromisoformat(at) if isinstance(at, str) else at
    if isinstance(exact, datetime) and exact.tzinfo is not None:
        exact = timezone.localtime(exact)
    return exact.strftime("%-d %b %Y")


@register.filter
def value(given: object) -> str:
    """A fact's value in words: yes and no for truths, plain figures, lists with commas."""
    if given is None:
        return "known to be empty"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, int | float):
        return figure(given, 4)
    if isinstance(given, list):
        return ", ".join(value(each) for each in given)
    if isinstance(given, dict):
        return ", ".join(f"{name}: {value(each)}" for name, each in given.items())
    return str(given)


@register.filter
def words(code: object) -> str:
    """A code name in words: `sales_development` becomes `sales development`."""
    return str(code).replace("_", " ").replace(".", " ").lower()


@register.filter
def entry(mapping: dict[Any, Any] | None, name: object) -> Any:
    """The value under a name, where a template cannot write brackets."""
    return (mapping or {}).get(name)


@register.simple_tag
def bar(amount: float | None, of: float = 100, kind: str = "", tall: bool = False) -> SafeString:
    """A horizontal bar: `{% bar 70 kind="fit" %}`. Drawn as SVG, since `style=` is not allowed."""
    share = 0.0 if not amount or not of else max(0.0, min(100.0, 100 * amount / of))
    classes = f"bar{' bar--tall' if tall else ''}{f' kind-{kind}' if kind else ''}"
    drawn = '<svg class="{}" aria-hidden="true"><rect width="{}%" height="100%" rx="3"/></svg>'
    return format_html(drawn, classes, f"{share:.2f}")


@register.inclusion_tag("ui/_ring.html")
def ring(left: float, label: str, kind: str = "") -> dict[str, Any]:
    """What is left of a clock, 0..1, with its words inside."""
    return {"dash": f"{100 * max(0.0, min(1.0, left)):.1f}", "label": label, "kind": kind}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The address of this page with some of its parameters changed; None removes one."""
    given = context["request"].GET.copy()
    for name, new in changes.items():
        if new is None or new == "":
            given.pop(name, None)
        else:
            given[name] = str(new)
    return f"?{given.urlencode()}" if given else "?"
