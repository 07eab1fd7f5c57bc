"""Reads: which rejections may be contested by whom and until when, and who may rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from handraise.agreement.queries import document_of
from handraise.handover.decide import Kind
from handraise.handover.models import Contest, Handover, Rejection
from handraise.handover.pausing import after
from handraise.kit import working_time
from handraise.leads.models import Activity, Lead
from handraise.team.access import require
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

LATELY = timedelta(days=14)
EVIDENCE_SHOWN = 20
_CONTESTERS = (Role.MARKETING, Role.REVENUE_OPERATIONS)


def contests_visible_to(user: User) -> QuerySet[Contest]:
    """Every contest, for those who may see. Raises PermissionDenied."""
    require(user, Permission.SEE)
    return Contest.objects.select_related(
        "by", "ruled_by", "rejection__by", "rejection__handover__assignee",
        "rejection__handover__team", "rejection__handover__lead__canonical",
    ).defer("rejection__handover__brief", "rejection__handover__route")  # fmt: skip


def contest_visible_to(user: User, pk: int) -> Contest:
    """Raises PermissionDenied, Contest.DoesNotExist."""
    return contests_visible_to(user).get(pk=pk)


def contest_of(user: User, handover: Handover) -> Contest | None:
    """The contest of this handover's rejection, if there is one."""
    return contests_visible_to(user).filter(rejection__handover=handover).first()


def waiting_contests(user: User) -> QuerySet[Contest]:
    """Those that nobody has ruled on, the longest waiting first."""
    return contests_visible_to(user).filter(ruled_at=None).order_by("at", "pk")


def ruled_lately(user: User, *, at: datetime) -> QuerySet[Contest]:
    """Those of the last two weeks, the newest ruling first."""
    found = contests_visible_to(user).filter(ruled_at__gte=at - LATELY)
    return found.order_by("-ruled_at", "-pk")


def contest_until(rejection: Rejection, user: User) -> datetime | None:
    """Until when this person may contest, in their working time; None where nobody may."""
    within = document_of(rejection.handover.version).sal.contest_within
    if within is None:
        return None
    return after(rejection.at, working_time.parse(within), user.calendar(rejection.at))


def why_not_contest(user: User, rejection: Rejection, *, at: datetime) -> str:
    """What keeps this person from contesting, in a sentence; empty: nothing."""
    if rejection.handover.kind == Kind.SECOND:
        return "What was passed on and came back is talked about, not contested."
    if user.role not in _CONTESTERS or not may(user, Permission.EDIT_LEADS):
        return "Marketing contests rejections."
    if user.pk in {rejection.by_id, rejection.handover.assignee_id}:
        return "Who rejected a lead does not contest it."
    told = Contest.objects.filter(rejection=rejection).select_related("by").first()
    if told is not None:
        return f"{told.by} has already contested this rejection."
    until = contest_until(rejection, user)
    if until is None:
        return "The agreement lets no rejection be contested."
    if at > until:
        return f"The time to contest this rejection was over on {until:%-d %B %Y}."
    return ""


def why_not_rule(user: User, contest: Contest) -> str:
    """What keeps this person from ruling, in a sentence; empty: nothing.

    Revenue operations rules, or a manager of neither side: not of marketing, and not of the team
    that the lead was offered to.
    """
    handover = contest.rejection.handover
    if not may(user, Permission.OVERRIDE):
        return "Revenue operations rules, or a manager of neither side."
    if user.pk in {contest.by_id, contest.rejection.by_id, handover.assignee_id}:
        return "A third person rules: neither who rejected nor who contested."
    if user.role == Role.REVENUE_OPERATIONS:
        return ""
    if user.role == Role.MARKETING or user.team_id == handover.team_id:
        return "A manager of one of the two sides does not rule."
    return ""


def able_to_rule() -> list[User]:
    """Everybody who may rule on anything, by name."""
    able = Q(role=Role.REVENUE_OPERATIONS) | Q(is_manager=True)
    return list(User.objects.filter(able, is_active=True).order_by("name", "pk"))


def rulers_of(contest: Contest, able: Sequence[User] | None = None) -> list[User]:
    """Everybody who may rule on this contest, by name; of these, where a page has read them."""
    found = able_to_rule() if able is None else able
    return [user for user in found if not why_not_rule(user, contest)]


def evidence_for(lead: Lead) -> list[Activity]:
    """What the lead did last, to choose from."""
    return list(_activities_of(lead)[:EVIDENCE_SHOWN])


def evidence_of(contest: Contest) -> list[Activity]:
    """The activities that were given as evidence, the newest first."""
    if not contest.evidence:
        return []
    return list(_activities_of(contest.rejection.handover.lead).filter(pk__in=contest.evidence))


def _activities_of(lead: Lead) -> QuerySet[Activity]:
    found = Activity.objects.filter(identity__lead__canonical=lead.canonical_id)
    return found.order_by("-occurred_at", "-pk")
