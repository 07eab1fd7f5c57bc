"""The verdicts of whole batches, by what the database knows at this instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from handraise.consent.actions import suppress
from handraise.consent.decide import Kind as Barred
from handraise.leads.actions import create_lead, edit_company, edit_lead, merge_leads, undo_merge
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.messaging.models import MessageVersion
from handraise.sends.actions import hold, release, want
from handraise.sends.claiming import claim
from handraise.sends.decide import State, Wanted
from handraise.sends.guarding import addresses, verdicts
from handraise.sends.guards import HELD
from handraise.sends.limiting import set_limits
from handraise.sends.limits import Cap, Limits
from handraise.sends.models import Courier, Send
from handraise.sends.ways import ways
from handraise.team.models import User
from tests.consent.conftest import give, leave
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import message, people, send, wanted

__all__ = ["mailbox"]
pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHTS = {str(day): [["20:00", "08:00"]] for day in range(7)}


def word(one: Send, at: datetime = NOON) -> str:
    """The verdict of a single send: `send`, or its reason."""
    return words([one], at)[0]


def words(sends: Iterable[Send], at: datetime = NOON) -> list[str]:
    ordered = list(sends)
    with transaction.atomic():
        found = verdicts(ordered, at=at)
    return [found[one.pk].why or found[one.pk].kind.value for one in ordered]


def limited(by: User, **told: Any) -> None:
    set_limits(Limits(**told), seen=0, by=by, at=NOON, via=Via.WEB)


def went(one: Send, at: datetime, state: State = State.SENT) -> None:
    """As if it had been claimed and handed over then."""
    sent_at = at if state is State.SENT else None
    address = addresses([one.lead_id])[one.lead_id]
    Send.objects.filter(pk=one.pk).update(
        state=state, claimed_at=at, sent_at=sent_at, address=address
    )


@pytest.fixture
def ada() -> Lead:
    (lead,) = people(1)
    give(lead)
    return lead


def told(lead: Lead, **facts: Any) -> Lead:
    return edit_lead(lead, facts=facts, by=None, at=NOON, via=Via.WEB)


def test_who_agreed_is_written_to(version: MessageVersion, ada: Lead) -> None:
    assert word(send(version, ada)) == "send"


def test_consent_counts_at_the_moment_of_sending(version: MessageVersion, ada: Lead) -> None:
    made = send(version, ada)

    leave(ada, at=NOON + HOUR)

    assert word(made, NOON) == "send"
    assert word(made, NOON + HOUR) == "They withdrew consent to Newsletter."


def test_a_topic_that_was_left(version: MessageVersion, ada: Lead) -> None:
    leave(ada, topics=["guides"])

    assert word(send(version, ada, topic="guides")) == (
        "They did not choose the topic Guides and articles of Newsletter."
    )


def test_who_never_agreed_gets_what_they_asked_for(mark: User, version: MessageVersion) -> None:
    (lead,) = people(1)
    asked = message(mark, "thanks", purpose="")

    assert word(send(version, lead)) == "They never agreed to Newsletter."
    assert word(send(asked, lead)) == "send"


def test_a_suppressed_address_gets_nothing(mark: User, version: MessageVersion, ada: Lead) -> None:
    asked = send(message(mark, "thanks", purpose=""), ada)
    suppress([ada.email], kind=Barred.HAND, why="", by=mark, at=NOON, via=Via.WEB)
    why = f"{ada.email} must not be written to (since 4 March 2026)."

    assert words([send(version, ada), asked]) == [why, why]


def test_a_competitor_by_a_fact_of_the_lead_or_of_its_company(
    mark: User, version: MessageVersion, ada: Lead
) -> None:
    made = send(version, ada)
    assert ada.company is not None

    edit_company(ada.company, facts={"is_competitor": True}, by=mark, at=NOON, via=Via.WEB)
    assert word(made) == "They are a competitor."
    edit_company(ada.company, facts={"is_competitor": False}, by=mark, at=NOON + HOUR, via=Via.WEB)
    assert word(made, NOON + HOUR) == "send"
    edit_lead(ada, facts={"is_competitor": True}, by=mark, at=NOON + HOUR, via=Via.WEB)
    assert word(made, NOON + HOUR) == "They are a competitor."


def test_sales_owns_it(mark: User, version: MessageVersion, ada: Lead) -> None:
    Lead.objects.filter(pk=ada.pk).update(stage=Stage.SALES_ACCEPTED)

    assert word(send(version, ada)) == "Sales is talking with this lead (SAL)."
    assert word(send(message(mark, "thanks", purpose=""), ada)) == "send"


def test_a_merged_lead_is_the_one_it_became(rita: User, version: MessageVersion, ada: Lead) -> None:
    twin = create_lead(facts={"email": "ada@private.example"}, by=rita, at=NOON, via=Via.WEB)
    give(twin)
    made, other = send(version, twin), send(version, ada)
    went(other, NOON - DAY)

    merge = merge_leads(ada, twin, why="Same.", by=rita, at=NOON, via=Via.WEB)
    assert word(made) == "They had this very message before."
    undo_merge(merge, by=rita, at=NOON, via=Via.WEB)
    assert word(made) == "send"


@pytest.mark.parametrize("state", [State.SENT, State.SENDING, State.UNCLEAR])
def test_what_may_have_arrived_is_not_sent_again(
    mark: User, version: MessageVersion, ada: Lead, state: State
) -> None:
    went(send(version, ada), NOON - 400 * DAY, state)
    want([_again(version, ada)], at=NOON)

    assert word(Send.objects.latest("pk")) == "They had this very message before."


@pytest.mark.parametrize("state", [State.FAILED, State.SKIPPED])
def test_what_surely_did_not_arrive_may_be_sent(
    version: MessageVersion, ada: Lead, state: State
) -> None:
    went(send(version, ada), NOON - DAY, state)
    want([_again(version, ada)], at=NOON)

    assert word(Send.objects.latest("pk")) == "send"


def _again(version: MessageVersion, lead: Lead) -> Wanted:
    return replace(wanted(version, [lead])[0], once="again")


def test_another_version_of_a_message_is_the_same_message(
    mark: User, version: MessageVersion, ada: Lead
) -> None:
    went(send(version, ada), NOON - DAY)
    newer = MessageVersion.objects.create(
        message=version.message, number=2, subject="S", mjml="", at=NOON, by=mark
    )

    assert word(send(newer, ada)) == "They had this very message before."


def test_caps_count_what_went_and_what_goes_now(mark: User, ada: Lead) -> None:
    limited(mark, caps={"": Cap(day=3)})
    made = [send(message(mark, f"m{number}"), ada) for number in range(5)]
    went(made[0], NOON - HOUR)
    went(made[1], NOON - 25 * HOUR)

    assert words(made[2:]) == [
        "send", "send", "They had 3 mails in the last 24 hours: no more are allowed.",
    ]  # fmt: skip


def test_a_send_that_is_claimed_already_does_not_count_against_itself(
    mark: User, version: MessageVersion, ada: Lead
) -> None:
    limited(mark, caps={"": Cap(day=1)})
    made = send(version, ada)
    went(made, NOON, State.SENDING)

    assert word(made) == "send"


@pytest.mark.parametrize(
    ("facts", "until"),
    [
        ({"timezone": "America/New_York"}, 13),
        ({"zone": "Asia/Kolkata"}, None),
        ({"country": "Germany"}, None),
        ({"country": "Germany", "timezone": "America/New_York"}, 13),
        ({"country": "United States"}, None),
        ({}, None),
    ],
)
def test_quiet_hours_are_those_where_the_lead_is(
    mark: User, version: MessageVersion, ada: Lead, facts: dict[str, str], until: int | None
) -> None:
    limited(mark, hours=NIGHTS)
    made = send(version, told(ada, **facts))

    with transaction.atomic():
        found = verdicts([made], at=NOON)[made.pk]

    assert found.until == (None if until is None else NOON.replace(hour=until))
    assert found.kind.value == ("send" if until is None else "later")


def test_an_address_is_known_before_the_card_is_made(version: MessageVersion, ada: Lead) -> None:
    address = ada.email
    Lead.objects.filter(pk=ada.pk).update(email="")

    assert word(send(version, ada)) == "send"
    assert addresses([ada.pk]) == {ada.pk: address}


def test_one_address_of_two_leads_is_one_mailbox(
    mark: User, version: MessageVersion, ada: Lead
) -> None:
    limited(mark, caps={"": Cap(day=1)})
    twin = create_lead(facts={"name": "Ada"}, by=None, at=NOON, via=Via.WEB)
    give(twin)
    Lead.objects.filter(pk=twin.pk).update(email=ada.email.upper())
    went(send(version, ada), NOON - HOUR)
    other = message(mark, "other")

    assert words([send(version, twin), send(other, twin)]) == [
        "They had this very message before.",
        "They had 1 mail in the last 24 hours: no more are allowed.",
    ]


def test_a_batch_costs_the_same_however_large(
    mark: User, version: MessageVersion, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    limited(mark, caps={"": Cap(day=1)}, hours=NIGHTS)
    leads = people(60)
    for lead in leads[:50]:
        give(lead)
    want(wanted(version, leads), at=NOON)
    sends: Sequence[Send] = list(Send.objects.order_by("pk"))

    with transaction.atomic(), django_assert_max_num_queries(12):
        found = verdicts(sends, at=NOON)

    assert sum(one.kind.value == "send" for one in found.values()) == 50
    assert verdicts([], at=NOON) == {}


def test_what_is_held_waits_and_goes_on_at_its_release(
    mailbox: Mailbox, version: MessageVersion, ada: Lead
) -> None:
    (wish,) = wanted(version, [ada])
    want([wish], at=NOON)
    made = Send.objects.get()
    hold(made.about, at=NOON)

    courier = Courier.objects.create(pk=uuid4(), boot="now", began_at=NOON, beat_at=NOON)
    assert claim(courier.pk, ways(), at=NOON, limit=10).going == []
    made.refresh_from_db()
    assert (made.state, made.why, made.due_at) == (State.WAITING, HELD, NOON + HOUR)

    release(made.about, at=NOON + HOUR / 2)
    made.refresh_from_db()
    assert (made.why, made.due_at, word(made)) == ("", NOON + HOUR / 2, "send")


def test_a_hold_is_of_one_and_a_refusal_weighs_more(version: MessageVersion, ada: Lead) -> None:
    made = send(version, ada)
    hold("journey:9999", at=NOON)
    assert word(made) == "send"

    hold(made.about, at=NOON)
    assert word(made) == HELD
    leave(ada, at=NOON)
    assert word(made).startswith("They")
