"""Several workers on real transactions: each mail leaves once."""

from __future__ import annotations

import pytest

from handraise.kit import clock
from handraise.post.actions import post_mail, take_back
from handraise.post.decide import Kind, State
from handraise.post.models import Outgoing
from handraise.post.sending import send_one
from tests.handover.test_racing import together
from tests.personas import NOON
from tests.post.conftest import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)


def write(number: int) -> Outgoing:
    to = [f"lead{number}@acme.example"]
    return post_mail(to=to, subject="Hello", text="Hi.", sender=None, about="test", at=NOON)


def empty() -> None:
    while send_one(Kind.MAIL, at=NOON):
        pass


def test_workers_at_once_send_each_mail_once(mailbox: Mailbox) -> None:
    for number in range(12):
        write(number)

    assert together(*[empty] * 4) == [None] * 4

    assert sorted(one.to[0] for one in mailbox.arrived) == sorted(
        f"lead{number}@acme.example" for number in range(12)
    )
    assert set(Outgoing.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_taken_back_and_sent_at_once_is_one_of_both(mailbox: Mailbox) -> None:
    rows = [write(number) for number in range(10)]

    back, _ = together(lambda: [take_back(row, by=None, at=clock.now()) for row in rows], empty)

    assert isinstance(back, list)
    assert len(mailbox.arrived) == back.count(False)
    for row, was_back in zip(rows, back, strict=True):
        row.refresh_from_db()
        assert row.state == (State.TAKEN_BACK if was_back else State.SENT)


def test_two_who_post_under_one_name_post_once(mailbox: Mailbox) -> None:
    def post() -> int:
        return post_mail(
            to=["a@acme.example"], subject="D", text="D", sender=None, about="d", at=NOON, once="d"
        ).pk

    first, *rest = together(*[post] * 4)

    assert rest == [first] * 3
    assert Outgoing.objects.count() == 1
