"""Handovers over the API: read them with their briefs, accept and reject."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from handraise.api.auth import caller, may_write
from handraise.api.shapes import (
    AnswerIn,
    HandoverOut,
    HandoversOut,
    HandoverWithBrief,
    Limit,
    RejectionIn,
    handover_fields,
)
from handraise.handover import actions
from handraise.handover.models import Handover
from handraise.handover.queries import handover_visible_to, inbox
from handraise.kit import clock
from handraise.leads.decide import Via

router = Router(tags=["Handovers"])


@router.get("/handovers", response=HandoversOut, url_name="api_handovers")
def handovers(request: HttpRequest, limit: Limit = 50) -> HandoversOut:
    """Open offers that wait for this person, as their inbox has them: the most urgent first."""
    rows = inbox(caller(request), at=clock.now()).defer("brief")[:limit]
    return HandoversOut(handovers=[HandoverOut(**handover_fields(one)) for one in rows])


@router.get("/handovers/{int:pk}", response=HandoverWithBrief, url_name="api_handover")
def handover(request: HttpRequest, pk: int) -> HandoverWithBrief:
    """One offer with its frozen brief. Read by the person asked, with a key that may
    write, it counts as opened."""
    by = caller(request)
    found = handover_visible_to(by, pk)
    if may_write(request) and found.assignee_id == by.pk and found.ended_at is None:
        actions.record_opening(found, by=by, at=clock.now(), via=Via.API)
    return HandoverWithBrief(**handover_fields(found), brief=found.brief)


@router.post("/handovers/{int:pk}/acceptance", response=HandoverOut, url_name="api_acceptance")
def accept(request: HttpRequest, pk: int, sent: AnswerIn) -> HandoverOut:
    """Take the lead."""
    by = caller(request)
    found = handover_visible_to(by, pk)
    actions.accept(found, note=sent.note, by=by, at=clock.now(), via=Via.API)
    return _answered(found)


@router.post("/handovers/{int:pk}/rejection", response=HandoverOut, url_name="api_rejection")
def reject(request: HttpRequest, pk: int, sent: RejectionIn) -> HandoverOut:
    """Give the lead back, for a reason of the agreement."""
    by = caller(request)
    found = handover_visible_to(by, pk)
    actions.reject(found, reason=sent.reason, note=sent.note, by=by, at=clock.now(), via=Via.API)
    return _answered(found)


def _answered(handover: Handover) -> HandoverOut:
    found = Handover.objects.select_related("lead__canonical", "assignee", "team")
    return HandoverOut(**handover_fields(found.get(pk=handover.pk)))
