"""A brief with everything in it, as people meet it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.handover.models import Handover
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.browser import Visit
from tests.desk.conftest import filled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_full_brief_is_read_by_everybody(visit: Visit, handover: Handover, mia: User) -> None:
    filled(handover)

    found = visit.sign_in(mia).troubles([f"/handover/{handover.pk}/", f"/inbox/{handover.pk}/"])

    assert found == []


def test_it_is_mailed_by_a_press(visit: Visit, handover: Handover, mia: User) -> None:
    page = visit.sign_in(mia).go(f"/inbox/{handover.pk}/")

    page.get_by_role("button", name="Mail it to me").click()

    expect(page.get_by_text(f"The brief is on its way to {mia.email}.")).to_be_visible()
    assert Outgoing.objects.get(subject="Brief: Ada").recipients == [mia.email]
