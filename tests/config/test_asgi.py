"""Nobody waits for an agreement to be compiled: neither for the first nor for the one after."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from django.db import connection

from config.asgi import Preparing
from handraise.team.models import User
from tests.world import AGREEMENT, in_force

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_in_force_is_compiled_and_what_follows_it_too(
    mark: User, mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    monkeypatch.setattr("config.asgi.prepare", lambda document: compiled.append(document.name))
    preparing = Preparing()

    preparing.prepare()
    in_force(mark, mia)
    preparing.prepare()
    preparing.prepare()
    in_force(mark, mia, AGREEMENT.replace("name: Small agreement", "name: The next one"))
    preparing.prepare()

    assert compiled == ["Small agreement", "The next one"]


def test_without_a_database_it_goes_on_and_ends_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.asgi.LOOKS", 0.01)
    looked = Event()

    def away() -> None:
        looked.set()
        connection.cursor().execute("SELECT FROM nowhere")

    monkeypatch.setattr("config.asgi.published", away)
    stop = Event()
    thread = Thread(target=Preparing().go_on, args=(stop,))
    thread.start()
    assert looked.wait(10)
    looked.clear()
    assert looked.wait(10)
    stop.set()
    thread.join(10)

    assert not thread.is_alive()
