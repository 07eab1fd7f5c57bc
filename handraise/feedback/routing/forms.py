"""Which leads are to come again, and how often."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from handraise.feedback.forms import EARLIEST, LATEST, start_of
from handraise.feedback.routing.actions import Asked
from handraise.feedback.routing.replaying import MOST_TIMES

USUAL_DAYS = 30


class RoutesForm(forms.Form):
    """A period (days of the installation's zone, both included), and what is supposed."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    times = forms.TypedChoiceField(
        label="As if there came", coerce=int,
        choices=[(1, "as many"), *((n, f"{n} times as many") for n in range(2, MOST_TIMES + 1))],
    )  # fmt: skip
    everybody_there = forms.BooleanField(
        label="As if nobody were away", required=False,
        help_text="Else who is away today is away throughout.",
    )  # fmt: skip

    def clean_since(self) -> datetime:
        return _start(self.cleaned_data["since"])

    def clean_until(self) -> datetime:
        return _start(self.cleaned_data["until"]) + timedelta(days=1)

    def asked(self) -> Asked:
        """The wish of a valid form."""
        given = self.cleaned_data
        return Asked(given["since"], given["until"], given["times"], given["everybody_there"])


def usual(at: datetime) -> dict[str, Any]:
    """The last 30 days, as many leads as came."""
    today = timezone.localdate(at)
    return {"since": today - timedelta(days=USUAL_DAYS - 1), "until": today, "times": 1}


def _start(day: date) -> datetime:
    if not EARLIEST <= day <= LATEST:
        raise forms.ValidationError("Choose a day of this century.")
    return start_of(day)
