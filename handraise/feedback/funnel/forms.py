"""What a funnel is asked for: a period, a cohort, how it is judged, by what it is parted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from handraise.deals.queries import day_of
from handraise.feedback.dimensions import DIMENSIONS, UNKNOWN, dimension
from handraise.feedback.forms import PeriodForm, end_of, period, sensible, start_of
from handraise.feedback.funnel.comparing import holds_same_people
from handraise.feedback.funnel.decide import Cohort, Judged, Part, Who, part_name
from handraise.leads.decide import PATH, Stage

LONGEST = 2000  # letters of a value
_JUDGED = [(Judged.NOW, "everybody, as they stand now"), (Judged.RIPE, "only who had time")]
_DIMENSIONS = [(one.code, one.name) for one in DIMENSIONS]
_STAGES = [(stage.value, stage.label) for stage in PATH]


class CohortForm(PeriodForm):
    """A cohort: the period and stage, how it is judged, and a value that all of it have."""

    judged = forms.ChoiceField(label="Judged", required=False, choices=_JUDGED)
    by = forms.ChoiceField(label="Parted by", required=False, choices=_DIMENSIONS)
    only = forms.ChoiceField(
        label="Only", required=False, choices=[("", "everybody"), *_DIMENSIONS]
    )
    value = forms.CharField(required=False, max_length=LONGEST, strip=False)
    of = forms.CharField(required=False)  # the dimension whose values the page offered

    def clean_value(self) -> str:
        return _sensible(self.cleaned_data["value"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("of") and cleaned["of"] != cleaned.get("only"):
            return {**cleaned, "value": "", "value2": ""}
        return cleaned

    def cohort(self, *, at: datetime) -> Cohort:
        """What was asked for; the usual where that was unclear."""
        since, until, entered = period(self, at=at)
        given = self.cleaned_data if self.is_valid() else {}
        only, value = _only(given.get("only", ""), given.get("value", ""))
        judged = Judged(given.get("judged") or Judged.NOW)
        return Cohort(start_of(since), end_of(until), entered, judged, only, value)

    @property
    def dimension(self) -> str:
        """By what it is parted."""
        given: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return given.get("by") or DIMENSIONS[0].code


class FigureForm(CohortForm):
    """One figure of a cohort: whom it counts, from which stage to which, in which part."""

    who = forms.ChoiceField(required=False, choices=[(one.value, one.value) for one in Who])
    before = forms.ChoiceField(required=False, choices=_STAGES)
    after = forms.ChoiceField(required=False, choices=_STAGES)
    part = forms.CharField(required=False, max_length=LONGEST, strip=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        path = PATH[PATH.index(Stage(cleaned.get("entered") or Stage.LEAD)) :]
        before = cleaned.get("before") or path[0]
        after = cleaned.get("after") or path[-1]
        if before not in path or after not in path or PATH.index(before) > PATH.index(after):
            raise forms.ValidationError("There is no such step.")
        return {**cleaned, "before": Stage(before), "after": Stage(after)}


class CompareForm(CohortForm):
    """Two cohorts of one stage, judged alike: two periods, or two values of a dimension."""

    since2 = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until2 = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    value2 = forms.CharField(required=False, max_length=LONGEST, strip=False)

    def clean_since2(self) -> date | None:
        return sensible(self.cleaned_data["since2"])

    def clean_until2(self) -> date | None:
        return sensible(self.cleaned_data["until2"])

    def clean_value2(self) -> str:
        return _sensible(self.cleaned_data["value2"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("since2"), cleaned.get("until2")
        if since and until and since > until:
            raise forms.ValidationError("The first day of the second lies after its last.")
        if cleaned.get("only") and not (cleaned.get("value") and cleaned.get("value2")):
            raise forms.ValidationError("Choose a value for each of the two.")
        return cleaned

    def cohorts(self, *, at: datetime) -> tuple[Cohort, Cohort]:
        """Both; the second, where no days are given: of the same days for two values, else of as
        many days just before."""
        first = self.cohort(at=at)
        given: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        only, value = _only(given.get("only", ""), given.get("value2", ""))
        since, until = given.get("since2"), given.get("until2")
        begin, end = _second(first, since, until, are_values=bool(only))
        return first, Cohort(begin, end, first.entered, first.judged, only, value)

    def doubt(self, first: Cohort, second: Cohort) -> str:
        """Why the two cannot be compared, in a sentence; empty if they can."""
        if not holds_same_people(first, second):
            return ""
        return "Somebody may be in both: choose days that do not overlap, or two different values."


def _second(
    first: Cohort, since: date | None, until: date | None, *, are_values: bool
) -> tuple[datetime, datetime]:
    length = first.until - first.since
    if until is not None:
        end = end_of(until)
        return (start_of(since) if since else end - length), end
    if since is not None:
        return start_of(since), start_of(since) + length
    return (first.since, first.until) if are_values else (first.since - length, first.since)


def named(cohort: Cohort, *, with_days: bool = True) -> str:
    """What a cohort is called where two stand side by side."""
    found = dimension(cohort.only)
    value = part_name(cohort.value, UNKNOWN) if cohort.value else ""
    parts = [f"{found.name} {value}"] if found is not None and value else []
    if with_days or not parts:
        last = cohort.until - timedelta(seconds=1)
        parts.append(f"{_day(cohort.since)} to {_day(last)}")
    return ", ".join(parts)


def _day(at: datetime) -> str:
    return day_of(at).strftime("%-d %b %Y")


def _only(only: str, value: str) -> tuple[str, str]:
    return (only, value) if only and value else ("", Part.ALL)


def _sensible(value: str) -> str:
    """A value of a dimension as it stands in an address: `=value`, or `unknown`."""
    if value and value != Part.UNKNOWN and not value.startswith("="):
        raise forms.ValidationError("There is no such value.")
    return value
