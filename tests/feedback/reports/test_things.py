"""What to talk about: what changed beyond chance, what is common, what waits; and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handraise.feedback.reports.things import MOST, things
from handraise.feedback.tabular import Period
from handraise.handover.models import Acceptance, Contest, Handover, Rejection, Touch
from handraise.leads.models import Lead
from handraise.team.models import Team, User

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def answered(
    days_ago: int, *, accepted: int, rejected: int, by: User, team: Team, hours_ago: int = 0
) -> None:
    """So many offers of that day, answered within the hour."""
    at = AT - days_ago * DAY - hours_ago * DAY / 24
    for number in range(accepted + rejected):
        is_taken = number < accepted
        made = Handover.objects.create(
            lead=_lead(days_ago * 1000 + number, at), team=team, assignee=by, version=1,
            priority=50, offered_at=at, due_at=at + DAY, ended_at=at + DAY / 24,
        )  # fmt: skip
        if is_taken:
            Acceptance.objects.create(handover=made, at=at + DAY / 24, by=by)
        else:
            Rejection.objects.create(
                handover=made, at=at + DAY / 24, by=by, reason="Too small", consequence="recycle"
            )


def _lead(pk: int, at: datetime) -> Lead:
    made = Lead(pk=pk, canonical_id=pk, stage_since=at, created_at=at, name=f"Lead{pk}")
    made.save(force_insert=True)
    return made


def said() -> list[str]:
    return [one.said for one in things(Period(AT - 90 * DAY, AT, AT))]


def test_nothing_stands_out_of_nothing() -> None:
    assert said() == []


def test_what_changed_beyond_chance_is_said(mia: User, sales_team: Team) -> None:
    answered(40, accepted=36, rejected=4, by=mia, team=sales_team)
    answered(5, accepted=18, rejected=22, by=mia, team=sales_team)

    changed = [one for one in said() if one.startswith("Offers accepted")]

    assert len(changed) == 1
    assert "45 % in the last four weeks, 90 % in the four before" in changed[0]


def test_offers_that_are_not_due_yet_change_nothing(mia: User, sales_team: Team) -> None:
    """Of the newest only those that were quick are answered, which is no news."""
    for days_ago, late in [(40, 12), (5, 8)]:
        answered(days_ago, accepted=30 - late, rejected=0, by=mia, team=sales_team)
        unanswered(days_ago, late, by=mia, team=sales_team)
    assert [one for one in said() if one.startswith("Offers")] == []

    answered(0, accepted=60, rejected=0, by=mia, team=sales_team, hours_ago=2)

    assert [one for one in said() if one.startswith("Offers")] == []


def test_touches_that_are_not_due_yet_change_nothing(mia: User, sales_team: Team) -> None:
    for days_ago, is_quick in [(40, False), (5, False), (3, True)]:
        answered(days_ago, accepted=25, rejected=0, by=mia, team=sales_team)
        ends = AT + DAY if is_quick else AT - days_ago * DAY + DAY
        of_day = Acceptance.objects.filter(handover__offered_at=AT - days_ago * DAY)
        of_day.update(touch_due_at=ends)
        for number, one in enumerate(of_day.order_by("pk")):
            if is_quick or number < 10:
                when = one.at + DAY / 24
                Touch.objects.create(handover=one.handover, at=when, by=mia, kind="Called")

    assert [one for one in said() if one.startswith("First touch")] == []


def unanswered(days_ago: int, count: int, *, by: User, team: Team) -> None:
    """So many offers of that day that nobody answered."""
    at = AT - days_ago * DAY
    for number in range(count):
        Handover.objects.create(
            lead=_lead(days_ago * 1000 + 500 + number, at), team=team, assignee=by, version=1,
            priority=50, offered_at=at, due_at=at + DAY, ended_at=at + DAY,
        )  # fmt: skip


def test_what_chance_does_is_not(mia: User, sales_team: Team) -> None:
    answered(40, accepted=30, rejected=10, by=mia, team=sales_team)
    answered(5, accepted=28, rejected=12, by=mia, team=sales_team)

    assert [one for one in said() if one.startswith("Offers")] == []


def test_a_common_reason_is_said(mia: User, sales_team: Team) -> None:
    answered(5, accepted=0, rejected=25, by=mia, team=sales_team)

    assert any("“Too small” is why sales gave back 25 of 25 leads" in one for one in said())


def test_contests_wait_to_be_ruled_on(mia: User, mark: User, sales_team: Team) -> None:
    answered(5, accepted=0, rejected=2, by=mia, team=sales_team)
    for rejection in Rejection.objects.all():
        Contest.objects.create(rejection=rejection, by=mark, at=AT, said="They are not small.")

    assert said() == ["2 contests wait for a ruling."]


def test_there_are_never_more_than_three(mia: User, mark: User, sales_team: Team) -> None:
    answered(40, accepted=40, rejected=0, by=mia, team=sales_team)
    answered(5, accepted=0, rejected=40, by=mia, team=sales_team)
    Contest.objects.create(rejection=Rejection.objects.latest("pk"), by=mark, at=AT, said="No.")

    assert len(said()) <= MOST
