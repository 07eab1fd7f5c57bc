"""Tasks: given, changed, handed on, done, undone, removed; due in everybody's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from handraise.leads.actions import merge_leads
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.talk import tasking
from handraise.talk.decide import Priority
from handraise.talk.models import Notification, Task
from handraise.talk.queries import task_lists, tasks_of_lead
from handraise.talk.reminding import remind_due
from handraise.team.models import User
from tests.personas import NOON
from tests.world import kinds, lead

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TODAY = NOON.date()


def task(text: str, by: User, *, to: User | None = None, **rest: Any) -> Task:
    return tasking.add_task(text, assignee=to or by, by=by, at=NOON, via=Via.WEB, **rest)


def told(user: User) -> list[str]:
    found = Notification.objects.filter(person=user).order_by("pk")
    return list(found.values_list("text", flat=True))


def finish(one: Task, by: User, at: datetime = NOON) -> Task:
    return tasking.finish_task(one, by=by, at=at, via=Via.WEB)


def test_lists_are_by_when_tasks_are_due(mia: User, nils: User) -> None:
    task("some time", mia)
    task("tonight", mia, due_at=NOON + 2 * HOUR)
    task("today", mia, due_on=TODAY)
    task("an hour ago", mia, due_at=NOON - HOUR)
    task("yesterday", mia, due_on=TODAY - timedelta(days=1))
    task("tomorrow", mia, due_on=TODAY + timedelta(days=1))
    task("of another", mia, to=nils)
    finish(task("done", mia), mia)

    lists = task_lists(mia, at=NOON)

    assert [one.text for one in lists.overdue] == ["yesterday", "an hour ago"]
    assert [one.text for one in lists.today] == ["today", "tonight"]
    assert [one.text for one in lists.later] == ["tomorrow", "some time"]
    assert [one.text for one in lists.done] == ["done"]


def test_a_day_begins_where_its_reader_is(mia: User) -> None:
    User.objects.filter(pk=mia.pk).update(zone="Pacific/Auckland")
    mia.refresh_from_db()
    task("tomorrow in London", mia, due_on=date(2026, 3, 5))
    task("at nine there", mia, due_at=datetime(2026, 3, 4, 20, tzinfo=UTC))

    lists = task_lists(mia, at=datetime(2026, 3, 4, 12, tzinfo=UTC))  # the 5th, 1 in the morning

    assert [one.text for one in lists.today] == ["tomorrow in London", "at nine there"]


def test_a_manager_sees_the_teams_tasks(mia: User, nils: User, sal: User, rita: User) -> None:
    for one in (mia, nils, sal):
        task(one.name, one)
    User.objects.filter(pk=mia.pk).update(is_manager=True)
    mia.refresh_from_db()

    assert [one.text for one in task_lists(mia, at=NOON, is_team=True).later] == ["Nils"]
    assert len(task_lists(rita, at=NOON, is_team=True).later) == 3


def test_who_is_given_a_task_is_told_and_so_is_who_gave_it(
    ada: Lead, mia: User, nils: User
) -> None:
    given = task("Call her", mia, to=nils, lead=ada, priority=Priority.HIGH)

    finish(given, nils)

    assert told(nils) == ["Mia gave you a task: Call her"]
    assert told(mia) == ["Nils did what you asked for: Call her"]
    assert kinds(ada)[-2:] == ["talk.task_added", "talk.task_finished"]
    assert tasks_of_lead(mia, ada) == []


def test_one_may_change_what_is_ones_own_or_what_one_gave(
    mia: User, nils: User, sal: User, rita: User, vera: User
) -> None:
    given = task("Call", mia, to=nils)

    with pytest.raises(Refused, match="This is for Nils, for Mia who gave it, or for a manager"):
        finish(given, sal)
    with pytest.raises(PermissionDenied):
        finish(given, vera)
    for one in (nils, mia, rita):
        finish(given, one)
        tasking.reopen_task(given, by=one, at=NOON, via=Via.WEB)
    given.refresh_from_db()
    assert (given.done_at, given.done_by) == (None, None)


def test_a_task_is_handed_to_a_colleague(mia: User, nils: User) -> None:
    given = task("Call", mia)

    tasking.hand_task(given, to=nils, by=mia, at=NOON, via=Via.WEB)

    assert [one.text for one in task_lists(nils, at=NOON).later] == ["Call"]
    assert told(nils) == ["Mia gave you a task: Call"]


def test_who_has_left_gets_no_task(mia: User, nils: User) -> None:
    given = task("Call", mia)
    User.objects.filter(pk=nils.pk).update(is_active=False)
    nils.refresh_from_db()

    with pytest.raises(Refused, match="Nils is no longer here"):
        task("Call", mia, to=nils)
    with pytest.raises(Refused, match="Nils is no longer here"):
        tasking.hand_task(given, to=nils, by=mia, at=NOON, via=Via.WEB)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("", {}),
        ("x" * 501, {}),
        ("a\x00b", {}),
        ("Call", {"due_on": date(9999, 12, 31)}),
        ("Call", {"due_on": date(1, 1, 1)}),
        ("Call", {"due_on": TODAY, "due_at": NOON}),
    ],
    ids=["empty", "long", "nul", "far", "ancient", "twice"],
)
def test_what_is_no_task_is_refused(mia: User, text: str, rest: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        task(text, mia, **rest)

    assert not Task.objects.exists()


def test_changes_are_counted_for_calendars(mia: User) -> None:
    given = task("Call", mia, due_on=TODAY)
    same: dict[str, Any] = {"due_at": None, "due_on": TODAY, "priority": Priority.NORMAL}
    who: dict[str, Any] = {"by": mia, "at": NOON + HOUR, "via": Via.WEB}

    unchanged = tasking.change_task(given, text="Call", **same, **who)
    changed = tasking.change_task(given, text="Write", **same, **who)

    assert (unchanged.revision, changed.revision) == (0, 1)
    assert changed.changed_at == NOON + HOUR


def test_a_removed_task_stands_nowhere(ada: Lead, mia: User) -> None:
    given = task("Call", mia, lead=ada)

    tasking.remove_task(given, by=mia, at=NOON, via=Via.WEB)
    tasking.remove_task(given, by=mia, at=NOON, via=Via.WEB)

    assert task_lists(mia, at=NOON).is_empty
    assert kinds(ada).count("talk.task_removed") == 1


def test_tasks_go_with_a_merge(ada: Lead, mia: User) -> None:
    gus = lead("Gus")
    task("Call", mia, lead=gus)

    merge_leads(ada, gus, why="Same person.", by=mia, at=NOON, via=Via.WEB)
    ada.refresh_from_db()

    assert [one.text for one in tasks_of_lead(mia, ada)] == ["Call"]


def test_one_is_told_once_that_a_task_is_due(mia: User, nils: User) -> None:
    User.objects.filter(pk=nils.pk).update(zone="America/New_York")
    nils.refresh_from_db()
    task("at one", mia, due_at=NOON + HOUR)
    task("tomorrow", mia, to=nils, due_on=date(2026, 3, 5))  # from 6:00 there, 11:00 UTC
    finish(task("done", mia, due_at=NOON + HOUR), mia)

    counts = [remind_due(at=NOON + hours * HOUR) for hours in (0, 1, 1, 22, 23, 24)]

    assert counts == [0, 1, 0, 0, 1, 0]
    assert told(mia) == ["Due: at one"]
    assert told(nils) == ["Mia gave you a task: tomorrow", "Due: tomorrow"]


def test_a_new_date_is_told_anew(mia: User) -> None:
    given = task("Call", mia, due_at=NOON)
    remind_due(at=NOON)

    tasking.change_task(
        given, text="Call", due_at=NOON + HOUR, due_on=None, priority=Priority.NORMAL,
        by=mia, at=NOON, via=Via.WEB,
    )  # fmt: skip

    assert [remind_due(at=NOON), remind_due(at=NOON + HOUR)] == [0, 1]
    assert told(mia) == ["Due: Call", "Due: Call"]
