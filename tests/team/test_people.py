"""Adding, changing and locking out people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.team import actions
from handraise.team.decide import OFFICE_HOURS, Permission, Refused, Role
from handraise.team.models import User
from handraise.team.queries import is_empty, may
from tests.personas import NOON, PASSWORD

pytestmark = pytest.mark.django_db


def test_a_new_person_keeps_office_hours_in_the_zone_of_the_team(rita: User) -> None:
    team = actions.add_team(name="Enterprise", zone="Europe/Amsterdam", by=rita, at=NOON)

    added = actions.add_user(
        email=" Lou@Team.Example ", name="Lou", role="sales", password=PASSWORD, team=team,
        by=rita, at=NOON,
    )  # fmt: skip

    assert (added.email, added.zone, added.hours) == (
        "lou@team.example", "Europe/Amsterdam", OFFICE_HOURS,
    )  # fmt: skip
    assert added.check_password(PASSWORD)


def test_without_a_password_nobody_can_sign_in(db: None) -> None:
    added = actions.add_user(email="a@team.example", name="A", role=Role.SALES, by=None, at=NOON)

    assert not added.has_usable_password()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"email": "mia@TEAM.example"}, "There is already a person with the address"),
        ({"email": "nobody"}, "'nobody' is not an e-mail address."),
        ({"name": "  "}, "A person needs a name."),
        ({"role": "king"}, "'king' is not a role; the roles are marketing"),
        ({"zone": "Mars/North"}, "'Mars/North' is not a time zone"),
    ],
)
def test_it_refuses_a_person_with_a_sentence(
    given: dict[str, str], sentence: str, mia: User
) -> None:
    told = {"email": "new@team.example", "name": "New", "role": "sales", **given}

    with pytest.raises(Refused, match=sentence):
        actions.add_user(**told, by=None, at=NOON)  # type: ignore[arg-type]


def test_it_refuses_a_second_team_of_the_same_name(db: None) -> None:
    actions.add_team(name="Enterprise", by=None, at=NOON)

    with pytest.raises(Refused, match="already a team called enterprise"):
        actions.add_team(name=" enterprise ", by=None, at=NOON)


def test_the_last_of_revenue_operations_stays(rita: User, mia: User) -> None:
    with pytest.raises(Refused, match="last active person of revenue operations"):
        actions.deactivate(rita, by=mia, at=NOON)
    with pytest.raises(Refused, match="last active person of revenue operations"):
        actions.edit_user(
            rita, name="Rita", role=Role.VIEWER, team=None, is_manager=False, by=mia, at=NOON
        )

    rita.refresh_from_db()
    assert (rita.is_active, rita.role) == (True, Role.REVENUE_OPERATIONS)


def test_nobody_deactivates_themselves(rita: User) -> None:
    with pytest.raises(Refused, match="ask a colleague"):
        actions.deactivate(rita, by=rita, at=NOON)


def test_who_is_deactivated_may_nothing_until_let_in_again(rita: User, mia: User) -> None:
    actions.deactivate(mia, by=rita, at=NOON)
    assert not may(mia, Permission.SEE)

    actions.reactivate(mia, by=rita, at=NOON)
    assert may(mia, Permission.SEE)


def test_working_time_is_kept_and_days_without_hours_go(mia: User) -> None:
    hours = {"0": [["08:00", "12:00"], ["13:00", "16:30"]], "1": []}

    actions.set_working_time(
        mia, zone="Europe/Madrid", hours=hours, away_until=NOON - timedelta(days=1), by=mia, at=NOON
    )

    mia.refresh_from_db()
    assert (mia.zone, mia.hours) == ("Europe/Madrid", {"0": hours["0"]})
    assert mia.away_until is None


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ({"7": [["09:00", "17:00"]]}, "'7' is not a weekday."),
        ({"0": [["nine", "17:00"]]}, "is not a time of day"),
    ],
)
def test_it_refuses_hours_that_nobody_could_keep(
    hours: dict[str, list[list[str]]], sentence: str, mia: User
) -> None:
    with pytest.raises(Refused, match=sentence):
        actions.set_working_time(mia, zone="UTC", hours=hours, away_until=None, by=mia, at=NOON)


def test_a_fresh_installation_is_empty(db: None) -> None:
    assert is_empty()
