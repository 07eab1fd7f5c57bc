"""Leads and touches over the API."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from handraise.api.auth import caller
from handraise.api.shapes import (
    LeadOut,
    LeadsIn,
    LeadsOut,
    Limit,
    TouchIn,
    TouchOut,
    UpsertedOut,
    lead_out,
)
from handraise.api.upserting import upsert
from handraise.desk.listing import ORDERS, leads_wanted, wanted
from handraise.desk.paging import page_of
from handraise.kit import clock
from handraise.leads.actions import log_activity
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.leads.queries import lead_visible_to
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

router = Router(tags=["Leads"])


@router.get("/leads", response=LeadsOut, url_name="api_leads")
def leads(
    request: HttpRequest,
    q: str = "",
    stage: str = "",
    owner: str = "",
    tag: str = "",
    after: str = "",
    limit: Limit = 50,
) -> LeadsOut:
    """Leads, the newest first, as the list of leads finds them. Page after page is an export: the
    second needs the permission for one."""
    if after:
        require(caller(request), Permission.EXPORT)
    asked = wanted({"q": q, "stage": stage, "owner": owner, "tag": tag, "sort": "created"})
    rows = leads_wanted(caller(request), asked)
    page = page_of(rows, ORDERS["created"], after=after, size=limit)
    return LeadsOut(leads=[lead_out(one) for one in page.rows], next=page.next)


@router.get("/leads/{int:pk}", response=LeadOut, url_name="api_lead")
def lead(request: HttpRequest, pk: int) -> LeadOut:
    """One lead; the id of one that was merged gives the lead it is now."""
    return lead_out(_lead(caller(request), pk))


@router.put("/leads", response=UpsertedOut, url_name="api_upsert")
def put_leads(request: HttpRequest, sent: LeadsIn) -> UpsertedOut:
    """Make or change up to a thousand leads. Each is taken or refused by itself, with a sentence;
    sent again it changes nothing."""
    by = caller(request)
    require(by, Permission.EDIT_LEADS)
    return UpsertedOut(results=upsert(sent.leads, by=by, at=clock.now()))


@router.post("/leads/{int:pk}/touches", response={201: TouchOut}, url_name="api_touches")
def post_touch(request: HttpRequest, pk: int, sent: TouchIn) -> Status[TouchOut]:
    """Log a call, a personal mail or a meeting: it stops the clock of the first touch."""
    by, at = caller(request), clock.now()
    require(by, Permission.EDIT_LEADS)
    if sent.occurred_at is not None and sent.occurred_at.tzinfo is None:
        raise Refused("occurred_at has no zone: end it with Z or an offset such as +02:00.")
    if "\x00" in sent.note:
        raise Refused("A note cannot contain the NUL character.")
    made = log_activity(
        _lead(by, pk), name=sent.kind, properties={"note": sent.note} if sent.note else {},
        occurred_at=sent.occurred_at or at, by=by, at=at, via=Via.API,
    )  # fmt: skip
    return Status(201, TouchOut(id=made.pk))


def _lead(user: User, pk: int) -> Lead:
    found = lead_visible_to(user, pk)
    return leads_wanted(user, wanted({})).get(pk=found.pk)
