"""Reads: what happened between the two teams in one week. Figures are those of the reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from handraise.deals.decide import Outcome, as_money
from handraise.deals.queries import Closed, Wanted, closed_between, opened_between
from handraise.feedback.decide import CONSEQUENCES
from handraise.feedback.keeping.queries import Clock, clock
from handraise.feedback.keeping.reasons import Ratings, Refusal, ratings, refusals
from handraise.feedback.overrides import Overrides, overrides
from handraise.feedback.weekly.decide import Week
from handraise.feedback.weekly.models import Decision
from handraise.handover.contests import contests_visible_to
from handraise.handover.decide import Kind
from handraise.handover.models import Contest, Question, Rejection
from handraise.handover.questions import waiting_questions
from handraise.leads.decide import Stage
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

MOST = 8  # of one list
_M = TypeVar("_M", bound=Model)


@dataclass(frozen=True, slots=True)
class Some(Generic[_M]):
    """The first of a list, and how many there are."""

    shown: list[_M]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.shown)

    @staticmethod
    def of(found: QuerySet[_M]) -> Some[_M]:
        shown = list(found[: MOST + 1])
        return Some(shown[:MOST], len(shown) if len(shown) <= MOST else found.count())


@dataclass(frozen=True, slots=True)
class Handed:
    """What became by now of the offers of one kind that were made in the week."""

    kind: Kind
    clock: Clock
    refusals: list[Refusal]
    ratings: Ratings

    @property
    def accepted(self) -> int:
        return self.clock.accepted.count

    @property
    def rejected(self) -> int:
        return self.clock.accepted.of - self.clock.accepted.count

    @property
    def ran_out(self) -> int:
        """Those whose time was over before anybody answered."""
        return self.clock.in_time.of - self.clock.accepted.of

    @property
    def waiting(self) -> int:
        return self.clock.offered - self.clock.in_time.of


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A rejection, and what became of the lead, in words."""

    rejection: Rejection
    became: str


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals to which one thing happened in the week: how many, and their sums, one a currency."""

    did: str
    count: int
    sums: list[str]


@dataclass(frozen=True, slots=True)
class Report:
    """One week of the two teams, as it stands now."""

    week: Week
    handed: list[Handed]
    given_back: list[GivenBack]
    more_given_back: int
    questions: Some[Question]
    contests: Some[Contest]
    overrides: Overrides
    deals: list[Deals]

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in it."""
        counts = [*(one.clock.offered for one in self.handed), *(one.count for one in self.deals)]
        return not (any(counts) or self.contests.count or self.overrides.share.of)


def today_here(at: datetime) -> date:
    """The day in the installation's zone, the same for every reader."""
    return timezone.localdate(at, timezone.get_default_timezone())


def bounds(week: Week) -> tuple[datetime, datetime]:
    """The instants at which a week begins and is over, in the installation's zone."""
    return _start(week.first), _start(week.first + timedelta(days=7))


def _start(day: date) -> datetime:
    begins = timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())
    return begins.astimezone(UTC)


def report(user: User, week: Week, *, at: datetime) -> Report:
    """The week, for those who may see. Raises PermissionDenied."""
    require(user, Permission.SEE)
    since, until = bounds(week)
    period: dict[str, Any] = {"since": since, "until": until, "at": at}
    handed = [
        Handed(
            kind, clock(**period, kind=kind), refusals(**period, kind=kind),
            ratings(**period, kind=kind),
        )
        for kind in Kind
    ]  # fmt: skip
    rejections = Some.of(_rejections(since, until, at))
    return Report(
        week,
        handed,
        [GivenBack(one, _became(one)) for one in rejections.shown],
        rejections.more,
        Some.of(waiting_questions(user)),
        Some.of(_contests(user, since, until)),
        overrides(since=since, until=until, at=at),
        _deals(user, since, until),
    )


