"""A mail leaves once, in the sender's name; what becomes of it is known, or said to be unclear."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest

from handraise.post.actions import Refused, named, post_mail, send_again, take_back
from handraise.post.decide import End, Kind, Outcome, State
from handraise.post.models import Outgoing
from handraise.post.sending import (
    Result,
    claim,
    name_the_unclear,
    note,
    send_mails,
    send_one,
)
from handraise.team.models import User
from tests.personas import NOON
from tests.post.conftest import Mailbox

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def mail(sender: User | None = None, **asked: Any) -> Outgoing:
    told = {"to": ["ada@engines.example"], "subject": "Hello", "text": "Good morning.", **asked}
    return post_mail(sender=sender, about="test", at=NOON, **told)


def now_(row: Outgoing) -> Outgoing:
    row.refresh_from_db()
    return row


def test_what_was_written_arrives_in_the_senders_name(mailbox: Mailbox, mia: User) -> None:
    row = mail(mia, html="<p>Good morning.</p>", reply_to=mia.email)

    assert send_mails(at=NOON) == 1

    arrived = mailbox.one()
    assert arrived.mail_from == "sales@handraise.example"
    assert arrived.to == ["ada@engines.example"]
    assert str(arrived.message["From"]) == "Mia <sales@handraise.example>"
    assert arrived.message["Reply-To"] == "mia@team.example"
    assert arrived.message["Message-ID"] == row.message_id
    assert [part.get_content_type() for part in arrived.message.iter_parts()] == [
        "text/plain", "text/html",
    ]  # fmt: skip
    assert (now_(row).state, row.sent_at) == (State.SENT, NOON)
    assert row.sent_as == "sales@handraise.example"
    assert send_mails(at=NOON) == 0


def test_a_mail_that_is_held_waits(mailbox: Mailbox) -> None:
    mail(hold=MINUTE)

    assert send_mails(at=NOON + MINUTE / 2) == 0
    assert send_mails(at=NOON + MINUTE) == 1


def test_what_was_taken_back_never_leaves(mailbox: Mailbox, mia: User) -> None:
    row = mail(hold=MINUTE)

    assert take_back(row, by=mia, at=NOON)
    assert not take_back(row, by=mia, at=NOON)
    assert send_mails(at=NOON + MINUTE) == 0


def test_what_left_cannot_be_taken_back(mailbox: Mailbox, mia: User) -> None:
    row = mail()
    send_mails(at=NOON)

    assert not take_back(row, by=mia, at=NOON)
    assert now_(row).state == State.SENT


def test_a_mail_of_one_name_is_made_once(mailbox: Mailbox) -> None:
    first, second = mail(once="digest:7"), mail(once="digest:7")

    assert first.pk == second.pk
    assert Outgoing.objects.count() == 1


@pytest.mark.parametrize("where", ["MAIL", "ada@engines.example", "DATA"])
def test_a_server_that_says_later_is_asked_later(mailbox: Mailbox, where: str) -> None:
    mailbox.says = {where: "451 Come back in a while"}
    row = mail()

    send_mails(at=NOON)

    assert now_(row).state == State.WAITING
    assert row.due_at == NOON + MINUTE
    assert "451 Come back in a while" in row.last_error
    mailbox.says = {}
    assert send_mails(at=NOON + MINUTE) == 1
    assert now_(row).state == State.SENT


@pytest.mark.parametrize("where", ["MAIL", "ada@engines.example", "DATA"])
def test_a_server_that_says_never_is_believed(mailbox: Mailbox, where: str) -> None:
    mailbox.says = {where: "550 No such mailbox"}
    row = mail()

    send_mails(at=NOON)

    assert now_(row).state == State.FAILED
    assert "550 No such mailbox" in row.last_error
    assert mailbox.arrived == []


def test_those_who_are_taken_get_it_and_the_others_are_named(mailbox: Mailbox) -> None:
    mailbox.says = {"gone@engines.example": "550 Gone"}
    row = mail(to=["gone@engines.example", "Ada <ada@engines.example>"])

    send_mails(at=NOON)

    assert mailbox.one().to == ["ada@engines.example"]
    assert now_(row).refused == {"gone@engines.example": "550 Gone"}
    assert row.state == State.SENT


def test_nobody_listens_and_it_is_tried_six_times(mailbox: Mailbox, settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        settings.SMTP_URL = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        row, at = mail(), NOON
        waits = []
        while send_mails(at=at):
            waits.append(now_(row).due_at - at)
            at = row.due_at
    assert [wait / MINUTE for wait in waits] == [1, 5, 30, 120, 480, 0]
    assert row.state == State.FAILED
    assert "Nobody listens" in row.last_error


def test_a_server_that_says_nothing_is_left_in_time(mailbox: Mailbox, settings: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.SMTP_URL = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        row = mail()
        send_one(Kind.MAIL, at=NOON, mail_timeout=0.1)

    assert now_(row).state == State.WAITING
    assert "did not answer in time" in row.last_error


def test_who_hangs_up_after_the_text_may_have_it(mailbox: Mailbox, mia: User) -> None:
    mailbox.hangs_up = True
    row = mail()

    send_mails(at=NOON)

    assert now_(row).state == State.UNCLEAR
    assert send_mails(at=NOON + timedelta(days=1)) == 0
    mailbox.hangs_up = False
    send_again(row, by=mia, at=NOON + MINUTE)
    assert send_mails(at=NOON + MINUTE) == 1
    assert [one.message["Message-ID"] for one in mailbox.arrived] == [row.message_id] * 2
    with pytest.raises(Refused, match="Only what failed"):
        send_again(row, by=mia, at=NOON + MINUTE)


def test_a_worker_that_was_killed_leaves_it_unclear(mailbox: Mailbox) -> None:
    row = mail()
    claim(Kind.MAIL, at=NOON)  # and then it was killed

    assert name_the_unclear(at=NOON + 9 * MINUTE) == 0
    assert send_mails(at=NOON + 11 * MINUTE) == 0

    assert now_(row).state == State.UNCLEAR
    assert "may have arrived" in row.last_error
    assert mailbox.arrived == []


def test_without_a_server_mails_wait(settings: Any) -> None:
    settings.SMTP_URL = settings.MAIL_FROM = ""
    row = mail()

    assert send_mails(at=NOON + timedelta(days=3)) == 0
    assert (now_(row).state, row.attempts) == (State.WAITING, 0)


@pytest.mark.parametrize(
    "asked",
    [
        {"subject": "Hello\r\nBcc: everybody@acme.example"},
        {"subject": "Hello\nthere"},
        {"to": ["ada@engines.example\r\nBcc: mark@acme.example"]},
        {"to": ["Ada\n <ada@engines.example>"]},
        {"to": ["ada@engines.example,ben@summit.example"]},
        {"to": []},
        {"to": ["nobody"]},
        {"to": ["ada@engines.example>"]},
        {"reply_to": "mia@team.example\nX: y"},
        {"headers": {"X-One\r\nBcc": "everybody@acme.example"}},
        {"headers": {"X-One": "1\r\nBcc: everybody@acme.example"}},
        {"headers": {"Bcc": "everybody@acme.example"}},
        {"text": "NUL \x00"},
        {"text": "x" * 100_001},
        {"subject": "x" * 201},
    ],
)
def test_what_would_write_a_header_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        mail(**asked)
    assert not Outgoing.objects.exists()


def test_names_and_addresses_in_other_letters_arrive(mailbox: Mailbox, mia: User) -> None:
    mia.name = "Žofie “Zo” Nováková"
    mia.save()
    mail(mia, to=[named("Jörg, <Müller>\n", "jörg@bücher.example")], subject="Grüße – 你好")

    send_mails(at=NOON)

    arrived = mailbox.one()
    assert arrived.to == ["jörg@xn--bcher-kva.example"]
    assert arrived.message["From"].addresses[0].display_name == "Žofie “Zo” Nováková"
    assert arrived.message["To"].addresses[0].display_name == "Jörg, Müller"
    assert arrived.message["Subject"] == "Grüße – 你好"


def test_lines_that_begin_with_a_dot_arrive_whole(mailbox: Mailbox) -> None:
    mail(text="One.\n.\n..two\nRCPT TO:<x@y.z>\n")

    send_mails(at=NOON)

    body = mailbox.one().message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["One.", ".", "..two", "RCPT TO:<x@y.z>"]


def test_what_waited_for_a_week_is_not_sent_unasked(mailbox: Mailbox, settings: Any) -> None:
    row = mail()

    assert send_mails(at=NOON + timedelta(days=7)) == 0

    assert now_(row).state == State.FAILED
    assert "waited for a week" in row.last_error


def test_on_the_last_try_it_goes_to_those_who_are_taken(mailbox: Mailbox) -> None:
    mailbox.says = {"full@engines.example": "452 Mailbox full"}
    row = mail(to=["full@engines.example", "ada@engines.example"])
    send_mails(at=NOON)
    assert (now_(row).state, mailbox.arrived) == (State.WAITING, [])

    Outgoing.objects.filter(pk=row.pk).update(attempts=5)
    send_mails(at=NOON + MINUTE)

    assert mailbox.one().to == ["ada@engines.example"]
    assert now_(row).refused == {"full@engines.example": "452 Mailbox full"}


def test_a_result_that_comes_late_does_not_undo_a_second_try(mailbox: Mailbox, mia: User) -> None:
    row = mail()
    slow = claim(Kind.MAIL, at=NOON)
    assert slow is not None
    name_the_unclear(at=NOON + 11 * MINUTE)
    send_again(row, by=mia, at=NOON + 11 * MINUTE)

    note(slow, Result(Outcome(End.FAILED, "550 No")), at=NOON + 12 * MINUTE)

    assert now_(row).state == State.WAITING
