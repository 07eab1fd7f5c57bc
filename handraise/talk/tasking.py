"""Verbs of tasks: give one, change it, hand it on, do it, undo it, remove it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.talk import decide
from handraise.talk.actions import notify
from handraise.talk.decide import LONGEST_TASK, Priority
from handraise.talk.models import Task
from handraise.talk.queries import may_change
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

FARTHEST = timedelta(days=10 * 365 + 3)


@transaction.atomic
def add_task(
    text: str,
    *,
    assignee: User,
    by: User,
    at: datetime,
    via: Via,
    lead: Lead | None = None,
    due_at: datetime | None = None,
    due_on: date | None = None,
    priority: Priority = Priority.NORMAL,
) -> Task:
    """Give somebody, or oneself, something to do: by an instant, in the course of a day, or some
    time. Raises PermissionDenied, Refused with a sentence."""
    require(by, Permission.EDIT_LEADS)
    said = _checked(text)
    _check_due(due_at, due_on, at)
    _check_there(assignee)
    task = Task.objects.create(
        lead_id=None if lead is None else lead.canonical_id, text=said, assignee=assignee, by=by,
        at=at, due_at=due_at, due_on=due_on, priority=Priority(priority), changed_at=at,
    )  # fmt: skip
    whom = "themselves" if assignee.pk == by.pk else str(assignee)
    _line("task_added", task, f"{by} gave {whom} a task: {said}", by=by, at=at, via=via)
    _tell_assignee(task, by=by, at=at)
    return task


@transaction.atomic
def change_task(
    task: Task,
    *,
    text: str,
    due_at: datetime | None,
    due_on: date | None,
    priority: Priority,
    by: User,
    at: datetime,
    via: Via,
) -> Task:
    """Say otherwise what is to be done, or by when. Raises Refused; done ones are opened first."""
    held = _held(task, by=by)
    _check_open(held)
    said = _checked(text)
    is_moved = (held.due_at, held.due_on) != (due_at, due_on)
    if is_moved:
        _check_due(due_at, due_on, at)
    if not is_moved and (held.text, held.priority) == (said, priority):
        return held
    held.text, held.due_at, held.due_on, held.priority = said, due_at, due_on, priority
    held.is_reminded = held.is_reminded and not is_moved
    _save(held, at, "text", "due_at", "due_on", "priority", "is_reminded")
    _line("task_changed", held, f"{by} changed a task: {said}", by=by, at=at, via=via)
    return held


@transaction.atomic
def hand_task(task: Task, *, to: User, by: User, at: datetime, via: Via) -> Task:
    """Give a task to a colleague, who is told. Raises Refused."""
    held = _held(task, by=by)
    _check_open(held)
    _check_there(to)
    if held.assignee_id == to.pk:
        return held
    held.assignee, held.is_reminded = to, False
    _save(held, at, "assignee", "is_reminded")
    _line("task_handed", held, f"{by} handed {to} a task: {held.text}", by=by, at=at, via=via)
    _tell_assignee(held, by=by, at=at)
    return held


@transaction.atomic
def finish_task(task: Task, *, by: User, at: datetime, via: Via) -> Task:
    """It is done. Raises Refused when somebody else was faster; a second time changes nothing."""
    held = _held(task, by=by)
    if held.done_by is not None:
        if held.done_by_id == by.pk:
            return held
        raise Refused(f"{held.done_by} has already done this.")
    held.done_at, held.done_by = at, by
    _save(held, at, "done_at", "done_by")
    _line("task_finished", held, f"{by} did a task: {held.text}", by=by, at=at, via=via)
    if held.by_id != by.pk:
        notify(
            [held.by], kind="task_done", key=_key(held), at=at, link=page_of(held),
            lead=held.lead, said=f"{by} did what you asked for: {held.text}",
        )  # fmt: skip
    return held


@transaction.atomic
def reopen_task(task: Task, *, by: User, at: datetime, via: Via) -> Task:
    """It was not done after all. A second time changes nothing."""
    held = _held(task, by=by)
    if held.done_at is None:
        return held
    held.done_at = held.done_by = None
    _save(held, at, "done_at", "done_by")
    _line("task_reopened", held, f"{by} opened a task again: {held.text}", by=by, at=at, via=via)
    return held


@transaction.atomic
def remove_task(task: Task, *, by: User, at: datetime, via: Via) -> None:
    """It need not be done, and stands nowhere any more. A second time changes nothing."""
    held = _held(task, by=by, may_be_gone=True)
    if held.removed_at is None:
        held.removed_at = at
        _save(held, at, "removed_at")
        _line("task_removed", held, f"{by} removed a task: {held.text}", by=by, at=at, via=via)


def page_of(task: Task) -> str:
    """Where a task is seen: with its lead, else on its own page."""
    if task.lead is not None:
        return reverse("lead", args=[task.lead.canonical_id])
    return reverse("task", args=[task.pk])


def _held(task: Task, *, by: User, may_be_gone: bool = False) -> Task:
    """The task, read anew and held until the transaction ends, for who may change it."""
    require(by, Permission.EDIT_LEADS)
    # Joined to others in the same statement, a row that was waited for would come with what they
    # were before the wait.
    held = Task.objects.select_for_update().get(pk=task.pk)
    if held.removed_at is not None and not may_be_gone:
        raise Refused("This task was removed.")
    if not may_change(by, held):
        raise Refused(f"This is for {held.assignee}, for {held.by} who gave it, or for a manager.")
    return held


def _save(task: Task, at: datetime, *fields: str) -> None:
    task.changed_at, task.revision = at, task.revision + 1
    task.save(update_fields=[*fields, "changed_at", "revision"])


def _checked(text: str) -> str:
    return " ".join(decide.checked_text(text, what="task", longest=LONGEST_TASK).split())


def _check_due(due_at: datetime | None, due_on: date | None, at: datetime) -> None:
    if due_at is not None and due_on is not None:
        raise Refused("A task is due at an instant or on a day, not both.")
    day = due_on or (due_at.date() if due_at is not None else None)
    if day is not None and not (at - FARTHEST).date() <= day <= (at + FARTHEST).date():
        raise Refused("A task is due within ten years.")


def _check_there(person: User) -> None:
    if not person.is_active:
        raise Refused(f"{person} is no longer here; choose somebody else.")


def _check_open(task: Task) -> None:
    if task.removed_at is not None:
        raise Refused("This task was removed.")
    if task.done_at is not None:
        raise Refused("This is done already; open it again first.")


def _tell_assignee(task: Task, *, by: User, at: datetime) -> None:
    if task.assignee_id != by.pk:
        notify(
            [task.assignee], kind="task", key=_key(task), at=at, link=page_of(task),
            lead=task.lead, said=f"{by} gave you a task: {task.text}",
        )  # fmt: skip


def _key(task: Task) -> str:
    return f"task-{task.pk}-{task.revision}"


def _line(deed: str, task: Task, said: str, *, by: User, at: datetime, via: Via) -> None:
    journal.write(
        f"talk.{deed}", at=at, via=via, by=by, said=said, data={"task": task.pk},
        lead_id=None if task.lead is None else task.lead.canonical_id,
    )  # fmt: skip
