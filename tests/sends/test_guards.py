"""The rules, one by one: facts in, a verdict with a sentence out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from handraise.leads.decide import Stage
from handraise.sends.guards import (
    HELD,
    RULES,
    SEND,
    Case,
    Kind,
    Moment,
    Past,
    Sent,
    verdict,
    verdicts,
)
from handraise.sends.limits import Cap, Limits
from tests.personas import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWS = Case(1, 7, "ada@engines.example", 3, "newsletter", Stage.LEAD, NOON)
ASKED = replace(NEWS, purpose="")


def sent(number: int, at: datetime, **told: Any) -> Sent:
    said = {"lead": 7, "address": NEWS.address, "message": 50 + number, "purpose": "newsletter"}
    return Sent(send=100 + number, at=at, **{**said, **told})


def word(case: Case, *past: Sent, limits: Limits | None = None) -> tuple[str, str]:
    found = verdict(case, Moment(NOON, limits or Limits(), Past.of(past)))
    return found.kind.value, found.why


def test_nothing_speaks_against_it() -> None:
    assert verdict(NEWS, Moment(NOON, Limits(), Past())) is SEND


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"is_gone": True}, "This lead was taken back with its import."),
        ({"address": ""}, "There is no e-mail address to write to."),
        ({"address": "ada@localhost"}, "There is no e-mail address to write to."),
        ({"address": "a b@x.example"}, "There is no e-mail address to write to."),
        ({"suppressed": "Mails come back."}, "Mails come back."),
        ({"is_competitor": True}, "They are a competitor."),
        ({"address": "no-reply@x.example"}, "no-reply@ is no mailbox of a person."),
    ],
)
def test_what_stops_every_mail(told: dict[str, Any], why: str) -> None:
    assert word(replace(NEWS, **told)) == ("skip", why)
    assert word(replace(ASKED, **told)) == ("skip", why)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            {"address": "info+x@x.example"},
            "info@ is a shared mailbox: nobody agrees for the others.",
        ),
        ({"unpermitted": "They never agreed."}, "They never agreed."),
        ({"stage": Stage.SALES_ACCEPTED}, "Sales is talking with this lead (SAL)."),
        ({"stage": Stage.SALES_QUALIFIED}, "Sales is talking with this lead (SQL)."),
        ({"stage": Stage.OPPORTUNITY}, "Sales is talking with this lead (Opportunity)."),
        ({"open_from": None}, "It stays quiet time there for more than 21 days."),
    ],
)
def test_what_stops_all_but_what_they_asked_for(told: dict[str, Any], why: str) -> None:
    assert word(replace(NEWS, **told)) == ("skip", why)
    assert word(replace(ASKED, **told)) == ("send", "")


@pytest.mark.parametrize("stage", [Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.NURTURE])
def test_other_stages_are_marketings(stage: Stage) -> None:
    assert word(replace(NEWS, stage=stage)) == ("send", "")


def test_a_pause_puts_off_all_that_may_leave() -> None:
    for case in (NEWS, ASKED, replace(NEWS, open_from=NOON + HOUR / 2)):
        later = verdict(replace(case, is_held=True), Moment(NOON, Limits(), Past()))
        assert (later.kind, later.why, later.until) == (Kind.LATER, HELD, NOON + HOUR)
    assert word(replace(NEWS, is_held=True, suppressed="Mails come back."))[0] == "skip"


def test_quiet_time_puts_it_off() -> None:
    later = verdict(replace(NEWS, open_from=NOON + HOUR), Moment(NOON, Limits(), Past()))

    assert (later.kind, later.until) == (Kind.LATER, NOON + HOUR)


def test_a_reason_that_stays_is_said_before_one_that_passes() -> None:
    full = Limits(caps={"": Cap(day=1)})
    quiet = replace(NEWS, open_from=NOON + HOUR)

    assert word(quiet, sent(1, NOON - HOUR), limits=full)[0] == "later"
    assert word(replace(quiet, unpermitted="No."), sent(1, NOON), limits=full) == ("skip", "No.")


def test_the_same_message_never_goes_twice() -> None:
    long_ago = NOON - 400 * DAY
    had = ("skip", "They had this very message before.")

    assert word(NEWS, sent(1, long_ago, message=3)) == had
    assert word(NEWS, sent(1, long_ago, message=3, lead=8)) == had
    assert word(NEWS, sent(1, long_ago, message=3, address="old@x.example")) == had
    assert word(NEWS, sent(1, long_ago, message=3, lead=8, address="b@x.example"))[0] == "send"


def test_what_they_ask_for_again_they_get_again_but_not_at_once() -> None:
    assert word(ASKED, sent(1, NOON - HOUR, message=3)) == ("send", "")
    assert word(ASKED, sent(1, NOON - 59 * HOUR / 60, message=3)) == (
        "skip",
        "They had this very message within the last hour.",
    )


@pytest.mark.parametrize(
    ("cap", "ago", "words"),
    [
        (Cap(day=1), DAY, "24 hours"),
        (Cap(week=1), 7 * DAY, "7 days"),
        (Cap(month=1), 30 * DAY, "30 days"),
    ],
)
def test_a_cap_counts_back_from_now(cap: Cap, ago: timedelta, words: str) -> None:
    limits, moment = Limits(caps={"": cap}), timedelta(microseconds=1)

    assert word(NEWS, sent(1, NOON - ago), limits=limits) == ("send", "")
    assert word(NEWS, sent(1, NOON - ago + moment), limits=limits) == (
        "skip",
        f"They had 1 mail in the last {words}: no more are allowed.",
    )


def test_a_cap_of_a_purpose_counts_that_purpose() -> None:
    limits = Limits(caps={"newsletter": Cap(day=2), "events": Cap(day=1)})
    events = [sent(number, NOON, purpose="events") for number in range(3)]

    assert word(NEWS, *events, sent(5, NOON), limits=limits) == ("send", "")
    assert word(NEWS, *events, sent(5, NOON), sent(6, NOON), limits=limits) == (
        "skip",
        "They had 2 mails for “newsletter” in the last 24 hours: no more are allowed.",
    )


def test_what_they_asked_for_is_not_counted() -> None:
    limits = Limits(caps={"": Cap(day=1)})

    assert word(NEWS, sent(1, NOON, purpose=""), limits=limits) == ("send", "")
    assert word(ASKED, sent(1, NOON), limits=limits) == ("send", "")


def test_a_mail_counts_once_by_lead_and_by_address() -> None:
    limits = Limits(caps={"": Cap(day=2)})

    assert word(NEWS, sent(1, NOON), limits=limits) == ("send", "")
    assert word(NEWS, sent(1, NOON), sent(2, NOON, lead=8), limits=limits)[0] == "skip"
    assert word(NEWS, sent(1, NOON), sent(2, NOON, address="x@y.example"), limits=limits)[0] == (
        "skip"
    )


def test_of_several_at_once_as_many_leave_as_caps_allow() -> None:
    cases = [replace(NEWS, send=number, message=number) for number in range(1, 6)]
    cases.insert(1, replace(cases[0], send=9))

    found = verdicts(cases, Moment(NOON, Limits(caps={"": Cap(day=2)}), Past()))

    assert {pk: one.kind.value for pk, one in found.items()} == {
        1: "send", 9: "skip", 2: "send", 3: "skip", 4: "skip", 5: "skip",
    }  # fmt: skip
    assert found[9].why == "They had this very message before."


def test_every_rule_stands_in_the_table_once() -> None:
    assert len({line.rule for line in RULES}) == len(RULES) == 13
