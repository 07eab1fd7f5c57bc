"""The page in a real browser: every dress, no violation of accessibility, the slider by keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from handraise.agreement.actions import propose
from handraise.feedback.rehearsal.actions import Asked, ask
from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.making import run
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.rehearsal.conftest import BEGIN, END, LOOSE, NOW, a_history
from tests.personas import NOON
from tests.world import in_force

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(mark: User, mia: User, settings: Any, tmp_path: Path) -> Rehearsal:
    settings.DATA = tmp_path
    in_force(mark, mia, at=NOON)
    a_history(12, 60)
    version = propose(LOOSE + "targets: {mql: 3 a week}\n", note="", by=mark, at=NOW, via=Via.WEB)
    wish = Asked(BEGIN, END, Name.POSTGRES, "intent.1", 10)
    return run(ask(version, wish, by=mark, at=NOW, via=Via.WEB).pk, at=NOW)


def test_the_pages_are_whole_in_every_dress(visit: Visit, made: Rehearsal, vera: User) -> None:
    visit.sign_in(vera)
    for dress in ("light", "dark", "phone"):
        visit.page = dressed(visit.page.context, dress)
        for path in ("/feedback/rehearsal/", f"/feedback/rehearsal/{made.pk}/"):
            page = visit.go(path)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

            assert visit.violations() == []
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(wide)


def test_the_bar_is_moved_by_keys(visit: Visit, made: Rehearsal, vera: User) -> None:
    visit.sign_in(vera)
    page = visit.go(f"/feedback/rehearsal/{made.pk}/")
    before = page.inner_text("h1")

    page.focus("#bar")
    for key, shown in (("ArrowRight", "13"), ("End", "98")):
        page.keyboard.press(key)
        expect(page.locator("#bar-value")).to_have_text(shown)

    assert page.inner_text("h1") != before
    assert "at_least=98" in page.url
    assert visit.violations() == []
