"""Two people at the same task, two that remind: on real transactions."""

from __future__ import annotations

import pytest

from handraise.leads.decide import Refused, Via
from handraise.talk.actions import notify
from handraise.talk.models import Notification, Task
from handraise.talk.reminding import remind_due
from handraise.talk.tasking import add_task, finish_task
from handraise.team.models import User
from tests.handover.test_racing import together
from tests.personas import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_do_a_task_at_once_one_did_it(mia: User, nils: User) -> None:
    given = add_task("Call", assignee=nils, by=mia, at=NOON, via=Via.WEB)

    results = together(
        lambda: finish_task(given, by=mia, at=NOON, via=Via.WEB),
        lambda: finish_task(given, by=nils, at=NOON, via=Via.WEB),
    )

    refused = [one for one in results if isinstance(one, Refused)]
    done_by = Task.objects.get().done_by
    assert [str(one) for one in refused] == [f"{done_by} has already done this."]


def test_workers_that_remind_at_once_remind_once(mia: User) -> None:
    for number in range(20):
        add_task(f"Call {number}", assignee=mia, by=mia, at=NOON, via=Via.WEB, due_at=NOON)

    counts = together(*(lambda: remind_due(at=NOON) for _ in range(3)))

    assert not [one for one in counts if isinstance(one, Exception)]
    assert Notification.objects.filter(kind="task_due").count() == 20


def test_the_same_thing_told_at_once_is_told_once(mia: User, nils: User) -> None:
    def tell() -> list[int]:
        return notify([mia, nils], kind="x", said="It rains.", link="/", key="rain", at=NOON)

    told = together(*(tell for _ in range(4)))

    assert sorted(len(one) for one in told if isinstance(one, list)) == [0, 0, 0, 2]
    assert Notification.objects.count() == 2
