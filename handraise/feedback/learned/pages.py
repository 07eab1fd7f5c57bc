"""What a page of the learned score needs: figures, sentences, and those the orders disagree on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Page, Paginator

from handraise.feedback.decide import ENOUGH
from handraise.feedback.learned import queries
from handraise.feedback.learned.decide import why_not
from handraise.feedback.learned.models import Chance, Learning
from handraise.feedback.learned.queries import Way
from handraise.feedback.learned.report import Report, of_plain
from handraise.feedback.rehearsal.decide import Outcome
from handraise.team.models import User

FIRST = 8  # of each way, that stand on the first page
FURTHEST = 1_000  # of each way, that can be looked through
SIZE = 50


def page_of(user: User, run: Learning | None) -> dict[str, Any]:
    """The context of the page: the run that is shown, the newest where it is another."""
    newest = queries.newest(user)
    context: dict[str, Any] = {
        "run": run,
        "newest": newest if newest is not None and newest != run else None,
        "ordering": queries.ordering(),
    }
    if run is None:
        return context
    report = of_plain(run.report)
    ways: tuple[Way, Way] = ("high", "low")
    return context | {
        "report": report,
        "became": Outcome(run.outcome).became,
        "begin": _instant(report.tested.begin),
        "parted": _instant(report.tested.parted),
        "end": _instant(report.tested.end),
        "whom": whom(report),
        "why_not": why_not(report.tested.verdict),
        "bins": [(one.said, one.share, one.share.of >= ENOUGH) for one in report.tested.bins],
        "most": max((one.moves for one in report.matters), default=0),
        "apart": [(way, list(queries.disagreeing(user, way).order_by(_order(way))[:FIRST]))
                  for way in ways],
        "charts": Learning.objects.values_list("charts", flat=True).get(pk=run.pk),
    }  # fmt: skip


def whom(report: Report) -> str:
    """Of whom it learned, and what that means for others, in sentences."""
    if report.population == "offered":
        return (
            "It learned from leads that sales was offered, each as it was known when it became MQL."
            " Of the others it says what leads like them came to once they were offered."
        )
    return (
        "Too few leads were offered to sales to learn from those alone, so it learned from all,"
        " each as it was known when the last was heard of it before anything came of it."
    )


def disagreement(user: User, way: Way, number: str | None) -> Page[Chance]:
    """A page of those the two orders put far apart, the furthest first."""
    found = queries.disagreeing(user, way).order_by(_order(way), "pk")
    return Paginator(found[:FURTHEST], SIZE).get_page(number)


def _order(way: Way) -> str:
    return "-lean" if way == "high" else "lean"


def _instant(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, UTC)
