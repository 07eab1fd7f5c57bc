"""Each table of velocity names the agreements under which what it counts began."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.feedback.tabular import Period
from handraise.feedback.velocity import tables
from handraise.handover.actions import offer
from handraise.leads.decide import Stage
from handraise.leads.models import StageMove
from handraise.team.models import User
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead, mql

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CHANGED = AGREEMENT.replace("points: 60", "points: 50")


def moved(name: str, after: Stage, days: int) -> None:
    at = NOON + days * DAY
    StageMove.objects.create(lead=lead(name, at=NOON - 30 * DAY), before="LEAD", after=after,
                             at=at, known_at=at, version=None, reason="")  # fmt: skip


@pytest.fixture(autouse=True)
def agreed(mark: User, mia: User) -> None:
    """The first version from day -20 on, the second from day 10 on, the third from day 40 on."""
    for day, text in ((-20, AGREEMENT), (10, CHANGED), (40, AGREEMENT)):
        in_force(mark, mia, text, at=NOON + day * DAY)


def period(first: int, last: int) -> Period:
    return Period(NOON + first * DAY, NOON + last * DAY, NOON + 70 * DAY)


def test_stays_name_the_versions_in_force_when_they_began() -> None:
    moved("Ada", Stage.MARKETING_QUALIFIED, 5)
    moved("Ben", Stage.SALES_QUALIFIED, 20)

    for table in (tables.stage_times, tables.ways_out):
        assert table(period(0, 30)).versions == (1, 2)
        assert table(period(12, 30)).versions == (2,)
        assert table(period(30, 60)).versions == ()
    assert tables.between(period(0, 30)).versions == (1,)
    assert tables.lead_velocity(period(0, 60)).versions == (1, 2)


def test_who_stands_still_came_under_these_versions() -> None:
    moved("Ada", Stage.MARKETING_QUALIFIED, 5)
    moved("Ada", Stage.CUSTOMER, 15)
    moved("Ben", Stage.SALES_QUALIFIED, 20)

    assert tables.sleeping_stock(period(0, 1)).versions == (2,)


def test_touches_are_of_offers_under_these_versions(mark: User, mia: User) -> None:
    offer([mql("Ada").pk], published=in_force(mark, mia, CHANGED, at=NOON + 60 * DAY), at=NOON)

    assert tables.speed_to_touch(period(-1, 30)).versions == (4,)
    assert tables.speed_to_touch(period(1, 30)).versions == ()
