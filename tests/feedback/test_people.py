"""Two people of one name are two rows, told apart by their addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.feedback.funnel.tables import by_dimension
from handraise.feedback.keeping.tables import by_person
from handraise.feedback.people import told_apart
from handraise.feedback.tabular import Period
from handraise.handover.models import Handover
from handraise.leads.models import Lead
from handraise.team.models import Team, User
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PERIOD = Period(NOON - DAY, NOON + DAY, NOON + 2 * DAY)


@pytest.fixture
def namesakes(mia: User, nils: User, mark: User) -> list[str]:
    User.objects.filter(pk__in=[mia.pk, nils.pk]).update(name="Kim Lee")
    return sorted([f"Kim Lee ({mia.email})", f"Kim Lee ({nils.email})", "Mark"])


def test_leads_of_owners_with_one_name_are_counted_apart(
    namesakes: list[str], mia: User, nils: User, mark: User
) -> None:
    for number, owner in enumerate((mia, mia, nils, mark)):
        Lead.objects.filter(pk=lead(f"Lead{number}").pk).update(owner=owner)

    rows = by_dimension(PERIOD, "owner").rows

    assert {row[0]: row[1] for row in rows} == dict(zip(namesakes, (2, 1, 1), strict=True))


def test_offers_to_people_of_one_name_are_told_apart(
    namesakes: list[str], mia: User, nils: User, mark: User, sales_team: Team
) -> None:
    for number, person in enumerate((mia, nils, mark)):
        Handover.objects.create(
            lead=lead(f"Lead{number}"), team=sales_team, assignee=person, version=1, priority=50,
            offered_at=NOON, due_at=NOON + DAY, ended_at=NOON + DAY,
        )  # fmt: skip

    assert sorted(str(row[0]) for row in by_person(PERIOD).rows) == namesakes
    assert sorted(told_apart().values()) == namesakes
