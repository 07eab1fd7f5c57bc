"""What people fill in to limit sending."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from handraise.consent.models import Purpose
from handraise.leads.decide import Via
from handraise.sends.limiting import InForce, set_limits
from handraise.sends.limits import ALL, MOST, WINDOWS, Cap, Limits
from handraise.sends.quiet import DAYS, MOST_DATES
from handraise.team.models import User

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_ALL_DAY = [["00:00", "24:00"]]
_LONGEST = 200  # characters of the spans of a day


class QuietField(forms.CharField):
    """The quiet spans of a day as people write them: `20:00-08:00`, `all day`; empty: none."""

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).lower().replace("–", "-")
        if text.strip() == "all day":
            return _ALL_DAY
        parts = [part.strip() for part in text.split(",")]
        return [[_clock(end) for end in _ends(part)] for part in parts if part]


def _ends(span: str) -> tuple[str, str]:
    begin, _, end = span.partition("-")
    return begin.strip(), end.strip()


def _clock(text: str) -> str:
    found = _TIME.fullmatch(text)
    made = f"{int(found[1]):02}:{found[2] or '00'}" if found else ""
    if not made or made > "24:00" or made[3:] > "59":
        raise forms.ValidationError("Write spans such as 20:00-08:00, parted by commas.")
    return made


@dataclass(frozen=True, slots=True)
class CapRow:
    """The caps of one purpose, for the template: its name, and a field for each window."""

    name: str
    fields: list[forms.BoundField]


class LimitsForm(forms.Form):
    """All limits at once. `seen` is the version that was shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    dates = forms.CharField(
        required=False,
        strip=True,
        max_length=MOST_DATES * 30,
        label="Quiet dates",
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "12-24..01-01"}),
        help_text="One a line: 2026-12-24, 12-24 for every year, or from..to.",
    )

    def __init__(
        self, data: Any = None, *, now: InForce, purposes: Sequence[Purpose], **kwargs: Any
    ) -> None:
        self.now, self.purposes = now, [(ALL, "All of them together")]
        self.purposes += [(one.code, one.name) for one in purposes]
        super().__init__(data, **kwargs)
        self.initial.update(seen=now.number, dates="\n".join(now.limits.dates))
        for day, name in enumerate(DAYS):
            spans = now.limits.hours.get(str(day), [])
            self.fields[f"quiet{day}"] = QuietField(
                label=name, required=False, max_length=_LONGEST, initial=_spans(spans),
                widget=forms.TextInput(attrs={"placeholder": "never quiet"}),
            )  # fmt: skip
        for place, (code, called) in enumerate(self.purposes):
            cap = now.limits.caps.get(code, Cap())
            for window, _, words in WINDOWS:
                self.fields[f"{window}{place}"] = forms.IntegerField(
                    label=f"{called}: mails in {words}", required=False, min_value=1,
                    max_value=MOST, initial=cap.of(window),
                    widget=forms.NumberInput(attrs={"placeholder": "any"}),
                )  # fmt: skip

    def days(self) -> list[forms.BoundField]:
        return [self[f"quiet{day}"] for day in range(7)]

    def caps(self) -> list[CapRow]:
        return [
            CapRow(called, [self[f"{window}{place}"] for window, _, _ in WINDOWS])
            for place, (_, called) in enumerate(self.purposes)
        ]

    def limits(self) -> Limits:
        """What was filled in. Caps of purposes that are not in use any more stay."""
        given, shown = self.cleaned_data, {code for code, _ in self.purposes}
        caps = {code: cap for code, cap in self.now.limits.caps.items() if code not in shown}
        for place, (code, _) in enumerate(self.purposes):
            caps[code] = Cap(**{window: given[f"{window}{place}"] for window, _, _ in WINDOWS})
        hours = {str(day): given[f"quiet{day}"] for day in range(7)}
        lines = [line.strip() for line in given["dates"].splitlines()]
        return Limits(caps, hours, tuple(line for line in lines if line))

    def save(self, *, by: User, at: datetime) -> InForce:
        """Put them in force. Raises Refused with a sentence."""
        seen = self.cleaned_data["seen"]
        return set_limits(self.limits(), seen=seen, by=by, at=at, via=Via.WEB)


def _spans(spans: Sequence[Sequence[str]]) -> str:
    if [list(span) for span in spans] == _ALL_DAY:
        return "all day"
    return ", ".join("-".join(span) for span in spans)


__all__ = ["LimitsForm"]
