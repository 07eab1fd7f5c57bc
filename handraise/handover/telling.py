"""Tell people what concerns them of a handover: each of it once, and nobody what they did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from handraise.handover.decide import Kind as Which
from handraise.handover.models import Contest, Handover, Question, Rejection
from handraise.handover.questions import Asked, people_asked
from handraise.qualification.decide import Consequence
from handraise.talk.actions import notify
from handraise.talk.decide import Channels, Kind, excerpt
from handraise.talk.telling import News, notify_each
from handraise.team.models import User

if TYPE_CHECKING:
    from handraise.handover.offering import Offer
    from handraise.handover.warning import ClockWarning

OFFERED = Kind("offered", "Leads offered", "inbox", Channels(by_chat=True))
WARNED = Kind("clock", "Clocks that run out", "alarm-clock", Channels(by_chat=True))
PASSED_ON = Kind("passed_on", "Offers passed on to somebody else", "forward")
RETURNED = Kind("returned", "Leads passed on that came back", "undo-2")
ASKED = Kind("asked", "Questions to answer", "circle-question-mark", Channels(by_chat=True))
ANSWERED = Kind("answered", "Answers to questions", "message-circle")
CONTESTED = Kind("contested", "Contests and their rulings", "gavel")
KINDS = (OFFERED, WARNED, PASSED_ON, RETURNED, ASKED, ANSWERED, CONTESTED)


def tell_offered(made: Iterable[tuple[int, Offer]], *, by: User | None, at: datetime) -> None:
    """Tell each person asked of the offers made to them, but not `by`, who chose them."""
    doer = None if by is None else by.pk
    asked = [(pk, one, one.choice.person) for pk, one in made]
    before, _, after = _page(0).rpartition("0")  # an address is sought once, not for each of them
    news = [
        News(person.id, _offered(one), f"{before}{pk}{after}", _key(pk), one.lead_id)
        for pk, one, person in asked
        if person is not None and person.id != doer
    ]
    notify_each(news, kind=OFFERED.code, at=at)


def _offered(one: Offer) -> str:
    lead = one.brief["lead"]
    who = f"{lead['name']} of {lead['company']['name']}" if lead["company"] else lead["name"]
    if one.passed is not None:
        return f"{one.passed.by} passed {who} on to you. {one.passed.note}".strip()
    return f"{who} was offered to you. {one.brief['why_now']}"


def tell_warned(found: Sequence[ClockWarning], *, at: datetime) -> None:
    """Tell whom each warning is for."""
    news = [
        News(
            person.pk, f"{one.handover.lead.canonical}: {one.said}", _page(one.handover.pk),
            f"{_key(one.handover.pk)}-{'late' if one.is_late else 'soon'}",
            one.handover.lead.canonical_id,
        )
        for one in found
        for person in one.to
    ]  # fmt: skip
    notify_each(news, kind=WARNED.code, at=at)


def tell_passed_on(handover: Handover, said: str, *, by: User | None, at: datetime) -> None:
    """Tell who was asked until now that somebody else is."""
    former = [] if handover.assignee is None else [handover.assignee]
    _tell(PASSED_ON, former, said, handover, _key(handover.pk), by=by, at=at)


def tell_returned(rejected: Rejection, handover: Handover, *, by: User, at: datetime) -> None:
    """Tell who passed a lead on that it was not taken."""
    if handover.kind != Which.SECOND or handover.passed_by is None:
        return
    lead, is_more_work = handover.lead.canonical, rejected.consequence == Consequence.MORE_WORK
    deed = f"returned {lead} for more work" if is_more_work else f"rejected {lead}"
    said = f"{by} {deed}: {rejected.reason}. {rejected.note}"
    key = f"rejection-{rejected.pk}"
    _tell(RETURNED, [handover.passed_by], said.strip(), handover, key, by=by, at=at)


def tell_asked(asked: Question, handover: Handover, *, by: User, at: datetime) -> None:
    """Tell the person asked, or everybody of the side. `by`: who asked, or whose rejection asks."""
    whom = [asked.asked_of] if asked.asked_of is not None else people_asked(Asked(asked.to))
    who = f"{asked.by} asks" if asked.by is not None else "The agreement asks"
    said = f"{who} about {handover.lead.canonical}: “{excerpt(asked.text, 300)}”"
    _tell(ASKED, whom, said, handover, f"question-{asked.pk}", by=by, at=at)


def tell_answered(asked: Question, handover: Handover, *, by: User, at: datetime) -> None:
    """Tell who asked; where a rejection asked, who rejected."""
    who = asked.by
    if who is None:
        rejected = Rejection.objects.filter(handover=handover).select_related("by").first()
        who = None if rejected is None else rejected.by
    said = f"{by} answered about {handover.lead.canonical}: “{excerpt(asked.answer, 300)}”"
    whom = [] if who is None else [who]
    _tell(ANSWERED, whom, said, handover, f"question-{asked.pk}", by=by, at=at)


def tell_contested(
    made: Contest, handover: Handover, rulers: Iterable[User], *, by: User, at: datetime
) -> None:
    """Tell who rejected, and who may rule."""
    lead, said = handover.lead.canonical, excerpt(made.said, 300)
    words = f"{by} contested the rejection of {lead}: “{said}”"
    sides = [] if made.rejection.by is None else [made.rejection.by]
    _tell(CONTESTED, [*sides, *rulers], words, handover, f"contest-{made.pk}", by=by, at=at)


def tell_ruled(found: Contest, handover: Handover, said: str, *, by: User, at: datetime) -> None:
    """Tell both sides: who rejected and who contested."""
    sides = [found.by] if found.rejection.by is None else [found.by, found.rejection.by]
    words = f"{handover.lead.canonical}: {said}"
    _tell(CONTESTED, sides, words, handover, f"contest-{found.pk}-ruled", by=by, at=at)


def _tell(
    kind: Kind,
    people: Iterable[User],
    said: str,
    handover: Handover,
    key: str,
    *,
    by: User | None,
    at: datetime,
) -> None:
    others = [one for one in people if by is None or one.pk != by.pk]
    notify(
        others, kind=kind.code, said=said, link=_page(handover.pk), key=key, at=at,
        lead=handover.lead.canonical,
    )  # fmt: skip


def _page(pk: int) -> str:
    return reverse("handover", args=[pk])


def _key(pk: int) -> str:
    return f"handover-{pk}"


__all__ = [
    "KINDS",
    "tell_answered",
    "tell_asked",
    "tell_contested",
    "tell_offered",
    "tell_passed_on",
    "tell_returned",
    "tell_ruled",
    "tell_warned",
]
