"""A real browser for tests marked `browser`: what is on this machine, watched for every complaint.

A message of the console, an error of a script or a breach of the Content-Security-Policy fails
the test. In CI a missing browser fails too; elsewhere these tests are then skipped.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from handraise.team.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine, started once."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("There is no Chromium, and in CI the pages are looked at.")
    if found is None:
        pytest.skip("There is no Chromium on this machine.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """One person at the pages: signs in, goes places, and hears every complaint."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def sign_in(self, user: User) -> Visit:
        """Carry the cookie of a session, without the form (which has a test of its own)."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.origin}])
        return self

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.ok, f"{path} was answered {answer.status}."
        return self.page

    def violations(self) -> list[str]:
        """What axe finds on the page, a line each, with the element."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def troubles(self, paths: list[str]) -> list[str]:
        """What axe finds on these pages, which are wider than the window, what the browser says."""
        found = []
        for path in paths:
            page = self.go(path)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found += [f"{path} {line}" for line in self.violations()]
            found += [f"{path} is {wide} pixels wider than the window"] * (wide > 0)
        return found + self.complaints


class Answering:
    """How many requests the server is at work on: a page that was left may still be computed."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.count = 0

    def _begin(self, **_: Any) -> None:
        with self.changed:
            self.count += 1

    def _end(self, **_: Any) -> None:
        with self.changed:
            self.count -= 1
            self.changed.notify_all()

    def __enter__(self) -> Answering:
        request_started.connect(self._begin)
        request_finished.connect(self._end)
        return self

    def __exit__(self, *_: object) -> None:
        """Until all is answered: the tables are emptied next, and must not be in use."""
        with self.changed:
            is_quiet = self.changed.wait_for(lambda: self.count <= 0, timeout=60)
        request_started.disconnect(self._begin)
        request_finished.disconnect(self._end)
        assert is_quiet, f"{self.count} requests were not answered within a minute."


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Visit]:
    """A visit in a window of its own. What the browser complains of fails the test."""
    with Answering():
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        made = Visit(context.new_page(), live_server.url)
        yield made
        context.close()
    assert not made.complaints


def dressed(context: BrowserContext, dress: str) -> Page:
    """A new page in `light`, `dark` or at the width of a `phone`."""
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if dress == "dark" else "light")
    if dress == "phone":
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return page
