"""What to learn."""

from __future__ import annotations

from django import forms

from handraise.feedback.rehearsal.decide import Outcome

LEARNABLE = (Outcome.SALES_QUALIFIED, Outcome.WON)


class LearningForm(forms.Form):
    """Which outcome the chance is of."""

    outcome = forms.ChoiceField(
        label="The chance that a lead",
        choices=[(one.value, {"sales_qualified": "becomes SQL", "won": "is won"}[one.value])
                 for one in LEARNABLE],
    )  # fmt: skip

    def wanted(self) -> Outcome:
        return Outcome(self.cleaned_data["outcome"])
