"""What is asked of the pages of this part."""

from __future__ import annotations

from typing import Any

from django import forms

from handraise.feedback.forms import PeriodForm
from handraise.handover.decide import Kind
from handraise.team.models import Team


class KeepingForm(PeriodForm):
    """A period, a kind of handover, and one team or all."""

    kind = forms.ChoiceField(
        label="Handover",
        required=False,
        choices=[(kind.value, kind.label) for kind in Kind],
    )
    team = forms.ModelChoiceField(Team.objects.order_by("name"), required=False, label="Team")


def scope_of(form: KeepingForm) -> tuple[Kind, Team | None]:
    """The kind and team that were asked for; the first, and all, where that was unclear."""
    given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    return Kind(given.get("kind") or Kind.FIRST), given.get("team")
