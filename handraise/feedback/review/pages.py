"""What the page of a review needs: its heading, its findings with what was done, its charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handraise.agreement.models import Version
from handraise.feedback.review import queries
from handraise.feedback.review.charts import quarter_of
from handraise.feedback.review.evidence import Finding
from handraise.feedback.review.models import Answered, Review
from handraise.feedback.review.report import Review as Report
from handraise.feedback.review.report import of_plain
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

TOLD = 5  # every so many bars stand in the table; the chart has all
HEADING = 110  # characters: a longer sentence stands below the heading


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding on the page, by its place in the report, and what was done about it."""

    place: int
    finding: Finding
    answer: Answered | None


def page_of(review: Review, user: User) -> dict[str, Any]:
    """The context of a review's page. Drafts are named to those who may see them only."""
    report = of_plain(review.report)
    answers = queries.answers_of(review)
    shown = [Shown(place, one, answers.get(place)) for place, one in enumerate(report.findings)]
    may_propose = may(user, Permission.PROPOSE)
    drafts = queries.drafts_visible_to(user) if may_propose else []
    return {
        "report": report,
        "heading": heading(report),
        "sure": [one for one in shown if one.finding.is_sure],
        "looked": [one for one in shown if not one.finding.is_sure],
        "may_propose": may_propose,
        "drafts": drafts,
        "last": _last(answers, drafts),
        "tried": [one for one in report.bars.points if one.bar % TOLD == 0],
        "rates": [(quarter_of(one.begin), one) for one in report.rates],
        "first_day": _day(report.begin),
        "last_day": _day(report.end),
        "cut_day": _day(report.cut),
    }


def heading(report: Report) -> str:
    """What the review says first: its surest finding, or that nothing stands out."""
    sure = [one for one in report.findings if one.is_sure]
    if sure and len(sure[0].sentence) <= HEADING:
        return sure[0].sentence.rstrip(".")
    if sure:
        more = "" if len(sure) == 1 else f" and {len(sure) - 1} more"
        return f"{sure[0].about[:1].upper()}{sure[0].about[1:]}{more}: look at this first"
    if not report.outcomes or report.outcomes == report.leads:
        return "Not enough data yet to say what to change"
    return "Nothing stands out: the agreement does what it says, as far as the data tell"


def _last(answers: dict[int, Answered], drafts: list[Version]) -> int | None:
    """The draft that the last finding of this review went into, if it is a draft still."""
    numbers = {draft.number for draft in drafts}
    for one in sorted(answers.values(), key=lambda one: one.at, reverse=True):
        if one.draft is not None and one.draft.number in numbers:
            return one.draft.number
    return None


def _day(micros: int | None) -> datetime | None:
    return None if micros is None else datetime.fromtimestamp(micros / 1e6, UTC)
