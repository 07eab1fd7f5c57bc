"""The page of a lead says what is unknown, and by what it would get on."""

from __future__ import annotations

import pytest

from handraise.agreement.queries import Published
from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads.decide import Stage
from handraise.leads.models import Activity, Lead
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.world import AGREEMENT, in_force, lead

pytestmark = pytest.mark.django_db


def part(user: User, shown: Lead) -> str:
    address = f"/lead/{shown.pk}/missing/"
    return client_of(user).get(address, headers={"HX-Request": "true"}).content.decode()


def test_the_page_asks_for_it_when_it_is_read_already(agreed: Published, mia: User) -> None:
    ben = lead("Ben", title="Head of Sales", at=clock.now())

    page = client_of(mia).get(f"/lead/{ben.pk}/").content.decode()

    assert f'hx-get="/lead/{ben.pk}/missing/" hx-trigger="load"' in page


def test_a_silent_lead_is_shown_its_nearest_ways(agreed: Published, mia: User) -> None:
    ben = lead("Ben", title="Head of Sales", at=clock.now())

    shown = part(mia, ben)

    assert "Nearest ways to MQL" in shown
    assert "“Demo Requested” once" in shown
    assert "then fit 40" in shown
    assert "up to +20" in shown
    assert not Activity.objects.exists()


def test_for_an_mql_the_way_to_sql_is_shown(
    agreed: Published, handover: Handover, mia: User
) -> None:
    shown = part(mia, handover.lead)

    assert "Nearest ways to SQL" in shown
    assert "Budget is known" in shown


def test_who_is_ruled_out_is_shown_why(agreed: Published, mia: User) -> None:
    dan = lead("Dan", title="Head of Sales", is_competitor=True, at=clock.now())

    shown = part(mia, dan)

    assert "What rules it out" in shown
    assert "Is marked as competitor" in shown


def test_of_a_customer_nothing_is_asked(agreed: Published, mia: User) -> None:
    hana = lead("Hana", title="Head of Sales", at=clock.now())
    Lead.objects.filter(pk=hana.pk).update(stage=Stage.CUSTOMER)

    assert "card" not in part(mia, hana)
    assert "missing/" not in client_of(mia).get(f"/lead/{hana.pk}/").content.decode()


def test_before_an_agreement_nothing_is_missing(mia: User) -> None:
    ben = lead("Ben", at=clock.now())

    assert "card" not in part(mia, ben)


def test_without_scripts_it_is_a_page_of_its_own(mark: User, mia: User) -> None:
    in_force(mark, mia, AGREEMENT)
    ben = lead("Ben", title="Head of Sales", at=clock.now())

    page = client_of(mia).get(f"/lead/{ben.pk}/missing/").content.decode()

    assert "What Ben lacks" in page
    assert "Nearest ways to MQL" in page
