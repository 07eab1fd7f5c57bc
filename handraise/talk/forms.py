"""What people fill in to talk. Forms check shape; actions check sense and refuse with sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from handraise.talk import decide
from handraise.talk.chat import looks_after
from handraise.talk.decide import LONGEST_NOTE, LONGEST_TASK, Channels, Priority
from handraise.talk.models import Task
from handraise.talk.queries import digest_hour_of, preferences_of
from handraise.team.models import Team, User
from handraise.team.queries import teams, working_people
from handraise.ui.widgets import QuickDate, QuickSelect, QuickTextarea, QuickTime

_ASKS = "What should others know? @ names somebody."
_DATE = {"type": "date"}


class NoteForm(forms.Form):
    """The words of a note."""

    text = forms.CharField(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=QuickTextarea(attrs={"rows": 3, "placeholder": _ASKS}),
    )  # fmt: skip


class TaskForm(forms.Form):
    """What is to be done, by whom and by when. A day without a time means any time that day."""

    text = forms.CharField(label="What is to be done", max_length=LONGEST_TASK)
    day = forms.DateField(
        required=False, label="Day", widget=QuickDate(attrs=_DATE, format="%Y-%m-%d")
    )  # fmt: skip
    hour = forms.TimeField(
        required=False, label="Time", widget=QuickTime(attrs={"type": "time"}, format="%H:%M")
    )  # fmt: skip
    priority = forms.ChoiceField(
        required=False,
        initial=Priority.NORMAL.value,
        widget=QuickSelect,
        choices=[(str(one.value), one.label) for one in Priority],
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("hour") is not None and given.get("day") is None and "day" not in self.errors:
            self.add_error("day", "A time needs its day.")
        return given

    def wanted(self) -> Priority:
        return Priority(int(self.cleaned_data["priority"] or Priority.NORMAL))

    def due(self) -> dict[str, datetime | date | None]:
        """`due_at` or `due_on`, as the reader's zone reads the two fields."""
        day: date | None = self.cleaned_data["day"]
        hour: time | None = self.cleaned_data["hour"]
        if day is None or hour is None:
            return {"due_on": day, "due_at": None}
        return {"due_on": None, "due_at": timezone.make_aware(datetime.combine(day, hour))}


class NewTaskForm(TaskForm):
    """A task, and for whom."""

    assignee: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label="For", queryset=None, required=False, empty_label=None, widget=QuickSelect
    )
    field_order = ("text", "assignee", "day", "hour", "priority")

    def __init__(self, *args: Any, user: User, people: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = working_people()
        assignee: Any = self.fields["assignee"]
        assignee.queryset, assignee.initial = known, user.pk
        # read once, without a cursor
        assignee.choices = [(one.pk, str(one)) for one in people or known]
        self.order_fields(self.field_order)


def of_task(task: Task) -> dict[str, Any]:
    """What the form of a task begins with."""
    when = None if task.due_at is None else timezone.localtime(task.due_at)
    return {
        "text": task.text, "priority": task.priority,
        "day": task.due_on or (when and when.date()), "hour": when and when.time(),
    }  # fmt: skip


_HOURS = [("", "never"), *((str(hour), f"{hour:02}:00") for hour in range(6, 21))]


class PreferencesForm(forms.Form):
    """For each kind of news three boxes, and the hour of the digest."""

    hour = forms.TypedChoiceField(
        label="Digest by mail at", choices=_HOURS, coerce=int, empty_value=None, required=False,
        help_text="On the days that you work, in your time zone; none when nothing is new.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        hour = digest_hour_of(user)
        super().__init__(*args, **kwargs)
        self.initial = {"hour": "" if hour is None else hour}
        self.now = preferences_of(user)

    def wished(self) -> dict[str, Channels]:
        """What was ticked."""
        return {
            kind.code: Channels(**{name: f"{kind.code}-{name}" in self.data for name in _BOXES})
            for kind in decide.kinds()
        }


_BOXES = ("in_app", "by_mail", "by_chat")


class ChatForm(forms.Form):
    """Whose chat, and the address at which it takes posts."""

    whose = forms.ChoiceField(label="Whose chat")
    url = forms.CharField(
        required=False,
        max_length=500,
        label="Address for posts",
        help_text="What Slack, Mattermost and others call an incoming webhook. Empty keeps the"
        " present one.",
        widget=forms.TextInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: list[User | Team] = [*teams(), *working_people().select_related(None)]
        self.known = {_code(one): one for one in found if looks_after(user, one)}
        self.fields["whose"].choices = [  # type: ignore[attr-defined]
            (code, f"Team {one}" if isinstance(one, Team) else str(one))
            for code, one in self.known.items()
        ]

    def clean_whose(self) -> User | Team:
        return self.known[self.cleaned_data["whose"]]


def _code(one: User | Team) -> str:
    return f"{'team' if isinstance(one, Team) else 'person'}-{one.pk}"