def _rejections(since: datetime, until: datetime, at: datetime) -> QuerySet[Rejection]:
    """Of the offers made in the week, those given back; the newest first."""
    found = Rejection.objects.filter(
        handover__offered_at__gte=since, handover__offered_at__lt=until, at__lte=at
    )
    related = ("by", "handover__lead__canonical__company", "contest")
    deferred = ("handover__brief", "handover__route")
    return found.select_related(*related).defer(*deferred).order_by("-at", "-pk")


def _contests(user: User, since: datetime, until: datetime) -> QuerySet[Contest]:
    """Those that began or were ruled on in the week; the newest first."""
    began = Q(at__gte=since, at__lt=until)
    ruled = Q(ruled_at__gte=since, ruled_at__lt=until)
    return contests_visible_to(user).filter(began | ruled).order_by("-at", "-pk")


def _became(rejection: Rejection) -> str:
    """`Recycled, now Nurture`; `overturned` where a third person ruled so. A stage that the first
    word says already is not said again."""
    lead = rejection.handover.lead.canonical
    words = [CONSEQUENCES.get(rejection.consequence, rejection.consequence)]
    contest: Contest | None = getattr(rejection, "contest", None)
    if contest is not None:
        words.append(outcome_of(contest))
    stage = Stage(lead.stage).label
    if stage.lower() not in words:
        words.append(f"now {stage}")
    said = ", ".join(words)
    return said[:1].upper() + said[1:]


def outcome_of(contest: Contest) -> str:
    """What became of a contest, in words."""
    if contest.ruled_at is None:
        return "contested"
    return "upheld" if contest.is_upheld else "overturned"


def _deals(user: User, since: datetime, until: datetime) -> list[Deals]:
    last = until - timedelta(microseconds=1)  # deals are asked for with both ends
    return [
        _said("opened", opened_between(user, Wanted(), since=since, until=last)),
        *(
            _said(outcome.value, closed_between(user, Wanted(), outcome, since=since, until=last))
            for outcome in (Outcome.WON, Outcome.LOST)
        ),
    ]


def _said(did: str, counted: Closed) -> Deals:
    sums = [as_money(total, currency) for currency, total in counted.sums]
    return Deals(did, counted.count, sums)


def decisions_visible_to(user: User) -> QuerySet[Decision]:
    """Every decision that holds, the newest first. Raises PermissionDenied."""
    require(user, Permission.SEE)
    found = Decision.objects.filter(taken_back_at=None).select_related("by", "done_by")
    return found.order_by("-at", "-pk")


def decision_visible_to(user: User, pk: int) -> Decision:
    """One decision, also one taken back. Raises PermissionDenied, Decision.DoesNotExist."""
    require(user, Permission.SEE)
    return Decision.objects.get(pk=pk)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, whether it is late, and whether the reader may take it back."""

    decision: Decision
    is_late: bool
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """Those of a week, and those of earlier weeks that are still to be done."""

    taken: list[Decided]
    more_taken: int
    still_open: list[Decided]
    more_open: int


def decisions(user: User, week: Week, *, at: datetime) -> Decisions:
    """What was decided over a week, and what is open from before. Raises PermissionDenied."""
    found = decisions_visible_to(user)
    taken = Some.of(found.filter(week=week.first))
    earlier = Some.of(found.filter(week__lt=week.first, done_at=None))
    today = today_here(at)
    return Decisions(
        _told(taken.shown, user, today), taken.more, _told(earlier.shown, user, today), earlier.more
    )


def _told(found: Iterable[Decision], user: User, today: date) -> list[Decided]:
    return [
        Decided(
            one, not one.is_done and one.due is not None and one.due < today,
            may_take_back(user, one),
        )
        for one in found
    ]  # fmt: skip


def may_take_back(user: User, decision: Decision) -> bool:
    """Whether this person may: who wrote it down, or who may override."""
    if not may(user, Permission.EDIT_LEADS):
        return False
    return decision.by_id == user.pk or may(user, Permission.OVERRIDE)
