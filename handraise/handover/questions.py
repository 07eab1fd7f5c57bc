"""Reads: which questions wait, who may answer them, and whether the clock stands still."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q, QuerySet

from handraise.handover.decide import Kind
from handraise.handover.models import Handover, Question
from handraise.kit.working_time import Calendar
from handraise.leads.models import Lead
from handraise.team.access import require
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

LATELY = timedelta(days=14)


class Asked(StrEnum):
    """The side that a question is put to."""

    MARKETING = "marketing"
    SALES_DEVELOPMENT = "sales development"


_ROLES = {
    Asked.MARKETING: (Role.MARKETING,),
    Asked.SALES_DEVELOPMENT: (Role.SALES_DEVELOPMENT, Role.SALES),
}


def questions_visible_to(user: User) -> QuerySet[Question]:
    """Every question, for those who may see. Raises PermissionDenied."""
    require(user, Permission.SEE)
    return Question.objects.select_related(
        "handover__lead__canonical", "handover__assignee", "handover__team",
        "asked_of", "by", "answered_by",
    ).defer("handover__brief", "handover__route")  # fmt: skip


def question_visible_to(user: User, pk: int) -> Question:
    """Raises PermissionDenied, Question.DoesNotExist."""
    return questions_visible_to(user).get(pk=pk)


def waiting_questions(user: User) -> QuerySet[Question]:
    """Those without an answer, the longest waiting first."""
    found = questions_visible_to(user).filter(answered_at=None, taken_back_at=None)
    return found.filter(handover__lead__canonical__withdrawn_at=None).order_by("at", "pk")


def questions_for(user: User) -> QuerySet[Question]:
    """Those that wait for this person, or for their side."""
    sides = [side.value for side, roles in _ROLES.items() if user.role in roles]
    is_theirs = Q(asked_of=user) | Q(asked_of=None, to__in=sides)
    return waiting_questions(user).filter(is_theirs)


def answered_lately(user: User, *, at: datetime) -> QuerySet[Question]:
    """Those of the last two weeks that were answered, the newest answer first."""
    found = questions_visible_to(user).filter(answered_at__gte=at - LATELY)
    return found.order_by("-answered_at", "-pk")


def questions_about(user: User, lead: Lead) -> QuerySet[Question]:
    """Those of every handover of this lead, but those taken back; the oldest first."""
    found = questions_visible_to(user).filter(taken_back_at=None)
    return found.filter(handover__lead__canonical=lead.canonical_id).order_by("at", "pk")


def may_reply(user: User, question: Question) -> bool:
    """Whether this person may answer: the side asked, the person asked, or revenue operations."""
    if not may(user, Permission.EDIT_LEADS):
        return False
    roles = (*_ROLES[Asked(question.to)], Role.REVENUE_OPERATIONS)
    return user.role in roles or question.asked_of_id == user.pk


def may_take_back(user: User, question: Question) -> bool:
    """Whether this person may: who asked; a question that a reason asked stays."""
    is_waiting = question.answered_at is None and question.taken_back_at is None
    return is_waiting and question.by_id == user.pk and may(user, Permission.TAKE)


def people_asked(to: Asked) -> QuerySet[User]:
    """Everybody of a side who can answer, by name."""
    found = User.objects.filter(is_active=True, role__in=_ROLES[to])
    return found.order_by("name", "pk")


def is_paused(handover: Handover, *, at: datetime) -> bool:
    """Whether its clock stands still. A pause ends by itself, also where nobody looks."""
    until = handover.paused_until
    return handover.ended_at is None and until is not None and at < until


def calendar_of(handover: Handover, *, at: datetime) -> Calendar:
    """The working time that the clock of this handover runs in."""
    return handover.calendar(at)


def asked_side(handover: Handover) -> Asked:
    """Who answers questions about it: the side that handed it over."""
    return Asked.MARKETING if handover.kind == Kind.FIRST else Asked.SALES_DEVELOPMENT
