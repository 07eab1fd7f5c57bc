"""The pages as people meet them: light, dark and on a phone, by hand and without fault."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.leads.decide import Via
from handraise.messaging import actions
from handraise.messaging.actions import Settings
from handraise.messaging.models import Message
from handraise.messaging.starting import starts
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.messaging.conftest import mail, version
from tests.personas import NOON
from tests.world import lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_are_sound_in_every_dress(visit: Visit, mark: User, dress: str) -> None:
    lead("Ada")
    version(mark, "older", "<mj-text>Old.</mj-text>")
    actions.add(code="guide", settings=Settings("Guide"), words=starts()["guide-welcome"].words,
                by=mark, at=NOON, via=Via.WEB)  # fmt: skip
    seen = Visit(dressed(visit.page.context, dress), visit.origin).sign_in(mark)

    pages = ["", "new/?start=recycled", "house/", "guide/", "guide/settings/", "older/versions/"]
    found = seen.troubles([f"/messages/{page}" for page in pages])
    # axe speaks to every frame; the one of a preview is nobody's origin and cannot be spoken to.
    assert not [line for line in found if "Failed to execute 'postMessage'" not in line]


def test_a_message_is_seen_for_a_lead_while_it_is_written(visit: Visit, mark: User) -> None:
    lead("Ada")
    version(mark)
    page = visit.sign_in(mark).go("/messages/welcome/")
    frame = page.frame_locator("iframe[name=sheet]")
    expect(frame.locator("body")).to_contain_text("Good to have you.")
    depth = page.evaluate("history.length")

    page.get_by_label("Message", exact=True).fill(mail("<mj-text>Dear {{ lead.name }}</mj-text>"))

    expect(frame.locator("body")).to_contain_text("Dear Ada")
    said = frame.get_by_text("Dear Ada")
    assert said.evaluate("e => getComputedStyle(e).fontSize") == "16px"
    assert page.evaluate("history.length") == depth  # the way back is not full of previews
    page.get_by_label("Message", exact=True).fill(mail("<mj-txt>x</mj-txt>"))
    expect(page.locator("#checks [role=alert]").first).to_contain_text(
        "line 2: There is no <mj-txt>."
    )
    assert not visit.complaints


def test_a_message_is_begun_written_and_published_by_hand(visit: Visit, mark: User) -> None:
    page = visit.sign_in(mark).go("/messages/")
    page.get_by_role("link", name="Customer onboarding").click()
    page.get_by_role("button", name="Begin").click()

    page.get_by_label("Subject").fill("Welcome aboard")
    page.get_by_role("button", name="Publish").click()

    expect(page.locator(".messages")).to_contain_text("is published")
    published = Message.objects.get().published
    assert published is not None
    assert published.subject == "Welcome aboard"
    assert not visit.complaints
