"""Forms as people meet them: on a foreign page, in every dress, and while they are made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from handraise.enablement.models import Asset
from handraise.forms import snippets
from handraise.forms.actions import begin
from handraise.forms.decide import State
from handraise.forms.document import Delivery, FieldKind
from handraise.forms.models import Form, Shown, Submission
from handraise.forms.submitting import submit
from handraise.kit import clock
from handraise.leads.models import Activity
from handraise.post.sending import send_mails
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.enablement.conftest import asset
from tests.forms.conftest import ADA, BROWSER, HOW, NEWS, document, form, sent, submitted
from tests.post.conftest import Mailbox, mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["mailbox"]


@pytest.fixture
def handbook(mark: User, settings: Any, tmp_path: Path) -> Asset:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("handbook.pdf", b"%PDF-1.7 tides")
    return asset(mark, "The handbook", link="", file=file)


class Site:
    """Somebody else's site: one page, with a strict policy of its own."""

    def __init__(self, home: str) -> None:
        self.body, self.home = "", home
        site = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = site.page().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                home = site.home
                policy = f"default-src 'none'; script-src {home}; frame-src {home}; img-src data:"
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://localhost:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def page(self) -> str:
        head = '<meta charset="utf-8"><title>Tideline</title><link rel="icon" href="data:,">'
        return (
            f'<!doctype html><html lang="en"><head>{head}</head><body><main><h1>Our guide</h1>'
            f"{self.body}</main></body></html>"
        )


@pytest.fixture
def site(live_server: Any) -> Iterator[Site]:
    made = Site(live_server.url)
    yield made
    made.server.shutdown()
    made.thread.join()
    made.server.server_close()


def _link_in(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return next(word for word in text.split() if "/forms/content/" in word)


def test_a_stranger_on_a_foreign_page_gets_the_handbook(
    visit: Visit, site: Site, handbook: Asset, mark: User, mailbox: Mailbox, settings: Any
) -> None:
    settings.ADDRESS = visit.origin
    told = document(asset=handbook.pk, delivery=Delivery.MAIL, mail_subject="Your handbook",
                    minimum_seconds=0)  # fmt: skip
    site.body = snippets.embedding(form(mark, told))
    page = visit.page
    page.context.set_extra_http_headers({"User-Agent": BROWSER})  # not that of a test's browser
    page.goto(f"{site.url}/guide?utm_source=fair&mail=secret")
    inside = page.frame_locator("iframe")

    expect(inside.get_by_role("heading", name="The guide")).to_be_visible()
    assert not visit.violations()
    inside.get_by_label("First name").fill("Ada")
    inside.get_by_role("button", name="Send").click()
    expect(inside.get_by_role("alert")).to_contain_text("It is not sent yet.")
    visit.complaints.clear()  # the browser names an answer of 422
    assert inside.get_by_label("First name").input_value() == "Ada"
    inside.get_by_label("Last name").fill("Lovelace")
    inside.get_by_label("Work e-mail").fill("ada@engines.example")
    inside.get_by_role("button", name="Send").click()
    expect(inside.get_by_role("heading", name="Thank you")).to_be_visible()

    stored = Submission.objects.get()
    assert (stored.page, stored.utm) == (f"{site.url}/guide", {"source": "fair"})
    assert Shown.objects.get().page == f"{site.url}/guide"
    assert page.context.cookies() == []
    send_mails(at=clock.now())
    page.goto(_link_in(mailbox.one().message))
    assert not visit.violations()
    with page.expect_download() as got:
        page.get_by_role("button", name="Download").click()
    assert Path(got.value.path()).read_bytes() == b"%PDF-1.7 tides"
    assert Activity.objects.filter(name="Content Downloaded").count() == 1


def test_the_frame_grows_with_the_form(visit: Visit, site: Site, mark: User) -> None:
    settings_of = document(minimum_seconds=0)
    site.body = snippets.embedding(form(mark, settings_of)).replace(
        "http://127.0.0.1:8300", visit.origin
    )
    page = visit.page
    page.goto(site.url)
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("button", name="Send")).to_be_visible()

    page.wait_for_function("parseInt(document.querySelector('iframe').style.height) > 300")
    tall = page.locator("iframe").bounding_box()
    overflow = page.frames[1].evaluate(
        "document.documentElement.scrollHeight - document.documentElement.clientHeight"
    )

    assert tall is not None
    assert overflow <= 0


def _written(mark: User, handbook: Asset) -> Form:
    """A form with one of everything, and what came by it."""
    told = document(asset=handbook.pk, delivery=Delivery.BOTH, mail_subject="Your handbook",
                    consents=(NEWS,), intro="What dispatchers know.", asked_at_once=0)  # fmt: skip
    made = form(mark, told)
    at = clock.now()
    submitted(made, at, size="20", message="<b>Hi</b> " * 30, consent_0="yes")
    submit(made, sent(made, ADA, at, honeypot="x"), at=at)
    return made


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_are_sound_in_every_dress(
    visit: Visit, mark: User, handbook: Asset, dress: str
) -> None:
    made = _written(mark, handbook)
    begin(name="Fair", code="fair", by=mark, **HOW)
    seen = Visit(dressed(visit.page.context, dress), visit.origin).sign_in(mark)

    pages = ["", "new/", f"{made.pk}/", f"{made.pk}/edit/", "guide/", "guide/?embed=1",
             "guide/thanks/"]  # fmt: skip
    assert not seen.troubles([f"/forms/{page}" for page in pages])


def test_a_form_is_made_with_the_keyboard_alone(visit: Visit, mark: User) -> None:
    made = begin(name="Fair", code="fair", by=mark, **HOW)
    page = visit.sign_in(mark).go(f"/forms/{made.pk}/edit/")

    page.get_by_label("Add a question:").select_option(label="Choice")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    question = page.get_by_role("group", name="Question 4")
    expect(question.get_by_label("What is asked")).to_be_focused()
    page.keyboard.type("Which hall?")
    question.get_by_label("Choices, one a line").fill("North\nSouth")
    expect(page.locator("#preview")).to_contain_text("Which hall?")
    expect(page.locator("#preview")).to_contain_text("North")
    page.get_by_role("button", name="Move question 4 up").press("Enter")
    expect(page.get_by_role("button", name="Move question 3 up")).to_be_focused()
    page.keyboard.press("Enter")
    moved = page.get_by_role("group", name="Question 2").get_by_label("What is asked")
    expect(moved).to_have_value("Which hall?")
    page.get_by_role("button", name="Publish").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("everybody sees version 1 now")
    made.refresh_from_db()
    assert made.published is not None
    named = [(field.name, field.kind) for field in made.published.document.fields]
    assert named[1] == ("which-hall", FieldKind.CHOICE)


def test_it_works_without_scripts(visit: Visit, mark: User, live_server: Any) -> None:
    form(mark, document(minimum_seconds=0))
    browser = visit.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, user_agent=BROWSER)
    page = context.new_page()
    page.goto(f"{live_server.url}/forms/guide/")
    for label, words in (("First name", "Ada"), ("Last name", "L"), ("Work e-mail", "a@b.example")):
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert context.cookies() == []
    assert Submission.objects.get().state == State.TAKEN
    context.close()
