"""The settings of sending: shown, tried, put in force; never over another's change."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.sends.limiting import in_force, set_limits
from handraise.sends.limits import SHIPPED, Cap, Limits
from handraise.sends.models import SendingLimits
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.handover.test_racing import together
from tests.personas import NOON

pytestmark = pytest.mark.django_db
GIVEN = {
    "seen": "0", "quiet0": "20-8", "quiet1": "20:00 – 08:00", "quiet5": "all day", "quiet6": "All day",
    "dates": "12-24..01-01\n\n 2026-05-01 ", "day": "1", "week": "", "month": "",
}  # fmt: skip


@pytest.fixture
def marks(mark: User) -> Client:
    return client_of(mark)


def posted(client: Client, path: str = "/sending-limits/", **told: str) -> Any:
    given = {**GIVEN, **told}
    caps = {f"{window}0": given.pop(window) for window in ("day", "week", "month")}
    return client.post(path, {**given, **caps})


def test_it_begins_with_what_is_shipped(marks: Client) -> None:
    text = marks.get("/sending-limits/").content.decode()

    assert "A lead in Germany may get a mail at any hour of any day." in text
    assert "at most 2 mails in 24 hours, 5 in 7 days and 12 in 30 days." in text
    assert "As shipped" in text
    assert "Newsletter: mails in 24 hours" in text


def test_what_is_saved_is_in_force_and_in_the_journal(marks: Client, mark: User) -> None:
    assert posted(marks, week1="4").status_code == 302

    now = in_force()
    assert (now.number, now.limits.caps) == (1, {"": Cap(day=1), "newsletter": Cap(week=4)})
    night = [["20:00", "08:00"]]
    assert now.limits.hours == {"0": night, "1": night, "5": [["00:00", "24:00"]],
                                "6": [["00:00", "24:00"]]}  # fmt: skip
    assert now.limits.dates == ("12-24..01-01", "2026-05-01")
    line = JournalLine.objects.get(kind="sends.limited")
    assert (line.by, line.data["number"], line.data["after"]["caps"][""]["day"]) == (mark, 1, 1)
    text = marks.get("/sending-limits/").content.decode()
    assert 'value="20:00-08:00"' in text
    assert 'value="all day"' in text
    assert "Version 1" in text
    assert "by Mark" in text


def test_saving_the_same_makes_no_version(marks: Client) -> None:
    posted(marks)
    posted(marks, seen="1")

    assert SendingLimits.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"quiet0": "whenever"}, "Write spans such as 20:00-08:00"),
        ({"quiet0": "25:00-26:00"}, "Write spans such as 20:00-08:00"),
        ({"quiet0": "20:75-08:00"}, "Write spans such as 20:00-08:00"),
        ({"quiet0": "\x00"}, "Null characters are not allowed."),
        ({"dates": "Christmas"}, "&#x27;Christmas&#x27; is not a date"),
        ({"dates": "<script>"}, "&lt;script&gt;"),
        ({"dates": "12-01\n" * 400}, "at most 1800 characters"),
        ({"day": "0"}, "greater than or equal to 1"),
        ({"day": "x"}, "Enter a whole number."),
        ({"day": "7", "week": "5"}, "At most 5 in 7 days is less"),
        ({"seen": "7"}, "version 0 is in force"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(
    marks: Client, told: dict[str, str], sentence: str
) -> None:
    answer = posted(marks, **told)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in text
    assert 'value="20:00 – 08:00"' in text
    assert not SendingLimits.objects.exists()


def test_who_saves_over_another_is_told(marks: Client, rita: User) -> None:
    set_limits(Limits({"": Cap(day=5)}), seen=0, by=rita, at=NOON, via=Via.WEB)

    text = posted(marks).content.decode()

    assert "Rita changed the limits meanwhile: version 1 is in force." in text
    assert in_force().limits.caps[""] == Cap(day=5)


def test_the_preview_says_what_would_be(marks: Client) -> None:
    path = "/sending-limits/preview/"

    text = posted(marks, path).content.decode()

    assert "gets nothing between 20:00 and 08:00 on Mondays and Tuesdays; all day on" in text
    assert "they get at most 1 mail in 24 hours." in text
    assert "Write spans such as" in posted(marks, path, quiet0="x").content.decode()
    assert "is not a date" in posted(marks, path, dates="x").content.decode()
    assert not SendingLimits.objects.exists()


def test_caps_of_purposes_that_are_not_shown_stay(marks: Client, rita: User) -> None:
    kept = Limits({"": Cap(day=5), "old news": Cap(month=1)})
    set_limits(kept, seen=0, by=rita, at=NOON, via=Via.WEB)

    posted(marks, seen="1")

    assert in_force().limits.caps["old news"] == Cap(month=1)


def test_nothing_was_said_yet() -> None:
    assert in_force().limits is SHIPPED
    assert in_force().number == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(mark: User, rita: User) -> None:
    results = together(
        *(
            lambda by=by, day=day: set_limits(  # type: ignore[misc]
                Limits({"": Cap(day=day)}), seen=0, by=by, at=NOON, via=Via.WEB
            )
            for by, day in ((mark, 3), (rita, 4))
        )
    )

    assert sum(isinstance(one, Exception) for one in results) == 1
    assert SendingLimits.objects.count() == 1
    assert JournalLine.objects.filter(kind="sends.limited").count() == 1
