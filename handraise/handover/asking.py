"""Ask about a handover, answer, take back; the clock stands still while an answer is waited for.

Each verb locks the lead first and the handover second, as all of this step do. A pause always has
an end, and `due_at` is at any time the instant at which the clock runs out if nothing more is said:
whoever asks what is late need not know of pauses.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from handraise.agreement.document import Reason
from handraise.agreement.queries import document_of
from handraise.handover import pausing
from handraise.handover.held import locked
from handraise.handover.models import Handover, Question
from handraise.handover.offering import DUE, WARN
from handraise.handover.pausing import MOST_PAUSES
from handraise.handover.queries import may_answer
from handraise.handover.questions import (
    Asked,
    asked_side,
    calendar_of,
    is_paused,
    may_reply,
    may_take_back,
    people_asked,
)
from handraise.handover.telling import tell_answered, tell_asked
from handraise.kit import working_time
from handraise.leads import attention, journal
from handraise.leads.bulk import among
from handraise.leads.decide import Via
from handraise.qualification.actions import Refused
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST = 4000
MOST_WAITING = 5  # questions of one handover without an answer
ANSWER_DUE = "handover.answer_due"


@transaction.atomic
def ask(
    handover: Handover,
    *,
    text: str,
    asked_of: User | None = None,
    by: User,
    at: datetime,
    via: Via,
) -> Question:
    """Ask the side that made the handover (marketing, of the second sales development), or one
    person of it. While the offer is open its clock stops meanwhile.

    By who may answer the offer, also once it has ended. Raises PermissionDenied, Refused.
    """
    require(by, Permission.TAKE)
    held, _ = locked(handover)
    if not may_answer(by, held):
        raise Refused(f"This lead was offered to {held.whose}; only a manager may step in.")
    text, side = text_given(text, "A question"), asked_side(held)
    if asked_of is not None and not people_asked(side).filter(pk=asked_of.pk).exists():
        raise Refused(f"{asked_of} is not of {side}.")
    waiting = _waiting(held)
    if waiting.count() >= MOST_WAITING:
        raise Refused(f"{MOST_WAITING} questions wait for an answer already.")
    asked = _open(held, side, text, asked_of=asked_of, by=by, at=at)
    whom = f"{asked_of}" if asked_of else side.value
    said = f"{by} asked {whom}: {_ended(text)}{_clock_stands(asked)}"
    _line("handover.asked", held, asked, said, by=by, at=at, via=via)
    tell_asked(asked, held, by=by, at=at)
    return asked


def ask_about(
    handover: Handover, reason: Reason, *, note: str, by: User, at: datetime, via: Via
) -> None:
    """Ask the side that must answer for rejections of this reason, where the agreement names one.

    `by` rejected it. The caller holds the lead and the handover.
    """
    if reason.answer_by == "nobody":
        return
    to = Asked(reason.answer_by)
    text = f"Rejected: {reason.name}. What will be done about it?" + (f" ({note})" if note else "")
    asked = _open(handover, to, text, asked_of=None, by=None, at=at)
    said = f"The agreement asks {to.value}: {text}"
    _line("handover.asked", handover, asked, said, by=None, at=at, via=via)
    tell_asked(asked, handover, by=by, at=at)


def _open(
    handover: Handover,
    to: Asked,
    text: str,
    *,
    asked_of: User | None,
    by: User | None,
    at: datetime,
) -> Question:
    within = document_of(handover.version).sal.answer_within
    due_at = _answer_due(to, asked_of, within, at)
    asked = Question.objects.create(
        handover=handover, to=to, asked_of=asked_of, by=by, at=at, text=text, due_at=due_at,
        stops_clock=by is not None and _may_stop(handover, at),
    )  # fmt: skip
    attention.wake([handover.lead.canonical_id], look_at=due_at, why=ANSWER_DUE)
    settle(handover, at=at)
    return asked


def _answer_due(to: Asked, asked_of: User | None, within: str, at: datetime) -> datetime:
    """Until when an answer is expected, in the working time of the person asked.

    Of a whole side it is the first of those who are there; of nobody, round the clock.
    """
    amount = working_time.parse(within)
    everybody = [asked_of] if asked_of is not None else list(people_asked(to))
    there = [one for one in everybody if one.away_until is None or one.away_until <= at]
    dues = (pausing.after(at, amount, one.calendar(at)) for one in there or everybody)
    return min(dues, default=at + amount)


def _may_stop(handover: Handover, at: datetime) -> bool:
    if handover.ended_at is not None or handover.due_at <= at:
        return False
    return handover.questions.filter(stops_clock=True).count() < MOST_PAUSES


@transaction.atomic
def answer(question: Question, *, text: str, by: User, at: datetime, via: Via) -> Question:
    """Answer a question; if none is left, the clock goes on with the time it had.

    Raises PermissionDenied, Refused with a sentence.
    """
    require(by, Permission.EDIT_LEADS)
    held, found = _held(question)
    if not may_reply(by, found):
        raise Refused(f"This question is for {found.asked_of or found.to} to answer.")
    found.answered_at, found.answered_by = at, by
    found.answer = text_given(text, "An answer")
    found.took = pausing.left_of(found.at, at, by.calendar(found.at))
    found.save(update_fields=["answered_at", "answered_by", "answer", "took"])
    goes_on = settle(held, at=at)
    said = f"{by} answered: {_ended(found.answer)}{goes_on}"
    _line("handover.answered", held, found, said, by=by, at=at, via=via)
    tell_answered(found, held, by=by, at=at)
    return found


@transaction.atomic
def take_back(question: Question, *, by: User, at: datetime, via: Via) -> None:
    """Ask no more; if nothing else is asked, the clock goes on. Raises Refused with a sentence."""
    held, found = _held(question)
    if not may_take_back(by, found):
        raise Refused("Who asked takes a question back.")
    found.taken_back_at = at
    found.save(update_fields=["taken_back_at"])
    goes_on = settle(held, at=at)
    said = f"{by} took a question back: {_ended(found.text)}{goes_on}"
    _line("handover.unasked", held, found, said, by=by, at=at, via=via)


def _held(question: Question) -> tuple[Handover, Question]:
    """The question, held, while it waits for an answer."""
    held, _ = locked(question.handover)
    found = (
        Question.objects.select_for_update(of=("self",))
        .select_related("answered_by", "asked_of", "by")
        .get(pk=question.pk)
    )
    if found.answered_at is not None:
        raise Refused(f"{found.answered_by} has already answered: {found.answer}")
    if found.taken_back_at is not None:
        raise Refused("This question was taken back.")
    return held, found


def settle(handover: Handover, *, at: datetime) -> str:
    """Let the clock stand still until the last of the questions that stop it, or let it go on;
    what became of it, in words. The handover's row is locked by the caller."""
    if handover.ended_at is not None:
        return ""
    calendar = calendar_of(handover, at=at)
    left = handover.paused_left if is_paused(handover, at=at) else None
    stopping = _waiting(handover).filter(stops_clock=True, due_at__gt=at).order_by("-due_at")
    until = stopping.values_list("due_at", flat=True).first()
    if until is None and left is None:
        return _ends(handover)
    if handover.allowed is None:
        handover.allowed = pausing.left_of(handover.offered_at, handover.due_at, calendar)
    if left is None:
        left = pausing.left_of(at, handover.due_at, calendar)
    _goes_on(handover, until, left, at)
    return " The clock goes on." if until is None else ""


