"""Targets in a real browser: both themes, phone width, by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.kit.clock import now
from handraise.leads.decide import Stage
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.targets.test_targets import PLANNED, moved
from tests.world import in_force, lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_no_dress_shuts_anybody_out(visit: Visit, dress: str, mark: User, mia: User) -> None:
    at = now()
    in_force(mark, mia, PLANNED, at=at - timedelta(days=100))
    for number in range(60):
        one = lead(f"Lead{number}", at=at - timedelta(days=1 + number))
        moved(one.pk, Stage.MARKETING_QUALIFIED, at - timedelta(days=number, hours=3))
    visit.sign_in(mia)
    visit.page = dressed(visit.page.context, dress)

    assert visit.troubles(["/feedback/targets/"]) == []

    visit.page.get_by_text("The figures").first.press("Enter")
    assert visit.page.get_by_role("cell", name="missed").count() > 0
