"""What people fill in about deals. Forms check shape; the actions check sense."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms

from handraise.deals.actions import LONGEST_NOTE, Terms
from handraise.deals.decide import Afterwards, Bought, Period
from handraise.deals.models import Deal
from handraise.deals.queries import lost_reasons, open_stages
from handraise.kit.currencies import CURRENCIES, USUAL
from handraise.qualification.actions import LONGEST_REASON
from handraise.team.queries import working_people


def currencies() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every currency, those asked for most often first."""
    yield "Often", [(code, code) for code in USUAL]
    yield "All", [(code, code) for code in CURRENCIES if code not in USUAL]


def day_field(**given: Any) -> forms.DateField:
    """A day, chosen or written as 2026-03-04."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, input_formats=["%Y-%m-%d"], **given)


class DealForm(forms.Form):
    """What is said of a deal, new or not."""

    name = forms.CharField(
        max_length=200, label="What is it about", help_text="Pilot for two sites; 40 seats."
    )
    amount = forms.DecimalField(
        required=False, min_value=0, max_digits=15, decimal_places=3,
        help_text="Empty while nobody knows.",
    )  # fmt: skip
    currency = forms.ChoiceField(choices=currencies)
    expected_close = day_field(required=False, label="Expected to close on")
    owner = forms.ModelChoiceField(working_people().none(), empty_label=None)
    note = forms.CharField(required=False, max_length=LONGEST_NOTE, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = working_people()  # type: ignore[attr-defined]

    def terms(self) -> Terms:
        """The same for the actions."""
        given = self.cleaned_data
        return Terms(
            given["name"], given["amount"], given["currency"], given["expected_close"],
            given["note"],
        )  # fmt: skip


class NewDealForm(DealForm):
    """A deal to be opened, and where it begins."""

    stage = forms.ModelChoiceField(open_stages().none(), empty_label=None)
    field_order = ["name", "amount", "currency", "stage", "expected_close", "owner", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = open_stages()  # type: ignore[attr-defined]


class EditDealForm(DealForm):
    """A deal as it is known; `revision` is what the person was looking at."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, deal: Deal, given: Any = None) -> EditDealForm:
        """The form with what is known of this deal."""
        names = ("name", "currency", "expected_close", "owner", "note", "revision")
        initial = {name: getattr(deal, name) for name in names}
        return cls(given, initial=initial | {"amount": plain(deal.amount)})


def plain(amount: Decimal | None) -> str:
    """An amount for a field, without the zeros that the database keeps."""
    if amount is None:
        return ""
    return f"{amount.normalize():f}"


class PurchaseForm(forms.Form):
    """What a won deal brought."""

    amount = forms.DecimalField(min_value=0, max_digits=15, decimal_places=3)
    currency = forms.ChoiceField(choices=currencies)
    period = forms.ChoiceField(
        label="Paid", choices=[(period.value, period.label.capitalize()) for period in Period]
    )
    margin = forms.DecimalField(
        required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2,
        label="Margin in percent", help_text="Empty where nobody knows.",
    )  # fmt: skip
    starts_on = day_field(label="From")
    ends_on = day_field(
        required=False, label="Last day", help_text="Of what recurs. Empty: it runs on."
    )

    def bought(self) -> Bought | None:
        """The same for the actions; None where no amount was said."""
        given = self.cleaned_data
        if given["amount"] is None:
            return None
        margin = given["margin"]
        return Bought(
            given["amount"], given["currency"], Period(given["period"]), given["starts_on"],
            given["ends_on"], None if margin is None else margin / 100,
        )  # fmt: skip


class EndingForm(forms.Form):
    """When what recurs ends."""

    last_day = day_field(label="Last day")


class WinForm(PurchaseForm):
    """Winning a deal: what was bought, if it is known, and a word about why."""

    note = forms.CharField(
        required=False, max_length=LONGEST_REASON, widget=forms.Textarea,
        label="What made the difference",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].required = False
        self.fields["amount"].help_text = "Empty: you say later what they bought."


class LoseForm(forms.Form):
    """Losing a deal: why, from the list, and a word."""

    reason = forms.ModelChoiceField(lost_reasons().none(), empty_label="Choose")
    note = forms.CharField(
        required=False, max_length=LONGEST_REASON, widget=forms.Textarea, label="What happened"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = lost_reasons()  # type: ignore[attr-defined]


class StageForm(forms.Form):
    """A stage of the pipeline."""

    name = forms.CharField(max_length=60)
    probability = forms.IntegerField(min_value=0, max_value=100, required=False)


class ReasonForm(forms.Form):
    """Why deals are lost, and what then becomes of the lead."""

    name = forms.CharField(max_length=80)
    afterwards = forms.ChoiceField(choices=[(one.value, one.label) for one in Afterwards])
    wake_after = forms.IntegerField(min_value=1, max_value=3650, required=False)


def sentence(form: forms.Form) -> str:
    """The first fault of a form, with the name of its field."""
    for name, faults in form.errors.items():
        label = form[name].label if name in form.fields else ""
        return f"{label}: {faults[0]}" if label else str(faults[0])
    return ""
