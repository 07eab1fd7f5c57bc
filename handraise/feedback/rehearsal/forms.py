"""What is to be rehearsed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms

from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.queries import versions_visible_to
from handraise.agreement.reading import read
from handraise.deals.queries import day_of
from handraise.feedback.forms import beginning, ending
from handraise.feedback.rehearsal.actions import Asked
from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.thresholds import Threshold, thresholds
from handraise.team.models import User

USUAL = timedelta(days=182)


class RehearsalForm(forms.Form):
    """A version, a period (days of the installation's zone, both included), an engine, a bar."""

    version = forms.TypedChoiceField(label="Version", coerce=int)
    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    bar = forms.ChoiceField(
        label="Bar to move", required=False,
        help_text="The slider of the result moves this one; everything else stays.",
    )  # fmt: skip
    ripening = forms.FloatField(
        label="Days an outcome takes", required=False, min_value=0, max_value=3650,
        help_text="Left empty: as long as nine in ten outcomes of your own history took.",
    )  # fmt: skip
    engine = forms.ChoiceField(label="Engine", choices=[(one.value, one.label) for one in Name])

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {one.number: one for one in versions_visible_to(user)}
        choices = [(number, _named(one)) for number, one in self.versions.items()]
        version = self.fields["version"]
        assert isinstance(version, forms.TypedChoiceField)
        version.choices = choices
        bar = self.fields["bar"]
        assert isinstance(bar, forms.ChoiceField)
        bar.choices = bars(self.versions.get(self._asked_for()))

    def _asked_for(self) -> int:
        raw = str(self["version"].value() or "")
        newest = next(iter(self.versions), 0)
        return int(raw) if raw.isdecimal() and len(raw) < 9 else newest

    def clean_since(self) -> datetime:
        return beginning(self.cleaned_data["since"])

    def clean_until(self) -> datetime:
        return ending(self.cleaned_data["until"])

    def asked(self) -> tuple[Version, Asked]:
        """The version and the wish of a valid form."""
        given = self.cleaned_data
        wish = Asked(
            given["since"], given["until"], given["engine"], given["bar"], given["ripening"]
        )
        return self.versions[given["version"]], wish


def usual(at: datetime) -> dict[str, Any]:
    """The last half year, by DuckDB."""
    today = day_of(at)
    return {"since": today - USUAL + timedelta(days=1), "until": today, "engine": Name.DUCKDB}


def bars(version: Version | None) -> list[tuple[str, str]]:
    """The bars of a version that can be moved; none for a text that is no agreement."""
    if version is None:
        return []
    try:
        found = thresholds(read(version.text))
    except AgreementError:
        return []
    return [(one.key, _bar_words(one)) for one in found]


def _bar_words(bar: Threshold) -> str:
    if bar.place is None:
        return "a bar on priority, besides all that is written"
    said = f"{bar.words} {bar.value:g}"
    return f"{said}, besides {bar.among}" if bar.among else said


def _named(version: Version) -> str:
    state = "in force" if version.state == "published" else version.state
    return f"Version {version.number}, {state}"
