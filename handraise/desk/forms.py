"""What people fill in. Forms check shape; actions check sense and refuse with sentences."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone

from handraise.team import actions
from handraise.team.models import User

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def zones() -> list[tuple[str, str]]:
    """Every time zone that has a place for its name."""
    return [("UTC", "UTC")] + [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    ]


class HoursField(forms.CharField):
    """Working hours of a day as people write them: `09:00-12:30, 13:30-17:00`; empty: none."""

    widget = forms.TextInput(attrs={"placeholder": "does not work"})

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).replace("–", "-").replace(" ", "")
        spans = []
        for span in filter(None, text.split(",")):
            begin, _, end = span.partition("-")
            spans.append([_clock(begin), _clock(end)])
        return spans


def _clock(text: str) -> str:
    try:
        hour, _, minute = text.partition(":")
        made = f"{int(hour):02}:{int(minute or 0):02}"
        if made != "24:00":
            datetime.strptime(made, "%H:%M")  # noqa: DTZ007  a time of day has no zone
    except ValueError:
        raise forms.ValidationError("Write spans such as 09:00-17:00, parted by commas.") from None
    return made


class ProfileForm(forms.Form):
    """One's own name and working time."""

    name = forms.CharField(max_length=120)
    zone = forms.ChoiceField(label="Time zone", choices=zones)
    away_until = forms.DateTimeField(
        required=False,
        label="Away until",
        help_text="While you are away, new leads go to your colleagues.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        kwargs["initial"] = {
            "name": user.name,
            "zone": user.zone,
            "away_until": user.away_until and timezone.localtime(user.away_until),
        } | {f"day{day}": _spans(user.hours.get(str(day), [])) for day in range(7)}
        super().__init__(*args, **kwargs)
        for day, name in enumerate(DAYS):
            self.fields[f"day{day}"] = HoursField(label=name, required=False)

    def save(self, *, by: User, at: datetime) -> None:
        """Write it. Raises Refused with a sentence."""
        given = self.cleaned_data
        hours = {str(day): given[f"day{day}"] for day in range(7)}
        actions.set_working_time(
            self.user, zone=given["zone"], hours=hours, away_until=given["away_until"], by=by, at=at
        )
        actions.rename(self.user, name=given["name"], by=by, at=at)

    def days(self) -> list[forms.BoundField]:
        """The fields of the week, for the template."""
        return [self[f"day{day}"] for day in range(7)]


def _spans(spans: list[list[str]]) -> str:
    return ", ".join("-".join(span) for span in spans)
