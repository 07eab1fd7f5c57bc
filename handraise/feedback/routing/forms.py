"""Which leads are to come again, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms

from handraise.deals.queries import day_of
from handraise.feedback.forms import beginning, ending
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
        return beginning(self.cleaned_data["since"])

    def clean_until(self) -> datetime:
        return ending(self.cleaned_data["until"])

    def asked(self) -> Asked:
        """The wish of a valid form."""
        given = self.cleaned_data
        return Asked(given["since"], given["until"], given["times"], given["everybody_there"])


def usual(at: datetime) -> dict[str, Any]:
    """The last 30 days, as many leads as came."""
    today = day_of(at)
    return {"since": today - timedelta(days=USUAL_DAYS - 1), "until": today, "times": 1}
