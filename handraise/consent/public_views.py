"""Pages that strangers open from a mail: choose what one gets, and confirm an address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from handraise.consent.actions import pages, withdraw_all
from handraise.consent.decide import How, masked, permission
from handraise.consent.links import Reader, confirmation_of, preferences_url, reader_of
from handraise.consent.models import Purpose, Topic
from handraise.consent.preferring import Preferred, confirm, has, prefer
from handraise.consent.public import later, nothing_here, public_page, too_often
from handraise.consent.queries import purposes, rule_of, said_by, suppressed
from handraise.kit import clock
from handraise.leads.decide import Refused, Via


@public_page
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Everything one can be written to for, with boxes to tick; and none of all this."""
    reader = reader_of(token)
    if reader is None:
        return nothing_here(request)
    done = None
    if request.method == "POST":
        if too_often("preferences", token):
            return later(request)
        done = _done(reader, request.POST)
    boxes, at = boxes_of(reader), clock.now()
    context = {
        "boxes": [box for box in boxes if not box.purpose.is_of_contract],
        "owed": [box.purpose for box in boxes if box.purpose.is_of_contract],
        "address": masked(reader.address), "done": done,
        "is_none": request.POST.get("do") == "none",
        "is_stopped": bool(suppressed([reader.address], at=at)),
    }  # fmt: skip
    return render(request, "consent/preferences.html", context)


@public_page
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """A button that confirms the address. Opening the page alone does nothing: machines do that."""
    found, at = confirmation_of(token), clock.now()
    if found is None:
        return nothing_here(request)
    fault, is_done = "", found.confirmed_at is not None
    if request.method == "POST" and not is_done:
        try:
            confirm(found, at=at)
            is_done = True
        except Refused as refused:
            fault = str(refused)
    elif found.expires_at <= at and not is_done:
        fault = "This link has run out. Please ask again where you asked before."
    purpose = Purpose.objects.filter(code=found.purpose).first()
    context = {
        "confirmation": found, "fault": fault, "is_done": is_done, "purpose": purpose,
        "has_left": is_done and (purpose is None or not has(found.lead.canonical, purpose, at=at)),
        "address": masked(found.address),
        "preferences": preferences_url(found.lead_id, found.address) if is_done else "",
    }  # fmt: skip
    return render(request, "consent/confirm.html", context, status=410 if fault else 200)


@dataclass(frozen=True, slots=True)
class Box:
    """A purpose as it is shown: ticked or not, with its topics."""

    purpose: Purpose
    is_ticked: bool
    topics: list[tuple[Topic, bool]]


def boxes_of(reader: Reader) -> list[Box]:
    """What this person gets now."""
    at, made = clock.now(), []
    for purpose in purposes():
        said = said_by([reader.lead.pk], purpose.code, at)[reader.lead.pk]
        wanted, may = said.topics, permission(rule_of(purpose), said).may
        topics = [
            (topic, may and (wanted is None or topic.code in wanted))
            for topic in purpose.topics.all()
        ]
        made.append(Box(purpose, may, topics))
    return made


def _done(reader: Reader, posted: QueryDict) -> Preferred:
    at = clock.now()
    if posted.get("do") == "none":
        withdraw_all(
            reader.lead, how=How.PREFERENCES, address=reader.address, by=None, at=at, via=Via.WEB,
            source=pages(at=at),
        )  # fmt: skip
        return Preferred()
    return prefer(reader.lead, wanted=_wanted(posted), address=reader.address, at=at)


def _wanted(posted: QueryDict) -> dict[str, list[str] | None]:
    """What is ticked, of what the page showed: a purpose made meanwhile is not refused unseen."""
    shown, ticked = posted.getlist("shown"), posted.getlist("purpose")
    topics = posted.getlist("topic")
    return {
        purpose.code: [topic.code for topic in purpose.topics.all() if str(topic.pk) in topics]
        if str(purpose.pk) in ticked
        else None
        for purpose in purposes()
        if str(purpose.pk) in shown
    }
