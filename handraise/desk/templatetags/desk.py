"""Words of the steps below, for templates."""

from datetime import timedelta

from django import template
from django.template.defaultfilters import capfirst
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from handraise.desk.queue import in_words
from handraise.handover.decide import Ending
from handraise.handover.models import Handover
from handraise.handover.queries import ending_of
from handraise.leads.decide import Stage
from handraise.leads.models import Activity
from handraise.scoring.explanation import Reason
from handraise.ui.templatetags.ui import ago, instant, points, value

register = template.Library()


@register.filter
def stage_label(stage: str) -> str:
    """A stage as people say it: MQL, SAL, SQL."""
    return Stage(stage).label


_NAMES = {"email": "E-mail", "title": "Job title", "source": "Came from", "email_domain": "Domain"}


@register.filter
def fact_name(name: str) -> str:
    """A fact's name as people read it: `company.employees` becomes `Employees`."""
    plain = str(name).removeprefix("company.")
    return _NAMES.get(plain, plain.replace("_", " ").replace(".", " › ").capitalize())


@register.filter
def what(activity: Activity) -> str:
    """What an activity was about, in its own words: a title, a path, a note."""
    given = activity.properties
    for name in ("title", "name", "path", "url", "note", "subject", "product"):
        if isinstance(given.get(name), str) and given[name].strip():
            said = str(given[name])
            seconds = given.get("seconds")
            if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 60:
                said += f" for {int(seconds // 60)} min"
            return said[:200]
    return ""


@register.filter
def left(time: timedelta) -> str:
    """What is left of a clock: `1 h 12 min`."""
    return in_words(time)


_ENDINGS = {
    Ending.ACCEPTANCE: ("accepted", "fit"),
    Ending.REJECTION: ("given back", "bad"),
    Ending.WITHDRAWAL: ("withdrawn", ""),
    Ending.EXPIRY: ("passed on", "intent"),
}


@register.filter
def ending_badge(handover: Handover) -> SafeString:
    """How a handover ended, as a badge."""
    ending = ending_of(handover)
    word, kind = _ENDINGS[ending] if ending is not None else ("open", "accent")
    return format_html('<span class="badge badge--{}">{}</span>', kind or "plain", word)


_STAGE_KINDS = {
    Stage.MARKETING_QUALIFIED: "intent",
    Stage.SALES_ACCEPTED: "accent",
    Stage.SALES_QUALIFIED: "accent",
    Stage.OPPORTUNITY: "interest",
    Stage.CUSTOMER: "fit",
    Stage.DISQUALIFIED: "bad",
}


@register.filter
def stage_badge(stage: str) -> SafeString:
    """A stage as a badge in its colour."""
    known = Stage(stage)
    kind = _STAGE_KINDS.get(known, "plain")
    return format_html('<span class="badge badge--{}">{}</span>', kind, known.label)


@register.simple_tag
def reason_behind(reason: Reason) -> SafeString:
    """The name of a reason with what stands behind it folded under it: `{% reason_behind one %}`.
    Written without a template: a page has forty of them."""
    said = format_html("{}<small>{}</small>", reason.name, reason.detail)
    pairs = [
        *(
            (f"{capfirst(one.label)}: {value(one.value)}", ago(one.holds_from))
            for one in reason.facts
        ),
        *(
            (format_html("{}, {}", one.name, instant(one.occurred_at)), points(one.points))
            for one in reason.activities
        ),
    ]
    rows = format_html_join("", "<li><span>{}</span><span>{}</span></li>", pairs)
    terms = ((capfirst(term),) for term in reason.terms)
    rows += format_html_join("", "<li><span>{}</span></li>", terms)
    if not rows:
        return format_html("<span>{}</span>", said)
    return format_html("<details><summary>{}</summary><ol>{}</ol></details>", said, rows)
