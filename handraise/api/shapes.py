"""What is sent and answered, as Pydantic shapes: the OpenAPI description is made from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from handraise.handover.models import Handover
from handraise.handover.queries import ending_of
from handraise.leads.models import Lead

MOST = 1000  # leads of one call
Limit = Annotated[int, Field(ge=1, le=200)]  # rows of a page


class Sent(Schema):
    """What a program sends: a field that nobody knows is a mistake, and is told."""

    model_config = ConfigDict(extra="forbid")


class ScoresOut(Schema):
    fit: float
    interest: float
    intent: float
    priority: float
    grade: str
    version: int
    scored_at: datetime


class CompanyOut(Schema):
    id: int
    name: str
    domain: str | None


class LeadOut(Schema):
    """A lead with its card. `owner` is an e-mail address; `scores` are missing until it has any."""

    id: int
    name: str
    email: str
    phone: str
    title: str
    country: str
    stage: str
    stage_since: datetime
    owner: str | None
    company: CompanyOut | None
    tags: list[str]
    created_at: datetime
    last_seen_at: datetime | None
    scores: ScoresOut | None


class LeadsOut(Schema):
    """A page of leads; `next` is the value of `after` for the next one, empty at the end."""

    leads: list[LeadOut]
    next: str


class LeadIn(Sent):
    """A lead to be made or changed: known by `user_id` or `email`. A fact that is null or empty is
    taken back. `tags` are added; `owner` is an e-mail address."""

    user_id: str | None = None
    email: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list, max_length=20)
    owner: str | None = None


class LeadsIn(Sent):
    leads: list[LeadIn] = Field(min_length=1, max_length=MOST)


class Upserted(Schema):
    """What became of one: its place in the call, the lead, whether it is new; or why not."""

    place: int
    id: int | None = None
    is_new: bool = False
    error: str = ""


class UpsertedOut(Schema):
    results: list[Upserted]


class TouchIn(Sent):
    """A call, a personal mail or a meeting; `occurred_at` is now unless it is said."""

    kind: Literal["Called", "Wrote", "Met"]
    occurred_at: datetime | None = None
    note: str = Field(default="", max_length=4000)


class TouchOut(Schema):
    id: int


class AnswerIn(Sent):
    note: str = ""


class RejectionIn(AnswerIn):
    reason: str


class HandoverOut(Schema):
    """An offer. `ending` is acceptance, rejection, withdrawal or expiry; null while it is open."""

    id: int
    lead: int
    kind: str
    assignee: str | None
    team: str
    priority: float
    offered_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ending: str | None
    why: str


class HandoverWithBrief(HandoverOut):
    brief: dict[str, Any]


class HandoversOut(Schema):
    handovers: list[HandoverOut]


class Problem(Schema):
    """Why not, in a sentence."""

    error: str


def lead_out(lead: Lead) -> LeadOut:
    """A lead with its company, owner and score, which the caller has read with it."""
    score = getattr(lead, "score", None)
    company = lead.company
    return LeadOut(
        id=lead.pk, name=lead.name, email=lead.email, phone=lead.phone, title=lead.title,
        country=lead.country, stage=lead.stage, stage_since=lead.stage_since,
        owner=None if lead.owner is None else lead.owner.email,
        company=None if company is None else CompanyOut(
            id=company.pk, name=str(company), domain=company.domain
        ),
        tags=lead.tags, created_at=lead.created_at, last_seen_at=lead.last_seen_at,
        scores=None if score is None else ScoresOut(
            fit=score.fit, interest=score.interest, intent=score.intent, priority=score.priority,
            grade=score.grade, version=score.version, scored_at=score.scored_at,
        ),
    )  # fmt: skip


def handover_fields(handover: Handover) -> dict[str, Any]:
    """The fields of HandoverOut."""
    ending = None if handover.ended_at is None else ending_of(handover)
    return {
        "id": handover.pk,
        "lead": handover.lead.canonical_id,
        "kind": handover.kind,
        "assignee": None if handover.assignee is None else handover.assignee.email,
        "team": handover.team.name,
        "priority": handover.priority,
        "offered_at": handover.offered_at,
        "due_at": handover.due_at,
        "ended_at": handover.ended_at,
        "ending": None if ending is None else ending.value,
        "why": handover.route.get("sentence", ""),
    }
