"""A rehearsal as one file that can be sent and kept: no script, and nothing fetched."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from handraise.feedback.rehearsal import showing
from handraise.feedback.rehearsal.charts import charts
from handraise.feedback.rehearsal.pages import context_of
from handraise.feedback.rehearsal.report import Report
from handraise.team.models import User

SHEETS = ("tokens", "reset", "base", "badge", "card", "table", "form", "report", "utilities")


def written(report: Report, by: User) -> str:
    """The report as HTML, with the names that this person may see; other bars as a table."""
    told = context_of(report, report.own, by)
    return render_to_string(
        "feedback/rehearsal/file.html",
        told
        | {"charts": charts(report, report.own), "style": _style(), "is_file": True,
           "others": _others(report), "not_simulated": showing.NOT_SIMULATED},
    )  # fmt: skip


def _others(report: Report) -> list[dict[str, object]]:
    """The draft with its bar elsewhere: how many qualify, and how well they do."""
    if len(report.levels) < 2:
        return []
    found = [(level, level.side.by(report.main)) for level in report.levels]
    return [
        {"level": level, "is_own": level is report.own,
         "hits": None if judged is None else judged.whole.hits}
        for level, judged in found
    ]  # fmt: skip


def _style() -> SafeString:
    # Here and not in the template: pages may have no inline style, and a file has nowhere else.
    sheets = [finders.find(f"ui/css/{name}.css") for name in SHEETS]
    text = "\n".join(Path(sheet).read_text(encoding="utf-8") for sheet in sheets if sheet)
    return mark_safe(f"<style>\n{text}\n{_OWN}</style>")  # noqa: S308 (our own style sheets)


_OWN = "body > main { max-width: 72rem; margin: 0 auto; padding: var(--space-5) var(--space-4); }"
