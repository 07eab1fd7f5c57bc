"""What a killed worker had along: noted, unclear or waiting again, as its book proves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from handraise.messaging.models import MessageVersion
from handraise.post.decide import End
from handraise.sends.actions import want
from handraise.sends.claiming import claim
from handraise.sends.decide import LOST_AFTER, State
from handraise.sends.logbook import Answer, Logbook, boot
from handraise.sends.models import Courier, Send
from handraise.sends.recovering import bring_home
from handraise.sends.sending import send_due
from handraise.sends.ways import ways
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import people, wanted

pytestmark = pytest.mark.django_db
__all__ = ["mailbox"]


@pytest.fixture
def book(mailbox: Mailbox, asked: MessageVersion) -> Logbook:
    """A courier that took four sends along."""
    want(wanted(asked, people(4)), at=NOON)
    begun = Logbook.begin()
    Courier.objects.create(pk=begun.name, boot=boot(), began_at=NOON, beat_at=NOON)
    assert len(claim(begun.name, ways(), at=NOON, limit=10).going) == 4
    return begun


def states() -> list[str]:
    return list(Send.objects.order_by("pk").values_list("state", flat=True))


def killed_at_work(book: Logbook) -> None:
    """One was answered, one refused, one handed over without an answer, one not at all."""
    first, second, third, _ = Send.objects.order_by("pk").values_list("pk", flat=True)
    for pk, end in ((first, End.SENT), (second, End.FAILED)):
        book.handing(pk)
        book.answered(Answer(pk, end, NOON, "250 Taken" if end is End.SENT else "550 No"))
    book.handing(third)
    book.leave()


def test_each_becomes_what_the_book_proves(book: Logbook, shelf: Path, mailbox: Mailbox) -> None:
    killed_at_work(book)

    assert bring_home(at=NOON) == 4

    assert states() == [State.SENT, State.FAILED, State.UNCLEAR, State.WAITING]
    assert list(shelf.iterdir()) == []
    assert Send.objects.order_by("pk").last().attempts == 0  # type: ignore[union-attr]
    assert send_due(at=NOON) == 1
    assert len(mailbox.arrived) == 1


def test_the_book_of_a_living_worker_is_left_alone(book: Logbook) -> None:
    assert bring_home(at=NOON + timedelta(days=1)) == 0
    assert states() == [State.SENDING] * 4
    book.end()


def test_a_book_from_before_a_power_cut_proves_only_what_it_tells(book: Logbook) -> None:
    Courier.objects.update(boot="before")
    killed_at_work(book)

    bring_home(at=NOON)

    assert states() == [State.SENT, State.FAILED, State.UNCLEAR, State.UNCLEAR]


def test_a_book_that_a_power_cut_spoiled_holds_nobody_up(book: Logbook) -> None:
    Courier.objects.update(boot="before")
    with book.path.open("ab") as file:
        file.write(b"\0" * 40 + b"\n>[\xff]\n")
    killed_at_work(book)

    assert bring_home(at=NOON) == 4

    assert states() == [State.SENT, State.FAILED, State.UNCLEAR, State.UNCLEAR]


def test_a_courier_whose_machine_is_gone_is_not_sent_again(book: Logbook) -> None:
    book.end()  # the disk with it

    assert bring_home(at=NOON + LOST_AFTER / 2) == 0
    assert bring_home(at=NOON + LOST_AFTER) == 4
    assert states() == [State.UNCLEAR] * 4


def test_a_line_that_was_cut_off_hands_nothing_over(book: Logbook) -> None:
    first = Send.objects.order_by("pk").values_list("pk", flat=True)[0]
    with book.path.open("ab") as file:
        file.write(f">[{first}".encode())
    book.leave()

    bring_home(at=NOON)

    assert states() == [State.WAITING] * 4


def test_who_was_taken_for_dead_takes_nothing_more_along(book: Logbook) -> None:
    book.leave()
    bring_home(at=NOON)

    assert claim(book.name, ways(), at=NOON, limit=10).going == []


def test_an_orphaned_book_is_cleared_away(shelf: Path) -> None:
    Logbook.begin().leave()

    assert bring_home(at=NOON) == 0
    assert list(shelf.iterdir()) == []
