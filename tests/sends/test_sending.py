"""What is due leaves once, over a real mail server, and what becomes of it is known."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from handraise.consent.models import Suppression
from handraise.leads.decide import Via
from handraise.messaging.actions import retire
from handraise.messaging.models import Message, MessageVersion
from handraise.post.models import TeamServer
from handraise.sends.actions import want
from handraise.sends.claiming import claim
from handraise.sends.decide import State
from handraise.sends.models import Courier, Send
from handraise.sends.queries import target
from handraise.sends.sending import send_due
from handraise.sends.ticking import Ticking
from handraise.sends.ways import ways
from handraise.team.models import Team, User
from tests.consent.conftest import give, leave
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import message, people, send, wanted
from tests.world import kinds, said

pytestmark = pytest.mark.django_db
__all__ = ["mailbox"]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def asked_too(mark: User) -> MessageVersion:
    return message(mark, "other", purpose="")


def now_(row: Send) -> Send:
    row.refresh_from_db()
    return row


def test_what_is_due_arrives_once(mailbox: Mailbox, asked: MessageVersion) -> None:
    leads = people(12)
    want(wanted(asked, leads), at=NOON)

    assert send_due(at=NOON) == 12
    assert send_due(at=NOON) == 0

    assert sorted(one.to[0] for one in mailbox.arrived) == sorted(lead.email for lead in leads)
    assert set(Send.objects.values_list("state", flat=True)) == {State.SENT}
    assert said(leads[0], "sends.sent") == [f"“The guide” was sent to {leads[0].email}."]
    assert Courier.objects.get().over_at is not None


def test_what_is_not_due_waits(mailbox: Mailbox, asked: MessageVersion) -> None:
    send(asked, *people(1), due_at=NOON + MINUTE)

    assert send_due(at=NOON) == 0
    assert send_due(at=NOON + MINUTE) == 1


@pytest.mark.parametrize("where", ["MAIL", "person-0@acme-0.example", "DATA"])
def test_a_server_that_says_later_is_asked_later(
    mailbox: Mailbox, asked: MessageVersion, where: str
) -> None:
    mailbox.says = {where: "451 Come back in a while"}
    row = send(asked, *people(1))

    send_due(at=NOON)

    assert (now_(row).state, row.attempts) == (State.WAITING, 1)
    assert MINUTE <= row.due_at - NOON < 2 * MINUTE
    assert row.why == "451 Come back in a while" or "451" in row.why
    mailbox.says = {}
    assert send_due(at=row.due_at) == 1
    assert now_(row).state == State.SENT


def test_a_line_that_heard_no_serves_the_next_round(
    mailbox: Mailbox, asked: MessageVersion, settings: Any
) -> None:
    settings.MAIL_CONNECTIONS = 1
    mailbox.says = {"DATA": "451 Later"}
    row = send(asked, *people(1))
    send_due(at=NOON)
    mailbox.says = {}

    send_due(at=now_(row).due_at)

    assert now_(row).state == State.SENT


def test_a_line_that_the_server_closed_is_opened_anew(
    mailbox: Mailbox, asked: MessageVersion, settings: Any
) -> None:
    settings.MAIL_CONNECTIONS = 1
    leads = people(2)
    mailbox.hangs_up = True
    send(asked, leads[0])
    send_due(at=NOON)
    mailbox.hangs_up = False
    row = send(asked, leads[1])

    send_due(at=NOON)

    assert (now_(row).state, row.attempts) == (State.SENT, 1)


@pytest.mark.parametrize("where", ["MAIL", "person-0@acme-0.example", "DATA"])
def test_a_server_that_says_never_is_believed(
    mailbox: Mailbox, asked: MessageVersion, where: str
) -> None:
    mailbox.says = {where: "554 5.7.1 Not wanted here"}
    leads = people(2)
    want(wanted(asked, leads), at=NOON)

    send_due(at=NOON)

    row = Send.objects.get(lead=leads[0])
    assert row.state == State.FAILED
    assert "554 5.7.1 Not wanted here" in row.why
    assert "sends.failed" in kinds(leads[0])
    assert not Suppression.objects.exists()
    if "@" in where:  # the line goes on with the next
        assert Send.objects.get(lead=leads[1]).state == State.SENT


def test_an_address_that_is_none_is_not_written_to_again(
    mailbox: Mailbox, asked: MessageVersion
) -> None:
    (lead,) = people(1)
    mailbox.says = {lead.email: "550 5.1.1 No such mailbox"}
    send(asked, lead)

    send_due(at=NOON)

    assert Suppression.objects.get().value == lead.email


def test_it_is_given_up_after_six_tries(mailbox: Mailbox, asked: MessageVersion) -> None:
    mailbox.says = {"DATA": "451 Later"}
    row = send(asked, *people(1))

    while now_(row).state == State.WAITING:
        send_due(at=row.due_at)

    assert (row.state, row.attempts) == (State.FAILED, 6)


def test_a_server_that_takes_it_and_falls_silent_leaves_it_unclear(
    mailbox: Mailbox, asked: MessageVersion
) -> None:
    mailbox.hangs_up = True
    (lead,) = people(1)
    row = send(asked, lead)

    send_due(at=NOON)

    assert now_(row).state == State.UNCLEAR
    assert "may have arrived, or not" in said(lead, "sends.unclear")[0]
    assert send_due(at=NOON + timedelta(days=1)) == 0
    assert len(mailbox.arrived) == 1


def test_a_dead_server_costs_no_tries(
    mailbox: Mailbox, asked: MessageVersion, settings: Any
) -> None:
    row, there = send(asked, *people(1)), settings.SMTP_URL
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        settings.SMTP_URL = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        assert send_due(at=NOON) == 0
    assert (now_(row).state, row.attempts) == (State.WAITING, 0)

    settings.SMTP_URL = there
    assert send_due(at=NOON) == 1


def test_without_a_server_it_waits(asked: MessageVersion, settings: Any) -> None:
    settings.SMTP_URL = ""
    row = send(asked, *people(1))

    assert send_due(at=NOON) == 0
    assert now_(row).state == State.WAITING


def test_a_skipped_send_says_why(mailbox: Mailbox, version: MessageVersion) -> None:
    (lead,) = people(1)
    row = send(version, lead)  # for a purpose, and nobody agreed

    send_due(at=NOON)

    assert now_(row).state == State.SKIPPED
    assert row.why
    assert said(lead, "sends.skipped") == [f"“The guide” was not sent: {row.why}"]
    assert mailbox.arrived == []


def test_who_leaves_while_servers_are_asked_gets_nothing(
    mailbox: Mailbox, version: MessageVersion
) -> None:
    (lead,) = people(1)
    give(lead)
    row = send(version, lead)
    leave(lead, at=NOON + MINUTE / 2)
    courier = Courier.objects.create(pk=uuid4(), boot="now", began_at=NOON, beat_at=NOON)

    claim(courier.pk, ways(), at=NOON, limit=10, clock=Ticking(NOON + MINUTE))

    assert now_(row).state == State.SKIPPED
    assert "withdrew" in row.why


def test_what_waited_for_a_week_is_not_sent_unasked(
    mailbox: Mailbox, asked: MessageVersion
) -> None:
    row = send(asked, *people(1))

    send_due(at=NOON + timedelta(days=7))

    assert now_(row).state == State.SKIPPED
    assert "a week" in row.why


def test_what_is_out_of_use_is_not_sent(
    mailbox: Mailbox, asked: MessageVersion, mark: User
) -> None:
    row = send(asked, *people(1))
    retire(asked.message, by=mark, at=NOON, via=Via.WEB)

    send_due(at=NOON)

    assert (now_(row).state, row.why) == (State.SKIPPED, "The message is out of use.")
    assert mailbox.arrived == []


def test_those_who_may_not_be_written_to_hold_nobody_up(
    mailbox: Mailbox, version: MessageVersion, asked_too: MessageVersion
) -> None:
    leads = people(52)
    want(wanted(version, leads[:51], due_at=NOON - MINUTE), at=NOON)  # nobody of them agreed
    row = send(asked_too, leads[51])

    while send_due(at=NOON, limit=10):
        pass

    assert now_(row).state == State.SENT
    assert Send.objects.filter(state=State.SKIPPED).count() == 51


def test_no_domain_gets_more_than_its_pace(
    mailbox: Mailbox, asked: MessageVersion, settings: Any
) -> None:
    settings.SENDS_PACE = "acme-0.example:2 *:100"
    want(wanted(asked, people(28)), at=NOON)  # four of each of seven domains

    send_due(at=NOON)
    send_due(at=NOON + MINUTE / 2)

    to_acme = Send.objects.filter(lead__email__endswith="@acme-0.example")
    assert to_acme.filter(state=State.SENT).count() == 2
    assert Send.objects.filter(state=State.SENT).count() == 26
    send_due(at=NOON + MINUTE)
    assert not Send.objects.exclude(state=State.SENT).exists()


def test_what_cannot_be_said_to_a_lead_fails_and_says_so(mailbox: Mailbox, mark: User) -> None:
    sheet = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ company.name }}</mj-text>"
    version = message(mark, purpose="")
    MessageVersion.objects.filter(pk=version.pk).update(
        mjml=f"{sheet}</mj-column></mj-section></mj-body></mjml>", published_at=NOON + MINUTE
    )
    row = send(version, *people(1))

    send_due(at=NOON)

    assert now_(row).state == State.FAILED
    assert row.why == "company.name is not known."


def test_a_team_with_a_server_of_its_own_sends_by_it(
    mailbox: Mailbox, asked: MessageVersion, sales_team: Team, settings: Any
) -> None:
    settings.SMTP_URL = ""
    TeamServer.objects.create(
        team=sales_team, host="127.0.0.1", port=mailbox.port, security="if_offered",
        mail_from="Sales <team@handraise.example>", changed_at=NOON,
    )  # fmt: skip
    other = message(sales_team.members.first() or asked.by, "other", purpose="", team=sales_team)
    (lead,) = people(1)
    want([*wanted(asked, [lead]), *wanted(other, [lead])], at=NOON)

    assert send_due(at=NOON) == 1
    assert send_due(at=NOON) == 0

    assert str(mailbox.one().message["From"]) == "Sales <team@handraise.example>"
    assert Courier.objects.count() == 1  # nobody sets out for what has no way


def test_an_owners_message_bears_their_name(
    mailbox: Mailbox, asked: MessageVersion, mia: User
) -> None:
    Message.objects.update(sender="owner")
    (lead,) = people(1)
    type(lead).objects.update(owner=mia)
    row = send(asked, lead)

    send_due(at=NOON)

    arrived = mailbox.one().message
    assert str(arrived["From"]) == "Mia <sales@handraise.example>"
    assert arrived["Reply-To"] == "mia@team.example"
    assert target(row, 1) == "https://handraise.example/guide"
