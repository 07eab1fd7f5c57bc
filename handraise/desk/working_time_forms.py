"""Forms of working time: when a person, or a team, is at work."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone

from handraise.kit import public_holidays
from handraise.team import actions
from handraise.team.models import Team, User

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


class WeekForm(forms.Form):
    """When somebody is at work: zone, public holidays, and the spans of each day."""

    zone = forms.ChoiceField(label="Time zone", choices=zones)
    country = forms.ChoiceField(
        required=False,
        label="Public holidays of",
        choices=lambda: [("", "nowhere: every working day counts"), *public_holidays.countries()],
    )
    part = forms.CharField(
        max_length=30,
        required=False,
        label="Part of the country",
        help_text="Where holidays differ within it: BY for Bavaria, SCT for Scotland.",
    )

    def __init__(self, *args: Any, whose: User | Team, **kwargs: Any) -> None:
        country, _, part = whose.holidays.partition("-")
        told = {"country": country, "part": part, "zone": whose.zone}
        week = {f"day{day}": _spans(whose.hours.get(str(day), [])) for day in range(7)}
        kwargs["initial"] = {**told, **week, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        for day, name in enumerate(DAYS):
            self.fields[f"day{day}"] = HoursField(label=name, required=False)

    def week(self) -> dict[str, Any]:
        """What was filled in, as the verbs take it."""
        given = self.cleaned_data
        place = f"{given['country']}-{given['part']}" if given["part"] else given["country"]
        hours = {str(day): given[f"day{day}"] for day in range(7)}
        return {"zone": given["zone"], "hours": hours, "holidays": place}

    def days(self) -> list[forms.BoundField]:
        """The fields of the week, for the template."""
        return [self[f"day{day}"] for day in range(7)]


class ProfileForm(WeekForm):
    """One's own name and working time."""

    name = forms.CharField(max_length=120)
    away_until = forms.DateTimeField(
        required=False,
        label="Away until",
        help_text="While you are away, new leads go to your colleagues.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        away = user.away_until and timezone.localtime(user.away_until)
        kwargs["initial"] = {"name": user.name, "away_until": away}
        super().__init__(*args, whose=user, **kwargs)

    def save(self, *, by: User, at: datetime) -> None:
        """Write it. Raises Refused with a sentence."""
        away_until = self.cleaned_data["away_until"]
        actions.set_working_time(self.user, **self.week(), away_until=away_until, by=by, at=at)
        actions.rename(self.user, name=self.cleaned_data["name"], by=by, at=at)


class TeamHoursForm(WeekForm):
    """When a team is at work: the clock of leads that wait for whoever of it claims them."""

    name = forms.CharField(max_length=80)

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        self.team = team
        super().__init__(*args, whose=team, initial={"name": team.name}, **kwargs)

    def save(self, *, by: User, at: datetime) -> Team:
        """Write it. Raises Refused with a sentence."""
        name = self.cleaned_data["name"]
        return actions.edit_team(self.team, name=name, **self.week(), by=by, at=at)


def _spans(spans: list[list[str]]) -> str:
    return ", ".join("-".join(span) for span in spans)


__all__ = ["ProfileForm", "TeamHoursForm", "WeekForm", "zones"]
