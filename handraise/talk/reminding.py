"""Telling people that a task of theirs is due: at its instant, or on the morning of its day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from handraise.talk import decide
from handraise.talk.actions import notify
from handraise.talk.models import Task
from handraise.talk.tasking import page_of

MORNING = 6  # the hour at which a day's tasks are called due
AT_ONCE = 200
FARTHEST_ZONE = timedelta(hours=14)  # before UTC; there a day begins first


def remind_due(*, at: datetime) -> int:
    """Tell everybody of their tasks that fell due, once each; how many. Call it again until 0.

    Two that remind at once share the work: each passes over what the other holds.
    """
    return _remind(Q(due_at__lte=at), at) + _remind(Q(due_on__lte=(at + FARTHEST_ZONE).date()), at)


@transaction.atomic
def _remind(due: Q, at: datetime) -> int:
    ripe = _ripe(due, at)
    for task in ripe:
        when = max(due_since(task), task.changed_at)
        notify(
            [task.assignee], kind="task_due", key=f"task-{task.pk}-due-{due_since(task):%FT%T}",
            said=f"Due: {task.text}", link=page_of(task), lead=task.lead, at=when,
        )  # fmt: skip
    Task.objects.filter(pk__in=[task.pk for task in ripe]).update(is_reminded=True)
    return len(ripe)


def _ripe(due: Q, at: datetime) -> list[Task]:
    """The first that are due where their person is, past those whose morning is yet to come."""
    found: list[Task] = []
    last = 0
    while len(found) < AT_ONCE:
        some = list(_waiting().filter(due, pk__gt=last).order_by("pk")[:AT_ONCE])
        found += [task for task in some if due_since(task) <= at]
        if len(some) < AT_ONCE:
            break
        last = some[-1].pk
    return found


def _waiting() -> QuerySet[Task]:
    found = Task.objects.filter(done_at=None, removed_at=None, is_reminded=False)
    held = found.select_for_update(skip_locked=True, of=("self",)).select_related(
        "assignee", "lead"
    )
    return held.order_by("due_on", "due_at", "pk")


def due_since(task: Task) -> datetime:
    """From when on a task is due: its instant, or the morning of its day where its person is."""
    if task.due_on is not None:
        return decide.day_at(task.due_on, MORNING, task.assignee.zone)
    assert task.due_at is not None
    return task.due_at
