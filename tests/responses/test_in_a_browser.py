"""The page about machines in a real browser: both themes, a phone, axe."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.messaging.models import MessageVersion
from handraise.responses.actions import believe
from handraise.responses.decide import Reason
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.responses.conftest import hit, judged, sent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PAGES = [
    "/responses/",
    "/responses/?reason=scanner",
    "/responses/?reason=decoy&who=people",
    "/keys/",
]


@pytest.fixture
def lived_in(version: MessageVersion, rita: User) -> None:
    """Answers of each sort, some minutes old."""
    at = clock.now() - timedelta(minutes=5)
    mails = [sent(version, at=at - timedelta(hours=1)) for _ in range(4)]
    judged(
        hit(mails[0], at=at, origin="1"),
        hit(mails[1], at=at, agent="Barracuda Sentinel (EE) " + "x" * 300, origin="2"),
        hit(mails[2], 0, deed="decoy", at=at, origin="3"),
        hit(mails[2], 2, at=at, origin="3"),
        hit(mails[3], 0, deed="open", agent="Mozilla/5.0", at=at, origin="4"),
    )
    believe(Reason.PROXY, is_human=True, by=rita, at=at, via=Via.WEB)


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_are_without_troubles(
    visit: Visit, lived_in: None, rita: User, dress: str
) -> None:
    visit.sign_in(rita)
    page = dressed(visit.page.context, dress)

    assert Visit(page, visit.origin).troubles(PAGES) == []


def test_a_person_has_the_last_word(visit: Visit, lived_in: None, rita: User) -> None:
    page = visit.sign_in(rita).go("/responses/?reason=scanner")
    page.get_by_role("button", name="It was a person").click()

    assert page.get_by_text("It counts; the score follows.").is_visible()
    assert page.get_by_role("button", name="It was a machine").is_visible()
