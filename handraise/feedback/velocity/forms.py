"""What is asked of the pages of this part."""

from __future__ import annotations

from typing import Any

from django import forms

from handraise.feedback.forms import PeriodForm
from handraise.leads.decide import PATH, Stage

USUAL = (Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED)


class VelocityForm(PeriodForm):
    """A period, and two stages of the path, the second later than the first."""

    reached = forms.ChoiceField(
        label="Until they were",
        required=False,
        choices=[(stage.value, stage.label) for stage in PATH[1:]],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        before, after = (cleaned.get(name) for name in ("entered", "reached"))
        if before and after and PATH.index(Stage(before)) >= PATH.index(Stage(after)):
            raise forms.ValidationError("The second stage must come after the first.")
        return cleaned


def stages_of(form: VelocityForm) -> tuple[Stage, Stage]:
    """The two stages that were asked for; the usual ones where that was unclear."""
    given = form.cleaned_data if form.is_valid() else {}
    before, after = given.get("entered"), given.get("reached")
    if before and not after:
        return Stage(before), PATH[PATH.index(Stage(before)) + 1]
    if after and not before:
        return PATH[PATH.index(Stage(after)) - 1], Stage(after)
    return (Stage(before), Stage(after)) if before and after else USUAL
