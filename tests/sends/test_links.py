"""Links of a send say which one they are of, and cannot be guessed or turned into another's."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handraise.sends.links import (
    LONGEST,
    Kind,
    Read,
    click_url,
    open_url,
    read,
    token,
    unsubscribe_url,
)

IDS = st.integers(min_value=1, max_value=2**63 - 1)


@given(IDS, st.sampled_from(Kind), st.integers(min_value=0, max_value=10_000))
def test_what_is_written_is_read(send_id: int, kind: Kind, place: int) -> None:
    made = token(send_id, kind, place)

    assert read(made) == Read(kind, send_id, place)
    assert len(made) <= LONGEST


@given(IDS, st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_changed_token_is_none(send_id: int, at: int, other: str) -> None:
    made = token(send_id, Kind.UNSUBSCRIBE)
    place = at % (len(made) - 1)  # the last letter has bits that say nothing
    changed = made[:place] + other + made[place + 1 :]

    assert changed == made or read(changed) is None


@given(st.text())
def test_any_text_may_be_asked_for(text: str) -> None:
    assert read(text) is None


def test_another_secret_makes_other_tokens(settings: Any) -> None:
    made = token(7, Kind.CLICK, 1)
    settings.SECRET_KEY = "another"

    assert read(made) is None


def test_links_stand_under_the_address_of_the_installation(settings: Any) -> None:
    settings.ADDRESS = "https://handraise.example"

    assert click_url(7, 2) == f"https://handraise.example/c/{token(7, Kind.CLICK, 2)}"
    assert open_url(7) == f"https://handraise.example/o/{token(7, Kind.OPEN)}.gif"
    assert unsubscribe_url(7) == f"https://handraise.example/u/{token(7, Kind.UNSUBSCRIBE)}/"
