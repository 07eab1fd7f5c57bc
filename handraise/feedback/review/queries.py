"""Reads: reviews and what was done about their findings, through the doors of the version."""

from __future__ import annotations

from django.db.models import QuerySet

from handraise.agreement.decide import State as Standing
from handraise.agreement.models import Version
from handraise.agreement.queries import versions_visible_to
from handraise.feedback.review.gathering import DIMENSIONS
from handraise.feedback.review.labels import Kind
from handraise.feedback.review.models import Answered, Review
from handraise.leads.bulk import rows_of
from handraise.team.models import User

_HELD = """
select count(*), count(number), count(truth)
from leads_fact where name = %s and (company_id is null) = %s
"""
_HAS_OUTCOMES = """
select exists (select from handover_acceptance) or exists (
    select from leads_stagemove
    where withdrawn_at is null
      and after in ('SALES_ACCEPTED', 'SALES_QUALIFIED', 'OPPORTUNITY', 'CUSTOMER'))
"""


def reviews_visible_to(user: User) -> QuerySet[Review]:
    """Every review of a version that this person may see, the newest first, without reports."""
    versions = versions_visible_to(user).order_by()
    found = Review.objects.filter(version__in=versions).select_related("version", "by")
    return found.order_by("-at", "-pk")


def answers_of(review: Review) -> dict[int, Answered]:
    """What was done about its findings, by place."""
    found = review.answers.select_related("by", "draft", "rehearsal")
    return {one.place: one for one in found}


def drafts_visible_to(user: User) -> list[Version]:
    """Drafts that a change can be put into, the newest first."""
    return list(versions_visible_to(user).filter(state=Standing.DRAFT))


def told_as(fact: str) -> tuple[str, Kind]:
    """The fact that a finding speaks of, and what it mostly holds. What the mix is told by may be
    a fact of the company's."""
    for name in (fact, *DIMENSIONS.get(fact, ())):
        own = name.removeprefix("company.")
        ((count, numbers, truths),) = rows_of(_HELD, [own, own == name])
        if count:
            is_number, is_truth = numbers * 2 > count, truths * 2 > count
            return name, "number" if is_number else "truth" if is_truth else "text"
    return fact, "text"


def has_outcomes() -> bool:
    """Whether anything came of any lead yet."""
    ((found,),) = rows_of(_HAS_OUTCOMES, {})
    return bool(found)
