"""Revenue operations write frameworks in the browser; everybody reads them."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from handraise.leads.decide import Via
from handraise.qualification.frameworks.actions import change, write
from handraise.qualification.models import OwnFramework
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.qualification.test_frameworks import OURS

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(rita: User) -> OwnFramework:
    return write(OURS, by=rita, at=NOON, via=Via.WEB)


def send(user: User, path: str, **given: Any) -> str:
    return unescape(client_of(user).post(path, given, follow=True).content.decode())


def test_everybody_reads_what_is_asked(house: OwnFramework, vera: User) -> None:
    shown = unescape(client_of(vera).get("/frameworks/").content.decode())

    for words in ("BANT", "MEDDIC", "CHAMP", "House", "What is their story?", "(does not count)"):
        assert words in shown
    assert "Write your own" not in shown


def test_a_copy_begins_under_a_name_that_is_free(rita: User) -> None:
    shown = unescape(client_of(rita).get("/frameworks/new/?from=MEDDIC").content.decode())

    assert "name: Our MEDDIC\n" in shown
    assert "key: economic_buyer" in shown


def test_what_was_written_is_kept(rita: User) -> None:
    shown = send(rita, "/frameworks/new/", text=OURS.replace("\n", "\r\n"))

    assert "The framework House is kept." in shown
    assert OwnFramework.objects.get().text == OURS


def test_faults_are_named_and_nothing_typed_is_lost(rita: User) -> None:
    shown = send(rita, "/frameworks/new/", text=OURS.replace("30 days", "<b>a while</b>"))

    assert "1 fault in the text" in shown
    assert "line 7" in shown
    assert "What is their story?" in shown
    assert not OwnFramework.objects.exists()


def test_who_is_overtaken_keeps_what_was_typed(house: OwnFramework, rita: User) -> None:
    change(house, OURS.replace("30 days", "60 days"), by=rita, at=NOON, via=Via.WEB)

    told = send(rita, f"/frameworks/{house.pk}/", text=OURS.replace("30", "90"), revision="1")

    assert "Rita has changed this framework since you opened it." in told
    assert "90 days" in told
    assert 'name="revision" value="2"' in told


@pytest.mark.parametrize("text", ["\x00", "x" * 300_000, "", "- 1", "name: BANT"])
def test_bad_texts_are_answered_in_sentences(rita: User, text: str) -> None:
    answer = client_of(rita).post("/frameworks/new/", {"text": text})

    assert answer.status_code == 200
    assert not OwnFramework.objects.exists()


def test_one_is_removed_where_nobody_needs_it(house: OwnFramework, rita: User) -> None:
    shown = send(rita, f"/frameworks/{house.pk}/removal/")

    assert "The framework House was removed." in shown
