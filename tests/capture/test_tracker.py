"""The tracker script in a real browser, on a page of another origin, at the real endpoint."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from handraise.capture.digest import digest_once
from handraise.capture.keys import create_key
from handraise.capture.models import Drop, Inbox
from handraise.capture.tracker import served, squeezed
from handraise.kit import clock
from handraise.leads.decide import SourceKind
from handraise.leads.models import Activity, Fact, Identity
from tests.capture.conftest import Server, connected
from tests.personas import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.browser]

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
# A call that was under way when a test ended is kept once the tables have been emptied.
OF_THE_TEST_BEFORE = (
    "DELETE FROM capture_inbox WHERE source_id NOT IN (SELECT id FROM leads_source)"
)
PAGE = """<!doctype html><title>Prices</title>
<script async src="{script}" data-key="{key}"></script>
<video title="The demo" src="/clip.wav" muted></video>
<a id="demo" href="/thanks" data-handraise="Demo Requested" data-handraise-plan="team">Demo</a>
<form id="enquiry" action="/thanks" data-handraise-topic="prices">
<input name="mail" value="ada@acme.example" data-handraise-trait="email">
<input name="secret" value="nobody reads this">
<input name="pass" type="password" value="swordfish" data-handraise-trait="password">
<button>Send</button></form>"""


@dataclass
class Website:
    """Somebody's site, at another origin; every page of it is the same one."""

    url: str
    script: str
    key: str
    policy: str = (
        "default-src 'none'; script-src {api}; connect-src {api}; media-src 'self'; "
        "form-action 'self'"
    )

    @property
    def page(self) -> bytes:
        return PAGE.format(script=self.script, key=self.key).encode()


def clip() -> bytes:
    """A second of silence, which a video element plays like any film."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return made.getvalue()


@pytest.fixture
def website(server: Server) -> Iterator[Website]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = clip() if self.path == "/clip.wav" else made.page
            kind = "audio/wav" if self.path == "/clip.wav" else "text/html; charset=utf-8"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", made.policy.format(api=server.url))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as pages:
        key = create_key(kind=SourceKind.WEBSITE, name="Pages", by=None, at=NOON)[1]
        made = Website(f"http://localhost:{pages.server_address[1]}", f"{server.url}/t.js", key)
        thread = threading.Thread(target=pages.serve_forever)
        thread.start()
        yield made
        pages.shutdown()
        thread.join()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(user_agent=AGENT)
    context.set_default_timeout(10_000)
    yield context
    # What pages tell when they are closed would arrive in the next test, of a source long gone.
    context.set_offline(True)
    context.close()


def opened(visitor: BrowserContext, website: Website, path: str = "/pricing") -> Page:
    page = visitor.new_page()
    page.clock.install()
    page.goto(website.url + path)
    until(page, "!!(window.handraise && handraise.consent)")
    return page


def until(page: Page, holds: str) -> None:
    """Until this is true of the page, whose policy forbids the browser's own way of waiting."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"Never came true: {holds}")


def hidden(page: Page) -> None:
    """The tab goes into the background, as when another one is chosen."""
    page.evaluate(
        """() => { Object.defineProperty(document, "hidden", {get: () => true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange", {bubbles: true})) }"""
    )


def stored(page: Page) -> list[str]:
    return list(page.evaluate("Object.keys(localStorage).concat(document.cookie || [])"))


def arrived(count: int) -> list[dict[str, Any]]:
    """The messages that lie in the inbox, once there are so many."""
    for _ in range(200):
        with connected() as database:
            database.execute(OF_THE_TEST_BEFORE)
            rows = database.execute("SELECT body FROM capture_inbox ORDER BY id").fetchall()
        found = [one for (body,) in rows for one in json.loads(bytes(body))["batch"]]
        if len(found) >= count:
            return found
        threading.Event().wait(0.05)
    raise AssertionError(f"{len(found)} of {count} messages came: {found}")


def digested() -> None:
    with connected() as database:
        database.execute(OF_THE_TEST_BEFORE)
    while digest_once(limit=100, at=clock.now()):
        pass
    assert not Drop.objects.exists()


def test_it_is_smaller_than_four_kilobytes() -> None:
    assert len(served()[0]) < 4096


def test_what_is_served_is_the_script_without_comments_and_space() -> None:
    assert squeezed('// Why.\nlet a = 1, // one\n  b = "x  = y";\nif (a) {\n  b;\n}\n') == (
        'let a=1,b="x  = y";if(a){b}'
    )


def test_it_may_be_loaded_from_anywhere_and_is_kept(server: Server) -> None:
    answer = server.call("GET", "/t.js")

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    told = {"If-None-Match": answer.headers["etag"]}
    assert server.call("GET", "/t.js", headers=told).status == 304


def test_nothing_is_stored_or_sent_before_the_visitor_agrees(
    website: Website, visitor: BrowserContext
) -> None:
    page = opened(visitor, website)
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    page.click("#demo")
    page.wait_for_load_state()
    hidden(page)
    page.clock.fast_forward("01:00")

    assert [url for url in calls if "/v1/" in url] == []
    assert stored(page) == []
    assert visitor.cookies() == []
    assert not Inbox.objects.exists()


