"""What templates of any step need to show notes, tasks and news in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join, urlize
from django.utils.safestring import SafeString, mark_safe

from handraise.kit import clock
from handraise.leads.models import Company, Lead
from handraise.talk import queries
from handraise.talk.forms import NewTaskForm, NoteForm
from handraise.talk.models import Note, Task
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

register = template.Library()

NEWEST = 5
TODAY = 8


@register.filter
def words_of(note: Note) -> SafeString:
    """The words of a note: escaped, with whom it mentions marked and addresses made links."""
    parts, reached = [], 0
    for one in sorted(note.mentions.all(), key=lambda one: one.start):
        end = one.start + one.length
        parts.append(_linked(note.text[reached : one.start]))
        parts.append(
            format_html(
                '<span class="mention" title="{}">{}</span>', one.person, note.text[one.start : end]
            )
        )
        reached = end
    parts.append(_linked(note.text[reached:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def _linked(text: str) -> SafeString:
    return mark_safe(urlize(text, nofollow=True, autoescape=True))  # noqa: S308  it escapes


@register.simple_tag(takes_context=True)
def notes_here(context: template.Context, about: Lead | Company) -> dict[str, Any]:
    """The newest notes on a lead or a company, and the form for one more."""
    user = context["request"].user
    found = list(queries.notes_on(user, about)[: NEWEST + 1]) if _may_have(context, "notes") else []
    return {
        "notes": found[:NEWEST],
        "has_more": len(found) > NEWEST,
        "form": NoteForm(auto_id="note_%s"),
        "may_write": may(user, Permission.EDIT_LEADS),
    }


def _may_have(context: template.Context, kind: str) -> bool:
    """Whether there may be some, as far as the page knows (`there`, of `leads.presence`)."""
    there = context.get("there")
    return there is None or kind in there


@register.simple_tag(takes_context=True)
def tasks_here(
    context: template.Context, lead: Lead, people: Sequence[User] = ()
) -> dict[str, Any]:
    """What is to be done about a lead, and the form for one more; `people`: who can sign in, where
    the page has read them."""
    user = context["request"].user
    return {
        "tasks": queries.tasks_of_lead(user, lead) if _may_have(context, "tasks") else [],
        "form": NewTaskForm(user=user, people=people, auto_id="task_%s"),
        "may_add": may(user, Permission.EDIT_LEADS),
    }


@register.simple_tag(takes_context=True)
def tasks_today(context: template.Context) -> dict[str, Any]:
    """What a person has to do today, and what they should have done."""
    lists = queries.task_lists(context["request"].user, at=clock.now())
    due = [*lists.overdue, *lists.today]
    return {
        "tasks": due[:TODAY], "count": len(due), "later": len(lists.later),
        "overdue": len(lists.overdue),
    }  # fmt: skip


@register.simple_tag(takes_context=True)
def unread(context: template.Context) -> int:
    """How many news the reader has not read."""
    user = context["request"].user
    if not isinstance(user, User):
        return 0
    # The rail and the bar of small screens both show it: counted once a page, with other counts
    # of the rail where the page has one.
    told: Callable[[], int] | None = getattr(context["request"], "unread_news", None)
    return queries.unread_count(user) if told is None else told()


@register.filter
def unread_words(count: int) -> str:
    """`3`, `99+`."""
    return f"{queries.UNREAD_CAP}+" if count > queries.UNREAD_CAP else str(count)


@register.simple_tag(takes_context=True)
def may_edit_note(context: template.Context, note: Note) -> bool:
    return queries.may_edit(context["request"].user, note, at=clock.now())


@register.simple_tag(takes_context=True)
def may_remove_note(context: template.Context, note: Note) -> bool:
    return queries.may_remove(context["request"].user, note)


@register.simple_tag(takes_context=True)
def may_change_task(context: template.Context, task: Task) -> bool:
    return queries.may_change(context["request"].user, task)


@register.simple_tag(takes_context=True)
def is_late(context: template.Context, task: Task) -> bool:
    """Whether a task should have been done by now."""
    user = context["request"].user
    return task.done_at is None and queries.is_late(task, at=clock.now(), user=user)


@register.filter
def due_words(task: Task) -> str:
    """When a task is due, in the reader's zone: `today, 14:00`, `tomorrow`, `Fri 6 Mar`."""
    if task.due_on is None and task.due_at is None:
        return ""
    when = None if task.due_at is None else timezone.localtime(task.due_at)
    day = task.due_on or (when.date() if when else None)
    assert day is not None
    away = (day - timezone.localdate(clock.now())).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    said = near.get(away) or f"{day:%a} {day.day} {day:%b}" + (
        f" {day:%Y}" if abs(away) > 300 else ""
    )
    return f"{said}, {when:%H:%M}" if when else said


@register.filter
def day_name(at: datetime) -> str:
    """The day of an instant in the reader's zone: `Today`, `Yesterday`, `Friday 6 March`."""
    day = timezone.localtime(at).date()
    away = (timezone.localdate(clock.now()) - day).days
    return {0: "Today", 1: "Yesterday"}.get(away) or f"{day:%A} {day.day} {day:%B %Y}"
