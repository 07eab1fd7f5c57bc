"""What Today shows: for each role the few things that wait for it, each in bounded work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, QuerySet

from handraise.agreement.decide import Side
from handraise.agreement.models import Version
from handraise.agreement.queries import awaiting_signature_of, published
from handraise.capture.decide import ImportState
from handraise.capture.drops import drops_visible_to
from handraise.capture.models import Drop, Import, Inbox
from handraise.desk.paging import capped_count
from handraise.desk.queue import Clock, Queue, queue_of
from handraise.desk.touch_clock import touch_clocks
from handraise.handover.decide import Kind
from handraise.handover.models import Handover, Rejection
from handraise.handover.queries import inbox, returned_to, waiting_leads
from handraise.leads.decide import Stage
from handraise.leads.models import Attention, Lead, ParkedLead
from handraise.leads.queries import leads_visible_to, parked_leads
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

SHOWN = 8
CAP = 1000
LATE_AFTER = timedelta(minutes=2)  # a worker that runs has looked by then


@dataclass(frozen=True, slots=True)
class Work:
    """The first of the queue of one who takes leads, how many are late, what came back to them for
    more work, what is theirs, how much that is, and the clocks of first touches that are still to
    come."""

    queue: Queue
    late: int
    returned: list[Rejection]
    own: list[Lead]
    own_count: int
    touches: dict[int, Clock]


def work_of(user: User, *, at: datetime) -> Work | None:
    """For those who take leads: what waits, and what they have; None for everybody else."""
    if user.role not in {Role.SALES_DEVELOPMENT, Role.SALES}:
        return None
    queue = queue_of(user, at=at, limit=SHOWN)
    late = capped_count(inbox(user, at=at).filter(due_at__lte=at), CAP)
    mine = leads_visible_to(user).select_related("company", "score", "owner")
    own = mine.filter(owner=user, stage__in=_IN_HAND[Role(user.role)]).order_by(
        "-stage_since", "pk"
    )
    shown = list(own[:SHOWN])
    returned = returned_to(user, limit=SHOWN)
    count = len(shown) if len(shown) < SHOWN else capped_count(own, CAP)
    return Work(queue, late, returned, shown, count, touch_clocks(shown, at=at))


_IN_HAND = {
    Role.SALES_DEVELOPMENT: (Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED),
    Role.SALES: (Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY),
}


@dataclass(frozen=True, slots=True)
class Supply:
    """What marketing looks at: fresh MQLs, what sales gave back, who nobody was found for."""

    fresh: QuerySet[Lead]
    rejections: QuerySet[Rejection]
    unplaced: int


def supply_of(user: User, *, at: datetime) -> Supply | None:
    """For marketing and revenue operations; None for everybody else."""
    if user.role not in {Role.MARKETING, Role.REVENUE_OPERATIONS}:
        return None
    fresh = leads_visible_to(user).filter(stage=Stage.MARKETING_QUALIFIED)
    rejections = Rejection.objects.filter(
        at__gte=at - timedelta(days=14), handover__kind=Kind.FIRST
    ).select_related("handover__lead__canonical", "by")
    return Supply(
        fresh.select_related("company", "score").order_by("-stage_since", "pk")[:SHOWN],
        rejections.order_by("-at")[:SHOWN],
        len(waiting_leads()),
    )


def to_sign(user: User) -> list[Version]:
    """Proposed versions that wait for a signature this person may give."""
    sides = [Side.MARKETING] * may(user, Permission.SIGN_MARKETING)
    sides += [Side.SALES] * may(user, Permission.SIGN_SALES)
    found = [version for side in sides for version in awaiting_signature_of(side)]
    return [one for one in found if not one.signatures.filter(by=user).exists()]


@dataclass(frozen=True, slots=True)
class Health:
    """What revenue operations keeps well: every figure names the page that mends it."""

    parked: list[ParkedLead]
    failed_imports: list[Import]
    drops: int
    undigested: int
    oldest_inbox: datetime | None
    overdue_looks: int
    is_worker_late: bool
    has_agreement: bool

    @property
    def is_well(self) -> bool:
        return self.has_agreement and not (
            self.parked or self.failed_imports or self.drops or self.is_worker_late
        )


def health_for(user: User, *, at: datetime) -> Health | None:
    """For those who may import or administer; None for everybody else."""
    if not may(user, Permission.IMPORT):
        return None
    oldest = Inbox.objects.aggregate(first=Min("received_at"))["first"]
    due = Attention.objects.filter(look_at__lte=at - LATE_AFTER)
    overdue = capped_count(due, CAP)
    is_late = bool(overdue) or (oldest is not None and oldest < at - LATE_AFTER)
    failed = Import.objects.filter(state=ImportState.FAILED).select_related("by")
    return Health(
        parked=list(parked_leads(user)[:SHOWN]),
        failed_imports=list(failed.order_by("-created_at")[:SHOWN]),
        drops=capped_count(_fresh_drops(user, at), CAP),
        undigested=capped_count(Inbox.objects.all(), CAP),
        oldest_inbox=oldest,
        overdue_looks=overdue,
        is_worker_late=is_late,
        has_agreement=published() is not None,
    )


def _fresh_drops(user: User, at: datetime) -> QuerySet[Drop]:
    return drops_visible_to(user).filter(replayed_at=None, at__gte=at - timedelta(days=7))


def overdue_handovers(*, at: datetime) -> QuerySet[Handover]:
    """Offers whose clock ran out and that nobody has answered, the longest waiting first."""
    found = Handover.objects.filter(ended_at=None, due_at__lte=at)
    return found.select_related("lead__canonical", "assignee").order_by(F("due_at").asc())[:SHOWN]
