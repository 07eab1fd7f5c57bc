"""The pages in a real browser: every dress, and a finding on its way into a draft."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.making import run as rehearse
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.review.actions import Asked, ask
from handraise.feedback.review.making import run
from handraise.feedback.review.models import Review
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.review.conftest import BEGIN, NOW, planted
from tests.personas import NOON
from tests.world import in_force

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(mark: User, mia: User, settings: Any, tmp_path: Path) -> Review:
    settings.DATA = tmp_path
    in_force(mark, mia, at=NOON - timedelta(days=300))
    planted(400)
    asked = ask(Asked(BEGIN, NOW, engine=Name.POSTGRES), by=mark, at=NOW, via=Via.WEB)
    return run(asked.pk, at=NOW)


def test_marketing_puts_a_finding_into_a_draft_and_sees_the_rehearsal(
    visit: Visit, made: Review, mark: User
) -> None:
    visit.sign_in(mark)
    visit.go("/feedback/review/").click("text=Version 1")
    page = visit.page
    finding = page.locator("li", has_text="Webinar Attended").first
    finding.locator("button", has_text="Put this into a draft").click()
    page.wait_for_selector("text=Put into version 2")

    rehearsal = Rehearsal.objects.get()
    rehearse(rehearsal.pk, at=NOW)
    page.click("text=its rehearsal")

    assert "Version 2" in page.inner_text("main")
    assert "against version 1" in page.inner_text("main")
    assert not visit.complaints


def test_the_pages_are_whole_in_every_dress(visit: Visit, made: Review, mark: User) -> None:
    visit.sign_in(mark)
    for dress in ("light", "dark", "phone"):
        visit.page = dressed(visit.page.context, dress)
        for path in ("/feedback/review/", f"/feedback/review/{made.pk}/"):
            page = visit.go(path)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

            assert visit.violations() == []
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(wide)
