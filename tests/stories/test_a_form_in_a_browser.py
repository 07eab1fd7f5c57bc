"""A form, from its making to sales, as people meet it: in a real browser, on somebody else's site,
with mails that a real server took. And who is not ready yet is welcomed, until they leave.

The clock is moved by hand; the worker's rounds are made when the story says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from handraise.consent.queries import permitted
from handraise.enablement.models import Asset
from handraise.flow.look import look
from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Activity
from handraise.messaging.actions import write_house
from handraise.nurture.advancing import advance_due
from handraise.nurture.models import Enrolment
from handraise.post.sending import send_mails
from handraise.sends.actions import want
from handraise.sends.decide import State
from handraise.sends.models import Send
from handraise.sends.sending import send_due
from handraise.team.models import User
from tests.browser import Visit
from tests.forms.conftest import BROWSER, ada
from tests.forms.test_in_a_browser import Site, handbook, site
from tests.personas import NOON, PASSWORD
from tests.post.conftest import Arrived, Mailbox, mailbox
from tests.sends.conftest import message, no_line_is_kept, shelf, wanted
from tests.stories.test_a_stranger_becomes_an_mql_by_a_form import COUNTS_FORMS
from tests.world import in_force, said, stage_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["handbook", "mailbox", "no_line_is_kept", "shelf", "site"]
MINUTE = timedelta(minutes=1)
HOUSE = "https://handraise.example"


@dataclass
class Hands:
    """The hands of the clock."""

    at: datetime = NOON

    def on(self, by: timedelta = MINUTE) -> datetime:
        self.at += by
        return self.at


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    made = Hands()
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made


@pytest.fixture
def window(visit: Visit) -> Iterator[Callable[[], Visit]]:
    """Opens a window of somebody else: another browser, without a cookie."""
    opened: list[Visit] = []
    browser = visit.page.context.browser
    assert browser is not None

    def opens() -> Visit:
        context = browser.new_context(user_agent=BROWSER)
        opened.append(Visit(context.new_page(), visit.origin))
        return opened[-1]

    yield opens
    for one in opened:
        one.page.context.close()
    assert not [line for one in opened for line in one.complaints]


def work(hands: Hands) -> None:
    """One round of the worker, a minute later."""
    at = hands.on()
    look(at=at)
    advance_due(at=at)
    send_mails(at=at)
    send_due(at=at)


# What marketing does


def _signs_in(visit: Visit, who: User) -> Page:
    page = visit.go("/")
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(who.name)
    return page


def _builds_a_form(visit: Visit) -> str:
    """Makes the form with the browser alone; the line that embeds it."""
    page = visit.go("/forms/")
    page.get_by_role("link", name="Make the first form").click()
    page.get_by_label("Name", exact=True).fill("The guide")
    page.get_by_label("Address", exact=True).fill("guide")
    page.get_by_role("button", name="Begin").click()
    _adds_a_question(page, 4, "Text", "Role", "title")
    _adds_a_question(page, 5, "Choice", "When?", "timeline", "This quarter\nLater")
    _adds_consent(page)
    _promises_the_handbook(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("everybody sees version 1 now")
    return page.locator("#embed-line").inner_text()


def _adds_a_question(
    page: Page, number: int, kind: str, asks: str, fact: str, choices: str = ""
) -> None:
    page.get_by_label("Add a question:").select_option(label=kind)
    page.get_by_role("button", name="Add", exact=True).click()
    question = page.get_by_role("group", name=f"Question {number}")
    question.get_by_label("What is asked").fill(asks)
    question.get_by_label("Kept as the fact").fill(fact)
    if choices:
        question.get_by_label("Choices, one a line").fill(choices)


def _adds_consent(page: Page) -> None:
    page.get_by_role("button", name="Add a consent box").click()
    box = page.get_by_role("group", name="Box 1")
    box.get_by_label("Purpose").select_option("newsletter")
    expect(box.get_by_label("Purpose")).to_contain_text("Newsletter (confirmed by mail)")
    box.get_by_label("What they agree to").fill("Send me the newsletter.")


def _promises_the_handbook(page: Page) -> None:
    page.get_by_label("Content", exact=True).select_option(label="The handbook")
    page.get_by_label("Handed over").select_option(label="By mail")
    page.get_by_label("Only once the address is confirmed").check()
    page.get_by_label("Subject of the mail").fill("Your handbook")
    page.get_by_label("Least seconds between showing and sending").fill("0")


def _starts_the_welcome(visit: Visit, mark: User) -> None:
    """The shipped message is published and the shipped journey runs, by hand."""
    write_house(
        name="Tideline", address="1 Quay Street, Harbour", by=mark, at=clock.now(), via=Via.WEB
    )
    page = visit.go("/messages/")
    page.get_by_role("link", name="Welcome after a guide").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messages")).to_contain_text("is published")
    page = visit.go("/journeys/new/")
    page.get_by_label("Name", exact=True).fill("Welcome after a guide")
    page.get_by_role("radio", name="Welcome after a guide").check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("running")


# What a stranger does


def _fills_it_in(page: Page, url: str, when: str) -> None:
    """On the page of another site, in the frame that the line put there."""
    page.goto(f"{url}/guide?utm_source=fair")
    inside = page.frame_locator("iframe")
    for label, words in (
        ("First name", "Ada"), ("Last name", "Lovelace"), ("Work e-mail", "ada@engines.example"),
        ("Role", "Head of Sales"),
    ):  # fmt: skip
        inside.get_by_label(label).fill(words)
    inside.get_by_label(when).check()
    inside.get_by_label("Send me the newsletter.").check()
    inside.get_by_role("button", name="Send").click()
    expect(inside.get_by_role("heading", name="Thank you")).to_be_visible()
    assert page.context.cookies() == []


def _link_in(arrived: Arrived, path: str) -> str:
    assert arrived.to == ["ada@engines.example"]
    part = arrived.message.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return next(word for word in text.split() if path in word)


def _confirms(page: Page, link: str, hands: Hands) -> None:
    """Opening the page is not agreeing; the button is."""
    page.goto(link)
    assert not _may_be_written_to(hands)
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.get_by_role("heading", name="Thank you, it is confirmed")).to_be_visible()
    assert _may_be_written_to(hands)


def _may_be_written_to(hands: Hands) -> bool:
    return permitted([ada().pk], purpose="newsletter", at=hands.at)[ada().pk].may


def _downloads(page: Page, link: str) -> None:
    page.goto(link)
    with page.expect_download() as got:
        page.get_by_role("button", name="Download").click()
    assert Path(got.value.path()).read_bytes() == b"%PDF-1.7 tides"
    assert got.value.suggested_filename == "handbook.pdf"


def _gets_the_handbook(
    stranger: Visit, url: str, when: str, mailbox: Mailbox, hands: Hands
) -> None:
    """The whole way of a stranger: asked, confirmed, downloaded."""
    _fills_it_in(stranger.page, url, when)
    work(hands)
    (confirming,) = mailbox.arrived
    _confirms(stranger.page, _link_in(confirming, "/confirm/"), hands)
    work(hands)
    _, handing_over = mailbox.arrived
    assert handing_over.message["Subject"] == "Your handbook"
    assert not stranger.violations()
    _downloads(stranger.page, _link_in(handing_over, "/forms/content/"))
    work(hands)
    assert Activity.objects.filter(name="Content Downloaded").count() == 1


def test_a_stranger_on_a_foreign_page_comes_to_sales(
    visit: Visit, window: Callable[[], Visit], site: Site, handbook: Asset, mark: User, mia: User,
    mailbox: Mailbox, hands: Hands, settings: Any,
) -> None:  # fmt: skip
    settings.ADDRESS = visit.origin
    in_force(mark, mia, COUNTS_FORMS)
    _signs_in(visit, mark)
    site.body = _builds_a_form(visit)

    _gets_the_handbook(window(), site.url, "This quarter", mailbox, hands)

    assert stage_of(ada()) is Stage.MARKETING_QUALIFIED
    assert Handover.objects.get().assignee == mia
    page = window().sign_in(mia).go("/inbox/")
    expect(page.locator(".brief-head h1")).to_have_text("Ada Lovelace")
    assert len(mailbox.arrived) == 2


def test_who_is_not_ready_is_welcomed_until_they_leave(
    visit: Visit, window: Callable[[], Visit], site: Site, handbook: Asset, mark: User, mia: User,
    mailbox: Mailbox, hands: Hands, settings: Any,
) -> None:  # fmt: skip
    settings.ADDRESS = visit.origin
    in_force(mark, mia, COUNTS_FORMS)
    visit.sign_in(mark)
    site.body = _builds_a_form(visit)
    _starts_the_welcome(visit, mark)
    stranger = window()

    _gets_the_handbook(stranger, site.url, "Later", mailbox, hands)
    assert stage_of(ada()) is Stage.LEAD
    settings.ADDRESS = HOUSE  # one press needs https
    welcome = _is_welcomed_a_day_later(mailbox, hands)
    _leaves_by_one_press(stranger, welcome)

    assert not _may_be_written_to(hands)
    assert said(ada(), "leads.consented")[-1].startswith("Consent withdrawn (by unsubscribing)")
    _goes_on_to_the_end(hands)
    _another_letter_is_due(mark, hands)
    assert len(mailbox.arrived) == 3


def _is_welcomed_a_day_later(mailbox: Mailbox, hands: Hands) -> Arrived:
    """The welcome leaves when the journey says, and not a minute before."""
    inside = Enrolment.objects.get()
    assert inside.due_at is not None
    assert timedelta(hours=21) < inside.due_at - hands.at < timedelta(days=2)
    hands.at = inside.due_at - 2 * MINUTE
    work(hands)
    assert len(mailbox.arrived) == 2
    work(hands)
    arrived = mailbox.arrived[-1]
    assert arrived.to == ["ada@engines.example"]
    assert arrived.message["Subject"] == "Did “The handbook” answer it?"
    assert arrived.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return arrived


def _leaves_by_one_press(stranger: Visit, arrived: Arrived) -> None:
    """As a mail program does it: one POST to what the header names, without cookies."""
    named = str(arrived.message["List-Unsubscribe"]).strip("<> ")
    assert named.startswith(f"{HOUSE}/u/")
    address = named.replace(HOUSE, stranger.origin)
    answer = stranger.page.request.post(address, form={"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
    assert answer.url == address  # mail programs follow nothing


def _goes_on_to_the_end(hands: Hands) -> None:
    """Every wait of the journey passes."""
    while (due := Enrolment.objects.get().due_at) is not None:
        hands.at = due
        work(hands)
    assert Enrolment.objects.get().ended_at is not None


def _another_letter_is_due(mark: User, hands: Hands) -> None:
    """Somebody else in marketing means well; it stays in the house and says why."""
    letter = message(mark, "letter")
    want(wanted(letter, [ada()], due_at=hands.at), at=hands.at)
    work(hands)
    kept = Send.objects.get(version=letter)
    assert kept.state == State.SKIPPED
    assert kept.why
