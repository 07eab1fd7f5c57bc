"""Questions about handovers, made ready for pages: their clocks, and what the reader may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from handraise.desk.queue import Clock, clock_at
from handraise.handover.models import Handover, Question
from handraise.handover.pausing import MOST_PAUSES
from handraise.handover.queries import may_answer
from handraise.handover.questions import (
    answered_lately,
    asked_side,
    is_paused,
    may_reply,
    may_take_back,
    people_asked,
    questions_about,
    waiting_questions,
)
from handraise.leads.models import Lead
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One question. `clock` is None once it was answered; it runs in the working time of the
    person asked, or of the reader."""

    question: Question
    clock: Clock | None
    stops_now: bool
    may_reply: bool
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What was asked about a lead, and whether the reader may ask more about this handover."""

    shown: list[Shown]
    handover: Handover | None
    may_ask: bool
    will_stop: bool
    people: list[User]
    side: str


def talk_about(user: User, lead: Lead, handover: Handover | None, *, at: datetime) -> Talk:
    """The questions of every handover of this lead, beside one of them."""
    asks = handover is not None and may(user, Permission.TAKE) and may_answer(user, handover)
    return Talk(
        _shown(questions_about(user, lead), user, at),
        handover,
        may_ask=asks,
        will_stop=asks and handover is not None and _will_stop(handover, at),
        people=list(people_asked(asked_side(handover))) if asks and handover else [],
        side=asked_side(handover).value if handover else "",
    )


def _will_stop(handover: Handover, at: datetime) -> bool:
    if handover.ended_at is not None or handover.due_at <= at:
        return False
    return handover.questions.filter(stops_clock=True).count() < MOST_PAUSES


@dataclass(frozen=True, slots=True)
class Board:
    """What waits for an answer, and what was answered in the last two weeks."""

    waiting: list[Shown]
    answered: list[Shown]


def board_for(user: User, *, at: datetime) -> Board:
    """The first of each, at most."""
    return Board(
        _shown(waiting_questions(user)[:SHOWN], user, at),
        _shown(answered_lately(user, at=at)[:SHOWN], user, at),
    )


def _shown(questions: Iterable[Question], user: User, at: datetime) -> list[Shown]:
    return [_one(question, user, at) for question in questions]


def _one(question: Question, user: User, at: datetime) -> Shown:
    is_waiting = question.answered_at is None
    person = question.asked_of or user
    return Shown(
        question,
        clock_at(at, question.at, question.due_at, person.calendar(at)) if is_waiting else None,
        stops_now=is_waiting and question.stops_clock and question.due_at > at
        and is_paused(question.handover, at=at),
        may_reply=is_waiting and may_reply(user, question),
        may_take_back=may_take_back(user, question),
    )  # fmt: skip


__all__ = ["Board", "Shown", "Talk", "board_for", "talk_about"]
