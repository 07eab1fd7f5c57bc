"""What nobody could know, or what failed: a person says what became of it, or has it sent again."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from handraise.leads.decide import Via
from handraise.messaging.models import MessageVersion
from handraise.post.decide import End
from handraise.sends.decide import Refused, State
from handraise.sends.logbook import Answer
from handraise.sends.models import Courier, Send
from handraise.sends.noting import ended, note
from handraise.sends.sending import send_due
from handraise.sends.settling import say_it_arrived, send_again
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import people, send
from tests.world import said

pytestmark = pytest.mark.django_db
__all__ = ["mailbox"]
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def unclear(asked: MessageVersion) -> Send:
    """Handed over by a courier that was then taken for lost."""
    (lead,) = people(1)
    row = send(asked, lead)
    row.courier = Courier.objects.create(
        pk=uuid4(), boot="x", began_at=NOON, beat_at=NOON, over_at=NOON
    )
    row.state, row.why, row.claimed_at, row.attempts = State.UNCLEAR, "It broke off.", NOON, 1
    row.address = "person-0@acme-0.example"
    row.save()
    return row


def test_what_is_said_to_have_arrived_counts_as_sent(unclear: Send, mark: User) -> None:
    say_it_arrived(unclear, by=mark, at=LATER, via=Via.WEB)

    row = Send.objects.get()
    assert (row.state, row.sent_at, row.why) == (State.SENT, NOON, "")
    assert said(row.lead, "sends.said_to_have_arrived") == ["Mark says that “The guide” arrived."]


def test_what_is_sent_again_waits_anew_and_its_old_courier_has_no_say(
    unclear: Send, mark: User
) -> None:
    courier = unclear.courier_id
    assert courier is not None

    send_again(unclear, by=mark, at=LATER, via=Via.WEB)
    late = ended(unclear, Answer(unclear.pk, End.SENT, LATER, "250 ok"))
    note(courier, [late], at=LATER)

    row = Send.objects.get()
    assert (row.state, row.due_at, row.attempts, row.why) == (State.WAITING, LATER, 0, "")
    assert row.message_id == unclear.message_id


def test_it_leaves_once_more_over_the_server(
    mailbox: Mailbox, asked: MessageVersion, mark: User
) -> None:
    mailbox.hangs_up = True
    (lead,) = people(1)
    row = send(asked, lead)
    send_due(at=NOON)
    mailbox.hangs_up = False

    send_again(row, by=mark, at=LATER, via=Via.WEB)
    send_due(at=LATER)

    assert Send.objects.get().state == State.SENT
    assert [one.to for one in mailbox.arrived] == [[lead.email]] * 2
    assert said(lead, "sends.sent_again") == ["Mark has “The guide” sent again."]


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.SENT, State.SKIPPED])
def test_what_is_not_open_to_doubt_is_left_alone(unclear: Send, mark: User, state: State) -> None:
    sent_at = NOON if state is State.SENT else None
    Send.objects.update(state=state, sent_at=sent_at)

    for deed in (say_it_arrived, send_again):
        with pytest.raises(Refused, match=f"It is {state.label} now"):
            deed(unclear, by=mark, at=LATER, via=Via.WEB)
    assert Send.objects.get().state == state


def test_what_failed_cannot_have_arrived_but_may_be_sent_again(unclear: Send, mark: User) -> None:
    Send.objects.update(state=State.FAILED)

    with pytest.raises(Refused):
        say_it_arrived(unclear, by=mark, at=LATER, via=Via.WEB)
    send_again(unclear, by=mark, at=LATER, via=Via.WEB)
    assert Send.objects.get().state == State.WAITING


def test_it_is_for_those_who_nurture(unclear: Send, mia: User) -> None:
    for deed in (say_it_arrived, send_again):
        with pytest.raises(PermissionDenied):
            deed(unclear, by=mia, at=LATER, via=Via.WEB)


def test_the_list_has_the_buttons_and_comes_back_to_where_one_was(
    unclear: Send, mark: User, vera: User
) -> None:
    address, back = reverse("send_settling", args=[unclear.pk]), "/sends/?state=unclear"
    assert address not in client_of(vera).get(back).content.decode()
    client = client_of(mark)
    assert address in client.get(back).content.decode()

    for odd, to in ((back, back), ("//evil.example/sends/", "/sends/"), ("/people/", "/sends/")):
        Send.objects.update(state=State.UNCLEAR, sent_at=None)
        answer = client.post(address, {"how": "arrived", "back": odd}, follow=False)
        assert answer.headers["Location"] == to
    assert Send.objects.get().state == State.SENT
    shown = client.post(address, {"how": "again"}, follow=True).content.decode()
    assert "It is sent now: there is nothing to settle." in shown
    assert client.post(address, {"how": "delete"}).status_code == 400