def _ends(handover: Handover) -> str:
    """A pause that is over leaves nothing behind but the due instant it had told all along."""
    if handover.paused_until is not None:
        handover.paused_until = handover.paused_left = None
        handover.save(update_fields=["paused_until", "paused_left"])
    return ""


def _goes_on(handover: Handover, until: datetime | None, left: timedelta, at: datetime) -> None:
    """Write when the clock goes on with what it has left, and wake the lead for what follows."""
    since = until or at
    calendar = calendar_of(handover, at=since)
    handover.paused_until = until
    handover.paused_left = None if until is None else left
    handover.due_at = pausing.after(since, left, calendar)
    assert handover.allowed is not None
    if handover.warned_at is None:
        handover.warn_at = pausing.warn_at(since, left, handover.allowed, calendar)
        attention.wake([handover.lead.canonical_id], look_at=handover.warn_at, why=WARN)
    handover.save(update_fields=["paused_until", "paused_left", "due_at", "allowed", "warn_at"])
    attention.wake([handover.lead.canonical_id], look_at=handover.due_at, why=DUE)


def _clock_stands(asked: Question) -> str:
    return " The clock stands still until the answer." if asked.stops_clock else ""


def _ended(text: str) -> str:
    """What was said, ready for a sentence to follow."""
    return text if text[-1] in ".?!…" else f"{text}."


def _waiting(handover: Handover) -> QuerySet[Question]:
    return Question.objects.filter(handover=handover, answered_at=None, taken_back_at=None)


def note_unanswered(lead_ids: Collection[int], *, at: datetime) -> None:
    """Say of questions that were not answered in time that they were not; their clocks go on.

    The caller holds the leads' locks.
    """
    late = list(
        Question.objects.filter(
            handover__lead__canonical__in=among(lead_ids), answered_at=None, taken_back_at=None,
            late_at=None, due_at__lte=at,
        ).select_related("handover__lead__canonical", "handover__assignee", "handover__team",
                         "asked_of")
        .order_by("pk")
    )  # fmt: skip
    Question.objects.filter(pk__in=[one.pk for one in late]).update(late_at=at)
    for handover in {one.handover_id: one.handover for one in late}.values():
        settle(handover, at=at)
    journal.write_many(_unanswered(one, at) for one in late)


def _unanswered(one: Question, at: datetime) -> journal.Line:
    is_running = one.stops_clock and not is_paused(one.handover, at=at)
    is_running = is_running and one.handover.ended_at is None
    said = f"{one.asked_of or one.to.capitalize()} did not answer in time."
    said += " The clock goes on." if is_running else ""
    return journal.Line("handover.unanswered", at, Via.WORKER, said=said,
                        lead_id=one.handover.lead.canonical_id,
                        data={"handover": one.handover_id, "question": one.pk})  # fmt: skip


def text_given(text: str, what: str) -> str:
    """What a person wrote, cleaned. Raises Refused where it is missing, too long, or no text."""
    cleaned = text.strip()
    if not cleaned:
        raise Refused(f"{what} needs words.")
    if len(cleaned) > LONGEST:
        raise Refused(f"{what} has at most {LONGEST:,} characters.")
    if "\x00" in cleaned:
        raise Refused(f"{what} cannot contain the NUL character.")
    return cleaned


def _line(
    kind: str, handover: Handover, asked: Question, said: str, *, by: User | None, at: datetime,
    via: Via,
) -> None:  # fmt: skip
    journal.write(
        kind, at=at, via=via, lead_id=handover.lead.canonical_id, by=by, said=said,
        data={"handover": handover.pk, "question": asked.pk},
    )  # fmt: skip


__all__ = ["answer", "ask", "ask_about", "note_unanswered", "take_back"]
