"""How fast a domain may be written to, and which refusals say that an address is none."""

from __future__ import annotations

import pytest

from handraise.sends.decide import Refused, domain_of, is_gone, read_paces


def test_a_pace_is_of_its_domain_or_of_every_other() -> None:
    paces = read_paces("Gmail.com:600, outlook.com=300 *:1200")

    assert paces.per_minute("gmail.com") == 600
    assert paces.per_minute("outlook.com") == 300
    assert paces.per_minute("acme.example") == 1200
    assert read_paces("gmail.com:1").per_minute("acme.example") is None
    assert read_paces("").per_minute("gmail.com") is None


@pytest.mark.parametrize("text", ["gmail.com", "gmail.com:0", "gmail.com:-1", "a b", "x:99999999"])
def test_what_is_no_pace_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no pace"):
        read_paces(text)


@pytest.mark.parametrize(
    ("words", "is_so"),
    [
        ("550 5.1.1 No such user", True), ("550 no mailbox here", True), ("553 what?", True),
        ("550 5.2.1 Disabled", True), ("550 5.7.1 Your address is listed", False),
        ("554 5.7.1 Spam", False), ("552 5.2.2 Mailbox full", False), ("554 no", False),
        ("", False),
    ],
)  # fmt: skip
def test_only_an_address_that_is_none_is_gone(words: str, is_so: bool) -> None:
    assert is_gone(words) is is_so


def test_a_domain_is_compared_folded() -> None:
    assert domain_of("Ada <ada@Engines.Example>") == "engines.example"
