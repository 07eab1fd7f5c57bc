"""The period and cohort that a report is about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from handraise.deals.queries import day_of
from handraise.feedback.tabular import Period
from handraise.leads.decide import PATH, Stage

USUAL_DAYS = 90
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
_ENTERED = [stage for stage in PATH if stage is not Stage.CUSTOMER]


class PeriodForm(forms.Form):
    """Days in the installation's zone, both included. Nothing given: the last 90 days."""

    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    entered = forms.ChoiceField(
        label="Who entered as",
        required=False,
        choices=[(stage.value, stage.label) for stage in _ENTERED],
    )

    def clean_since(self) -> date | None:
        return sensible(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return sensible(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            raise forms.ValidationError("The first day lies after the last.")
        return cleaned


def sensible(day: date | None) -> date | None:
    """The day, if one can reckon with it. Raises ValidationError."""
    if day is not None and not EARLIEST <= day <= LATEST:
        raise forms.ValidationError("Choose a day of this century.")
    return day


def presets(*, at: datetime) -> list[tuple[str, date]]:
    """Periods that end today, by name, with their first day."""
    today = day_of(at)
    return [(f"{days} days", today - timedelta(days=days - 1)) for days in (30, 90, 365)]


def period(form: PeriodForm, *, at: datetime) -> tuple[date, date, Stage]:
    """First day, last day and stage that were asked for; the usual where that was unclear."""
    given = form.cleaned_data if form.is_valid() else {}
    until = given.get("until") or max(day_of(at), given.get("since") or EARLIEST)
    since = given.get("since") or min(until, until - timedelta(days=USUAL_DAYS - 1))
    return since, until, Stage(given.get("entered") or Stage.LEAD)


def start_of(day: date) -> datetime:
    """The instant at which a day begins in the installation's zone: for everybody the same, so
    that nobody reads other figures for living elsewhere."""
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())


def end_of(day: date) -> datetime:
    """The instant at which a day ends: that at which the next one begins."""
    return start_of(day + timedelta(days=1))


def beginning(given: date) -> datetime:
    """The first instant of a day that a form was given. Raises ValidationError."""
    day = sensible(given)
    assert day is not None
    return start_of(day)


def ending(given: date) -> datetime:
    """The instant at which a day that a form was given is over. Raises ValidationError."""
    return end_of(day_of(beginning(given)))


def days(first: date, last: date, *, at: datetime) -> Period:
    """The period of these days, both included."""
    return Period(start_of(first), end_of(last), at)
