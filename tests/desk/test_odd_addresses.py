"""What strangers write into addresses and hidden fields: a page or a sentence, never a fault."""

from __future__ import annotations

import base64
import logging

import pytest
from django.test import Client

from handraise.leads.models import Lead
from handraise.team.models import User
from tests.desk.conftest import client_of

pytestmark = pytest.mark.django_db

DIGITS = "9" * 5000  # more than Python reads as one number

PLACES = [
    b'["a\\u0000b",1]', b'["\\ud800",1]', b"[" * 3000, b'["0001-01-01T00:00:00+23:59",1]',
    b'["9999-12-31T23:59:59-23:59",1]', b"[1e400,1]", b"[NaN,1]", b'["x",9223372036854775808]',
    b"\xff\xfe", b"[1]", b"{}",
]  # fmt: skip


@pytest.fixture
def client(rita: User) -> Client:
    return client_of(rita)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "address", ["/leads/?sort=name", "/leads/?sort=created", "/companies/?", "/journal/?"]
)
def test_a_place_that_nobody_was_given_is_the_beginning(
    address: str, place: bytes, client: Client
) -> None:
    told = base64.urlsafe_b64encode(place).decode()

    assert client.get(f"{address}&after={told}").status_code == 200
    assert client.get(f"{address}&before={told}").status_code == 200


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "%00", "[", "²"]
)
def test_an_instant_beyond_the_calendar_is_now(at: str, client: Client, ada: Lead) -> None:
    assert client.get(f"/lead/{ada.pk}/?at={at.replace('+', '%2B')}").status_code == 200


@pytest.mark.parametrize("number", [DIGITS, "9" * 18 + "x", "²", "-1", "\x00"])
def test_a_number_that_is_none_names_nothing(number: str, client: Client, ada: Lead) -> None:
    queue = client.get("/inbox/queue/", {"chosen": number})
    owned = client.post(f"/lead/{ada.pk}/owner/", {"owner": number})
    merged = client.post(f"/lead/{ada.pk}/merges/", {"merged": number})
    replayed = client.post("/imports/drops/replays/", {"drop": number})

    answers = [queue, owned, merged, replayed]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 302]


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-14:00", "2999-01-01T00:00"])
def test_nobody_is_away_for_ever(end: str, client: Client, rita: User) -> None:
    given = {"name": "Rita", "zone": "America/Los_Angeles", "away_until": end}

    page = client.post("/profile/", given).content.decode()

    assert "An absence ends within five years" in page
    rita.refresh_from_db()  # a year of five digits could not be read again, by nobody
    assert rita.away_until is None


def test_nothing_was_done_before_there_were_years(client: Client, ada: Lead) -> None:
    given = {"name": "Called", "occurred_at": "0001-01-01T00:00:00+14:00"}

    page = client.post(f"/lead/{ada.pk}/activities/", given, follow=True).content.decode()

    assert "before the year 1900" in page


def test_a_tag_with_a_nul_is_refused(client: Client, ada: Lead) -> None:
    page = client.post(f"/lead/{ada.pk}/tags/", {"add": "a\x00b"}, follow=True).content.decode()

    assert "A tag cannot contain the NUL character." in page


def test_a_hundred_tags_are_enough(client: Client, ada: Lead) -> None:
    many = ",".join(f"tag {number}" for number in range(101))

    page = client.post(f"/lead/{ada.pk}/tags/", {"add": many}, follow=True).content.decode()

    assert "A lead has at most 100 tags." in page


def test_no_cache_takes_a_part_for_its_page(client: Client) -> None:
    answer = client.get("/leads/")

    assert "HX-Request" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_fault_of_a_page_is_told_to_who_runs_it() -> None:
    log = logging.getLogger("django.request")

    assert any(type(handler) is logging.StreamHandler for handler in log.handlers)
