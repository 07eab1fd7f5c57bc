"""What people fill in to answer a question about a lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from handraise.desk.templatetags.desk import what
from handraise.leads.models import Activity, Lead
from handraise.leads.queries import newest_activities
from handraise.qualification.answering import LONGEST_TEXT, Said
from handraise.qualification.decide import Evidence
from handraise.qualification.frameworks.document import Question

ACTIVITIES = 20
LONGEST_LABEL = 90


class AnswerForm(forms.Form):
    """The answer, and what it rests on: words, or one of the newest activities."""

    value = forms.ChoiceField(label="The answer", widget=forms.RadioSelect)
    text = forms.CharField(
        label="In a few words", required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    evidence = forms.ChoiceField(
        label="It rests on",
        choices=[
            (Evidence.QUOTE.value, "their words"),
            (Evidence.NOTE.value, "my note"),
        ],
    )
    quote = forms.CharField(
        label="In which words", required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    activity = forms.TypedChoiceField(
        label="Or on what they did", required=False, coerce=int, empty_value=None,
        help_text="One of the newest 20 activities; words may explain it.",
    )  # fmt: skip
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, question: Question, activities: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "answer_%s", **kwargs})
        self.fields["activity"].choices = [("", "none"), *activities]  # type: ignore[attr-defined]
        if question.answers:
            names = [(one.name, one.name) for one in question.answers]
            self.fields["value"].choices = names  # type: ignore[attr-defined]
        else:
            del self.fields["value"]
            self.fields["text"].required = True
            self.fields["text"].label = "The answer"
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    def said(self) -> Said:
        """The answer; an activity that was chosen is what it rests on."""
        given = self.cleaned_data
        evidence = Evidence.ACTIVITY if given["activity"] else given["evidence"]
        return Said(
            value=given.get("value", ""), text=given["text"], evidence=evidence,
            quote=given["quote"], activity=given["activity"],
        )  # fmt: skip


def activities_to_choose(lead: Lead, *, at: datetime) -> list[tuple[int, str]]:
    """The newest activities with a label by which one is known again."""
    return [(one.pk, _label(one)) for one in newest_activities(lead.canonical_id, ACTIVITIES, at)]


def _label(activity: Activity) -> str:
    about = what(activity)
    day = timezone.localtime(activity.occurred_at)
    said = f"{activity.name}: {about}" if about else activity.name
    return f"{said[:LONGEST_LABEL]} ({day:%-d %B})"
