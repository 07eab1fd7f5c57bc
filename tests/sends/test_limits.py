"""Limits in words, as they are stored, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from handraise.sends.limits import (
    SHIPPED,
    Cap,
    Limits,
    as_stored,
    checked,
    from_stored,
    sentences,
)
from handraise.team.decide import Refused

TODAY = date(2026, 3, 4)
NIGHTS = {str(day): [["20:00", "08:00"]] for day in range(7)}
FULL = Limits({"": Cap(1, 3), "newsletter": Cap(month=2)}, NIGHTS, ("12-24..01-01", "2026-05-01"))


def test_what_they_mean_in_sentences() -> None:
    assert sentences(FULL) == [
        "A lead in Germany gets nothing between 20:00 and 08:00 on any day, by the clock there.",
        "Nothing leaves on 12-24 to 01-01 and 2026-05-01.",
        "Of all purposes together they get at most 1 mail in 24 hours and 3 in 7 days.",
        "For “newsletter” they get at most 2 mails in 30 days.",
    ]
    assert sentences(Limits()) == [
        "A lead in Germany may get a mail at any hour of any day.",
        "How many mails they get in all is not limited.",
    ]


def test_what_is_stored_is_read_again() -> None:
    assert from_stored(as_stored(FULL)) == FULL
    assert from_stored(as_stored(SHIPPED)) == SHIPPED
    assert as_stored(Limits({"x": Cap()}))["caps"] == {}


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits({"": Cap(day=0)}), "from 1 to 999"),
        (Limits({"": Cap(day=1000)}), "from 1 to 999"),
        (Limits({"": Cap(day=5, month=3)}), "At most 3 in 30 days is less"),
        (Limits(hours={"0": [["8", "9"]]}), "'8' is not a time of day"),
        (Limits(hours={str(day): [["00:00", "23:30"]] for day in range(7)}), "at least an hour"),
        (Limits(hours={str(day): [["00:00", "24:00"]] for day in range(7)}), "at least an hour"),
        (Limits(dates=["12-32"]), "'12-32' is not a date"),
        (Limits(dates=["07-01"] * 61), "at most 60 lines"),
        (Limits(dates=["07-01..07-22"]), "From 1 July 2026 on 22 days on end would be quiet"),
    ],
)
def test_what_makes_no_sense_is_refused(limits: Limits, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        checked(limits, today=TODAY)


def test_what_says_nothing_is_left_out() -> None:
    told: dict[str, Any] = {"0": [], "1": [["20:00", "24:00"]]}

    kept = checked(Limits({"": Cap(), "events": Cap(day=1)}, told, ("07-01",)), today=TODAY)

    assert kept == Limits({"events": Cap(day=1)}, {"1": [["20:00", "24:00"]]}, ("07-01",))
