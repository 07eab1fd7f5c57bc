"""Links lead to what was sent, pictures come, and each request is written down."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from handraise.responses.decide import Deed
from handraise.responses.models import Hit
from handraise.responses.noting import MOST_AN_HOUR, origin_of
from handraise.sends.links import Kind, token
from handraise.sends.models import Links, Send
from tests.personas import DAY, NOON
from tests.responses.conftest import FIREFOX

pytestmark = pytest.mark.django_db


def click(of: Send, place: int = 1) -> str:
    return f"/c/{token(of.pk, Kind.CLICK, place)}"


def test_a_link_leads_to_what_was_sent_and_is_written_down(mail: Send, stranger: Client) -> None:
    answer = stranger.get(click(mail, 2), REMOTE_ADDR="203.0.113.7")

    assert (answer.status_code, answer["Location"]) == (302, "https://handraise.example/2")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    found = Hit.objects.get()
    assert (found.send, found.deed, found.place) == (mail, "click", 2)
    assert (found.agent, found.is_head, found.judged_at) == (FIREFOX, False, None)


def test_the_address_is_not_kept_and_its_hash_is_of_one_day(mail: Send, stranger: Client) -> None:
    for _ in range(2):
        stranger.get(click(mail), REMOTE_ADDR="203.0.113.7")
    stranger.get(click(mail), REMOTE_ADDR="203.0.113.8")

    origins = list(Hit.objects.order_by("pk").values_list("origin", flat=True))
    assert origins[0] == origins[1] != origins[2]
    assert "203" not in origins[0]
    assert origin_of("203.0.113.7", at=NOON) != origin_of("203.0.113.7", at=NOON + DAY)


def test_behind_a_proxy_the_address_is_the_clients(
    mail: Send, stranger: Client, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for forged in ("", "198.51.100.1, "):
        stranger.get(click(mail), headers={"x-forwarded-for": f"{forged}203.0.113.7"})
    stranger.get(click(mail), headers={"x-forwarded-for": "203.0.113.9"})

    origins = list(Hit.objects.order_by("pk").values_list("origin", flat=True))
    assert origins[0] == origins[1] != origins[2]


def test_asking_for_headers_is_told_apart(mail: Send, stranger: Client) -> None:
    answer = stranger.head(click(mail))

    assert answer.status_code == 302
    assert Hit.objects.get().is_head


def test_fetching_ahead_is_told_apart(mail: Send, stranger: Client) -> None:
    stranger.get(click(mail), headers={"sec-purpose": "prefetch;prerender"})

    assert Hit.objects.get().is_prefetch


def test_the_picture_comes_and_the_opening_is_written_down(mail: Send, stranger: Client) -> None:
    answer = stranger.get(f"/o/{token(mail.pk, Kind.OPEN)}.gif")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    assert (Hit.objects.get().deed, Hit.objects.get().send) == (Deed.OPEN, mail)


def test_the_link_that_nobody_sees_leads_nowhere(mail: Send, stranger: Client) -> None:
    answer = stranger.get(click(mail, 0))

    assert (answer.status_code, Hit.objects.get().deed) == (404, "decoy")


@pytest.mark.parametrize(
    "given",
    ["x", "a" * 5000, "%00", "..%2f..%2fadmin", "c" * 60, "ünder", "%F0%9F%92%A9", "=" * 40,
     "https:%2F%2Fevil.example"],
)  # fmt: skip
def test_a_hostile_token_gets_a_friendly_page_and_leaves_nothing(
    given: str, stranger: Client, db: None
) -> None:
    answer = stranger.get(f"/c/{given}")

    assert answer.status_code == 404
    assert "Location" not in answer
    assert stranger.get(f"/o/{given}.gif").status_code in {200, 404}
    assert not Hit.objects.exists()


def test_tokens_of_another_kind_place_or_send_lead_nowhere(mail: Send, stranger: Client) -> None:
    unsubscribing = token(mail.pk, Kind.UNSUBSCRIBE)
    addresses = [f"/c/{unsubscribing}", click(mail, 99), f"/c/{token(mail.pk + 9, Kind.CLICK, 1)}"]

    pages = [stranger.get(one) for one in addresses]
    stranger.get(f"/o/{token(mail.pk + 9, Kind.OPEN)}.gif")

    assert [page.status_code for page in pages] == [404] * 3
    assert "This link leads nowhere" in pages[1].content.decode()
    assert not Hit.objects.exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", ""])
def test_only_web_addresses_are_led_to(mail: Send, stranger: Client, url: str) -> None:
    Links.objects.update(urls={"1": url})

    assert stranger.get(click(mail)).status_code == 404


def test_a_stored_address_cannot_write_headers(mail: Send, stranger: Client) -> None:
    Links.objects.update(urls={"1": "https://a.example/é b\r\nSet-Cookie: x=1"})

    assert stranger.get(click(mail))["Location"] == "https://a.example/%C3%A9bSet-Cookie:x=1"


def test_a_link_that_is_asked_for_again_and_again_does_not_fill_the_disk(
    mail: Send, stranger: Client
) -> None:
    codes = {stranger.get(click(mail)).status_code for _ in range(MOST_AN_HOUR + 5)}
    stranger.get(click(mail, 2))

    assert codes == {302}
    assert Hit.objects.filter(place=1).count() == MOST_AN_HOUR
    assert Hit.objects.filter(place=2).count() == 1


def test_only_reading_is_answered(mail: Send, stranger: Client) -> None:
    assert stranger.post(click(mail)).status_code == 405
    assert not Hit.objects.exists()


def test_odd_user_agents_are_kept_short_and_harmless(mail: Send, stranger: Client) -> None:
    stranger.get(click(mail), headers={"user-agent": "A\x00" + "x" * 9000 + "<script>"})

    assert Hit.objects.get().agent == "A" + "x" * 511