def test_a_visit_becomes_activities_of_one_visitor(
    website: Website, visitor: BrowserContext
) -> None:
    page = opened(visitor, website, "/pricing?utm_source=news&utm_campaign=spring&token=secret#x")
    page.evaluate("handraise.consent(true)")
    arrived(1)
    page.clock.fast_forward("01:10")
    page.click("#demo")
    arrived(3)
    until(page, "!!(window.handraise && handraise.consent)")
    arrived(4)
    digested()

    done = list(Activity.objects.order_by("occurred_at", "pk"))
    # Each call's clock is corrected on its own, and the click leads away: what is asked for, what
    # is left and what comes next are one moment.
    assert sorted(one.name for one in done[1:]) == ["Demo Requested", "Page Left", "page"]
    asked = next(one for one in done if one.name == "Demo Requested")
    left = next(one for one in done if one.name == "Page Left")
    assert done[0].name == "page"
    assert done[0].properties["path"] == "/pricing"
    assert done[0].properties["campaign"] == {"source": "news", "name": "spring"}
    assert "secret" not in json.dumps([one.properties for one in done])
    assert asked.properties == {"path": "/pricing", "plan": "team"}
    assert left.properties["seconds"] >= 70
    assert Identity.objects.get().kind == "anonymous_id"
    assert not done[0].judgements.exists()


def test_a_form_tells_which_one_it_was_and_only_marked_values(
    website: Website, visitor: BrowserContext
) -> None:
    page = opened(visitor, website)
    page.evaluate("handraise.consent(true)")
    page.click("#enquiry button")
    messages = arrived(2)
    digested()

    sent = Activity.objects.get(name="Form Submitted")
    assert sent.properties == {"path": "/pricing", "form": "enquiry", "topic": "prices"}
    assert Identity.objects.filter(kind="email", value="ada@acme.example").exists()
    assert not Fact.objects.filter(name="password").exists()
    assert "swordfish" not in json.dumps(messages)
    assert "nobody reads this" not in json.dumps(messages)


def test_a_video_is_told_by_quarters_that_were_played(
    website: Website, visitor: BrowserContext
) -> None:
    page = opened(visitor, website)
    page.evaluate("handraise.consent(true)")
    page.evaluate("document.querySelector('video').play()")
    arrived(6)
    digested()

    watched = Activity.objects.filter(name="Video Watched")
    assert sorted(one.properties["percent"] for one in watched) == [25, 50, 75, 100]
    ended = Activity.objects.get(name="Video Playback Completed")
    assert ended.properties == {"path": "/pricing", "title": "The demo", "percent": 100}


def test_pages_that_a_script_puts_in_place_are_views_of_their_own(
    website: Website, visitor: BrowserContext
) -> None:
    page = opened(visitor, website)
    page.evaluate("handraise.consent(true)")
    page.clock.fast_forward("00:30")
    page.evaluate("history.pushState({}, '', '/features?x=1'); document.title = 'Features'")
    arrived(3)
    page.clock.fast_forward("00:30")
    page.go_back()
    arrived(5)
    digested()

    told = [(one.name, one.properties["path"]) for one in Activity.objects.all()]
    assert sorted(told) == [
        ("Page Left", "/features"), ("Page Left", "/pricing"),
        ("page", "/features"), ("page", "/pricing"), ("page", "/pricing"),
    ]  # fmt: skip
    there = Activity.objects.get(name="page", properties__path="/features")
    assert there.properties["title"] == "Features"


def test_withdrawing_forgets_the_visitor_in_every_tab(
    website: Website, visitor: BrowserContext
) -> None:
    page, other = opened(visitor, website), opened(visitor, website)
    page.evaluate("handraise.consent(true)")
    arrived(1)
    other.reload()
    arrived(2)
    assert stored(page) == ["handraise"]

    page.evaluate("handraise.consent(false)")
    until(other, "localStorage.length == 0")
    other.evaluate("handraise.track('Seen Again')")
    page.click("#demo")
    other.clock.fast_forward("01:00")
    page.clock.fast_forward("01:00")

    assert stored(other) == []
    assert len(arrived(2)) == 2


@pytest.mark.parametrize(
    "wish", ["globalPrivacyControl: {get: () => true}", "doNotTrack: {get: () => '1'}"]
)
def test_who_asks_not_to_be_tracked_is_not(
    website: Website, visitor: BrowserContext, wish: str
) -> None:
    visitor.add_init_script(f"Object.defineProperties(Navigator.prototype, {{{wish}}})")
    page = opened(visitor, website)
    page.evaluate("handraise.consent(true); handraise.track('Demo Requested')")
    hidden(page)
    page.clock.fast_forward("01:00")

    assert stored(page) == []
    assert not Inbox.objects.exists()


def test_what_could_not_be_sent_is_sent_again_and_counts_once(
    website: Website, visitor: BrowserContext
) -> None:
    page = opened(visitor, website)
    page.route("**/v1/batch", lambda route: route.abort())
    page.evaluate("handraise.consent(true); handraise.track('Demo Requested')")
    until(page, "JSON.parse(localStorage.handraise).length == 3")
    page.unroute("**/v1/batch")
    page.reload()
    arrived(3)
    digested()

    assert Activity.objects.filter(name="Demo Requested").count() == 1


def test_calls_made_before_the_script_came_are_heard(
    website: Website, visitor: BrowserContext
) -> None:
    visitor.add_init_script(
        "window.handraise = [['consent', true], ['identify', 'user-1', {title: 'CTO'}]]"
    )
    opened(visitor, website)
    arrived(2)
    digested()

    assert Identity.objects.filter(kind="user_id", value="user-1").exists()
    assert Fact.objects.get(name="title").value == "CTO"


def test_a_page_that_forbids_the_calls_goes_on(website: Website, visitor: BrowserContext) -> None:
    website.policy = "script-src {api}; connect-src 'none'"
    page = opened(visitor, website)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.evaluate("handraise.consent(true)")
    hidden(page)
    page.clock.fast_forward("05:00")

    assert faults == []
    assert not Inbox.objects.exists()
