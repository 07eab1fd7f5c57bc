"""Several workers on real transactions: each mail leaves once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Activity
from handraise.post.actions import post_mail, take_back
from handraise.post.decide import Kind, MissedBy, Refused, Standing, State
from handraise.post.letters import tell_of_letters, write_letter
from handraise.post.meetings import Conflict, Plan, book_meeting, note_held, note_missed
from handraise.post.models import Meeting, Outgoing
from handraise.post.sending import send_one
from handraise.team.models import User
from tests.handover.test_racing import together
from tests.personas import NOON
from tests.post.conftest import Mailbox
from tests.world import lead

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


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


def test_of_two_who_answer_for_a_meeting_one_wins(mia: User) -> None:
    ada = lead("Ada")
    plan = Plan("Demo", (NOON + DAY).replace(tzinfo=None), 30, "UTC")
    meeting = book_meeting(ada, plan, by=mia, at=NOON, via=Via.WEB)
    after = NOON + 2 * DAY

    results = together(
        lambda: note_held(meeting, by=mia, at=after, via=Via.WEB),
        lambda: note_missed(meeting, missed_by=MissedBy.THEM, by=mia, at=after, via=Via.WEB),
    )

    assert sum(isinstance(one, Refused) for one in results) == 1
    meeting.refresh_from_db()
    was_held = meeting.standing == Standing.HELD
    assert Activity.objects.filter(name="Met").count() == was_held


def test_of_two_who_book_at_once_the_second_hears_of_the_first(mia: User) -> None:
    leads = [lead("Ada"), lead("Ben")]
    plan = Plan("Demo", (NOON + DAY).replace(tzinfo=None), 30, "UTC")

    results = together(
        *(lambda one=one: book_meeting(one, plan, by=mia, at=NOON, via=Via.WEB) for one in leads)
    )

    assert sum(isinstance(one, Conflict) for one in results) == 1
    assert Meeting.objects.count() == 1


def test_workers_at_once_tell_of_a_letter_once(mailbox: Mailbox, mia: User) -> None:
    write_letter(lead("Ada"), subject="Hi", text="Hi", by=mia, at=NOON, via=Via.WEB)
    send_one(Kind.MAIL, at=NOON + DAY)

    together(*[lambda: tell_of_letters(at=NOON + DAY)] * 4)

    assert Activity.objects.filter(name="Wrote").count() == 1
