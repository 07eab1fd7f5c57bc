"""What is to be reviewed, and what is said about a finding."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms

from handraise.deals.queries import day_of
from handraise.feedback.forms import beginning, ending
from handraise.feedback.rehearsal.decide import Name, Outcome
from handraise.feedback.review.actions import Asked
from handraise.feedback.review.decide import PERIOD

_OUTCOMES = [("", "the furthest there is enough of"), *((one.value, one.label) for one in Outcome)]


class ReviewForm(forms.Form):
    """A period (days of the installation's zone, both included), an outcome, costs, an engine."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    outcome = forms.ChoiceField(label="Judged by", required=False, choices=_OUTCOMES)
    ripening = forms.FloatField(
        label="Days an outcome takes", required=False, min_value=0, max_value=3650,
        help_text="Left empty: as long as nine in ten outcomes of your own history took.",
    )  # fmt: skip
    cost_of_hour = forms.FloatField(
        label="A lead that comes to nothing costs", required=False, min_value=0, max_value=1e9,
        help_text="The time of sales, in your currency.",
    )  # fmt: skip
    cost_of_missed = forms.FloatField(
        label="A deal that is missed costs", required=False, min_value=0, max_value=1e12,
        help_text="With both, the review says which bar on the priority costs least.",
    )  # fmt: skip
    engine = forms.ChoiceField(label="Engine", choices=[(one.value, one.label) for one in Name])

    def clean_since(self) -> datetime:
        return beginning(self.cleaned_data["since"])

    def clean_until(self) -> datetime:
        return ending(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        costs = [cleaned.get("cost_of_hour"), cleaned.get("cost_of_missed")]
        if costs.count(None) == 1:
            raise forms.ValidationError("Give both costs, or neither.")
        return cleaned

    def asked(self) -> Asked:
        """The wish of a valid form."""
        given = self.cleaned_data
        outcome = Outcome(given["outcome"]) if given["outcome"] else None
        return Asked(given["since"], given["until"], outcome, given["ripening"],
                     given["cost_of_hour"], given["cost_of_missed"], given["engine"])  # fmt: skip


def usual(at: datetime) -> dict[str, Any]:
    """The last year, by DuckDB."""
    today = day_of(at)
    return {"since": today - PERIOD + timedelta(days=1), "until": today, "engine": Name.DUCKDB}


class TakingForm(forms.Form):
    """Which findings go into which draft: `number:revision`, or empty for a new one."""

    finding = forms.TypedMultipleChoiceField(coerce=int)
    draft = forms.RegexField(r"\A[0-9]{1,8}:[0-9]{1,8}\Z", required=False)

    def __init__(self, *args: Any, findings: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["finding"]
        assert isinstance(chosen, forms.TypedMultipleChoiceField)
        chosen.choices = [(place, place) for place in range(findings)]

    def draft_seen(self) -> tuple[int, int] | None:
        """The draft's number and the revision that was looked at; None for a new draft."""
        said = self.cleaned_data["draft"]
        if not said:
            return None
        number, revision = said.split(":")
        return int(number), int(revision)


class DismissalForm(forms.Form):
    """Why nothing is done about a finding."""

    finding = forms.IntegerField(min_value=0, max_value=10_000)
    why = forms.CharField(required=False, max_length=5_000)
