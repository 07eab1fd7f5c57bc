"""The door: address and password, a limit on tries, no sign-up."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from handraise.team.adapter import ClosedAdapter
from handraise.team.models import User
from tests.personas import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def sign_in(client: Client, password: str, path: str = "/account/login/") -> int:
    given = {"login": "mia@team.example", "password": password}
    return client.post(path, given).status_code


def test_who_signs_in_goes_where_they_wanted(client: Client, mia: User) -> None:
    answer = client.post(
        "/account/login/?next=/leads/", {"login": "MIA@team.example", "password": PASSWORD,
                                         "next": "/leads/"},
    )  # fmt: skip

    assert (answer.status_code, answer.headers["Location"]) == (302, "/leads/")


def test_nobody_is_sent_to_another_site(client: Client, mia: User) -> None:
    given = {"login": "mia@team.example", "password": PASSWORD, "next": "https://evil.example/"}

    assert client.post("/account/login/", given).headers["Location"] == "/"


def test_a_wrong_password_says_nothing_about_the_address(client: Client, mia: User) -> None:
    said = client.post("/account/login/", {"login": "mia@team.example", "password": "wrong"})
    of_nobody = client.post("/account/login/", {"login": "x@team.example", "password": "wrong"})

    error = "The email address and/or password you specified are not correct."
    assert error in said.content.decode()
    assert error in of_nobody.content.decode()


def test_after_five_wrong_tries_the_right_one_must_wait(client: Client, mia: User) -> None:
    for _ in range(5):
        assert sign_in(client, "wrong") == 200

    answer = client.post("/account/login/", {"login": "mia@team.example", "password": PASSWORD})

    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.content.decode()


def test_who_is_deactivated_stays_outside(client: Client, mia: User) -> None:
    User.objects.filter(pk=mia.pk).update(is_active=False)

    sign_in(client, PASSWORD)

    assert client.get("/leads/").status_code == 302


def test_nobody_signs_up(client: Client, mia: User) -> None:
    assert client.get("/account/signup/").headers["Location"] == "/account/login/"


def test_one_changes_ones_password(client: Client, mia: User) -> None:
    client.force_login(mia)
    new = "another horse battery"

    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = client.post("/account/password/change/", given)

    mia.refresh_from_db()
    assert answer.status_code == 302
    assert mia.check_password(new)


def test_times_are_shown_in_the_readers_zone(client: Client, mia: User) -> None:
    User.objects.filter(pk=mia.pk).update(zone="Asia/Tokyo", away_until="2030-01-01T00:00:00+00:00")
    client.force_login(mia)

    assert 'value="2030-01-01T09:00"' in client.get("/profile/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(("proxies", "counted"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_tries_are_counted_by_who_tries_not_by_what_they_say(
    proxies: int, counted: str, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    told = RequestFactory().get("/", headers={"X-Forwarded-For": "10.0.0.1, 198.51.100.7"})

    assert ClosedAdapter().get_client_ip(told) == counted
