"""A decision that is written down."""

from __future__ import annotations

from django import forms

from handraise.feedback.weekly.decide import LONGEST


class DecisionForm(forms.Form):
    """What was decided, and perhaps by when it is to be done."""

    text = forms.CharField(
        label="What was decided", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    due = forms.DateField(
        label="To be done by", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
