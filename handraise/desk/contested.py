"""A contest made ready for pages: what was said on both sides, and what the reader may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.handover.contests import (
    able_to_rule,
    contest_of,
    contest_until,
    evidence_for,
    evidence_of,
    ruled_lately,
    rulers_of,
    waiting_contests,
    why_not_contest,
    why_not_rule,
)
from handraise.handover.models import Contest, Handover, Rejection
from handraise.leads.models import Activity
from handraise.team.models import User

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Case:
    """A rejection and its contest, if there is one; `rulers` while nobody has ruled."""

    rejection: Rejection
    contest: Contest | None
    evidence: list[Activity]
    may_contest: bool
    until: datetime | None
    choices: list[Activity]
    may_rule: bool
    rulers: list[User]

    @property
    def is_worth_showing(self) -> bool:
        return self.contest is not None or self.may_contest


def case_of(user: User, handover: Handover, *, at: datetime) -> Case | None:
    """The case of this handover; None where it was not rejected."""
    rejection = Rejection.objects.filter(handover=handover).select_related("by").first()
    if rejection is None:
        return None
    rejection.handover = handover
    found = contest_of(user, handover)
    if found is not None:
        return _contested(user, found)
    may_contest = not why_not_contest(user, rejection, at=at)
    return Case(
        rejection, None, [], may_contest,
        contest_until(rejection, user) if may_contest else None,
        evidence_for(handover.lead) if may_contest else [],
        may_rule=False, rulers=[],
    )  # fmt: skip


def _contested(user: User, contest: Contest, able: Sequence[User] | None = None) -> Case:
    is_open = contest.ruled_at is None
    return Case(
        contest.rejection, contest, evidence_of(contest), may_contest=False, until=None, choices=[],
        may_rule=is_open and not why_not_rule(user, contest),
        rulers=rulers_of(contest, able) if is_open else [],
    )  # fmt: skip


def cases_for(user: User, *, at: datetime) -> tuple[list[Case], list[Case]]:
    """The contests that wait for a ruling, and those ruled on in the last two weeks."""
    able = able_to_rule()
    waiting = [_contested(user, one, able) for one in waiting_contests(user)[:SHOWN]]
    return waiting, [_contested(user, one) for one in ruled_lately(user, at=at)[:SHOWN]]


__all__ = ["Case", "case_of", "cases_for"]
