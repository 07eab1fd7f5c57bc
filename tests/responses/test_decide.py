"""Machine or human: each rule by itself, on requests made up for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handraise.responses.decide import Deed, Mail, Reason, Seen, Verdict, verdict
from tests.personas import NOON
from tests.responses.conftest import FIREFOX, LATER

MAIL = Mail(send=1, sent_at=NOON, links=3, lead=1, company=5)
MAILS = {1: MAIL, 2: Mail(2, NOON, 3, 2, 5), 3: Mail(3, NOON, 3, 3, 5), 4: Mail(4, NOON, 3, 4, 9)}


def seen(after: float = 0, *, send: int = 1, place: int = 1, **told: Any) -> Seen:
    """A click by Firefox two hours and some seconds after the mail left."""
    at: datetime = told.pop("at", LATER + timedelta(seconds=after))
    said = {"deed": Deed.CLICK, "origin": "desk", "agent": FIREFOX, **told}
    return Seen(id=0, send=send, place=place, at=at, **said)


def on(one: Seen, *others: Seen, mail: Mail = MAIL, believed: tuple[Reason, ...] = ()) -> Verdict:
    return verdict(
        one, mail, of_this_mail=[each for each in (one, *others) if each.send == one.send],
        from_there=[each for each in (one, *others) if each.origin == one.origin],
        mails=MAILS.__getitem__, believed=believed,
    )  # fmt: skip


def reasons(one: Seen, *others: Seen, mail: Mail = MAIL) -> list[str]:
    return on(one, *others, mail=mail).reasons


def test_a_click_hours_later_is_a_persons() -> None:
    found = on(seen())

    assert not found.is_machine
    assert found.why == "Nothing speaks for a machine."


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("", "nameless"),
        ("Barracuda Sentinel (EE)", "scanner"),
        ("Mozilla/5.0 (compatible; Mimecast)", "scanner"),
        ("python-requests/2.32", "scanner"),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com"
         " GoogleImageProxy)", "proxy"),
        ("Mozilla/5.0", "proxy"),
        ("YahooMailProxy; https://help.yahoo.com/", "proxy"),
    ],
)  # fmt: skip
def test_user_agents_that_give_a_machine_away(agent: str, reason: str) -> None:
    assert reasons(seen(agent=agent, deed=Deed.OPEN)) == [reason]


def test_a_robot_by_its_own_word() -> None:
    found = on(seen(agent="Shiny/1 (+http://shiny.example)", robot="user agent of Shiny"))

    assert (found.reasons, found.why) == (
        ["robot"],
        "By its own word a robot: user agent of Shiny.",
    )


def test_asking_for_headers_only_and_fetching_ahead() -> None:
    assert reasons(seen(is_head=True)) == ["head"]
    assert reasons(seen(is_prefetch=True)) == ["prefetch"]


@pytest.mark.parametrize(("seconds", "said"), [(-1, ["too_soon"]), (4.9, ["too_soon"]), (5, [])])
def test_nobody_reads_within_five_seconds(seconds: float, said: list[str]) -> None:
    assert reasons(seen(at=NOON + timedelta(seconds=seconds))) == said


def test_when_it_left_is_not_known_nothing_is_too_soon() -> None:
    assert reasons(seen(), mail=Mail(1, None, 3, 1)) == []


def test_all_links_within_seconds() -> None:
    clicks = [seen(after, place=place) for place, after in ((1, 0), (2, 4), (3, 10))]

    assert [reasons(one, *clicks) for one in clicks] == [["all_links"]] * 3


def test_all_links_one_after_the_other_are_a_reader() -> None:
    clicks = [seen(after, place=place) for place, after in ((1, 0), (2, 4), (3, 11))]

    assert [reasons(one, *clicks) for one in clicks] == [[]] * 3


def test_two_links_may_be_opened_by_a_quick_reader() -> None:
    short, other = Mail(1, NOON, 2, 1), seen(4, place=2)

    assert reasons(seen(), other, mail=short) == []
    assert reasons(seen(), seen(1, place=2), mail=short) == ["all_links"]
    assert reasons(seen(), mail=Mail(1, NOON, 1, 1)) == []


def test_the_link_that_nobody_sees_tells_of_what_came_with_it() -> None:
    decoy = seen(300, deed=Deed.DECOY, place=0)

    assert reasons(decoy) == ["decoy"]
    assert reasons(seen(), decoy) == ["decoy"]
    assert reasons(seen(origin="home"), decoy) == []
    assert reasons(seen(origin="home", after=295), decoy) == ["decoy"]


def test_one_address_for_several_people_of_a_company() -> None:
    second, third = seen(1.5, send=2), seen(9, send=3)

    assert reasons(seen(), second) == ["one_for_many"]
    assert reasons(seen(), seen(9, send=2)) == []
    assert reasons(seen(), seen(8, send=2), third) == ["one_for_many"]
    assert reasons(seen(), seen(1, send=4)) == [], "people of two companies"
    assert reasons(seen(), seen(1, send=2, origin="home")) == []


def test_what_is_believed_here_counts_for_nothing() -> None:
    one = seen(agent="Barracuda", at=NOON)

    assert on(one, believed=(Reason.SCANNER,)).reasons == ["too_soon"]
    assert not on(one, believed=(Reason.SCANNER, Reason.TOO_SOON)).is_machine


def test_every_reason_is_named_with_its_sentence() -> None:
    found = on(seen(agent="Barracuda", at=NOON + timedelta(seconds=1), is_head=True))

    assert found.reasons == ["head", "scanner", "too_soon"]
    assert "Its user agent names “Barracuda”." in found.why
    assert "It came 1 second after the mail left; nobody reads so fast." in found.why
