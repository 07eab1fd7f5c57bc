"""The frame around every page."""

from __future__ import annotations

import pytest
from django.test import Client

from handraise.team.models import User


def test_it_tells_a_fresh_installation_how_to_begin(db: None, client: Client) -> None:
    answer = client.get("/")

    assert "handraise user add" in answer.content.decode()


def test_it_sends_strangers_to_the_sign_in(client: Client, mia: User) -> None:
    assert client.get("/", follow=True).redirect_chain[0][0].startswith("/account/login/")
    assert client.get("/profile/", follow=True).redirect_chain[0][0].startswith("/account/login/")


def test_it_shows_each_role_only_its_places(client: Client, mia: User, rita: User) -> None:
    client.force_login(mia)
    page = client.get("/").content.decode()
    assert "Sales development" in page

    assert "/people/" not in page


@pytest.mark.parametrize("path", ["/nowhere/"])
def test_it_answers_404_in_the_look(client: Client, mia: User, path: str) -> None:
    client.force_login(mia)

    answer = client.get(path)

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
