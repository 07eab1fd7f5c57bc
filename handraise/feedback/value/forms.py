"""What people tell about value: costs by source and month, and what is assumed."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from handraise.feedback.value.decide import Assumptions


class CostsForm(forms.Form):
    """Lines as pasted; `reading` says which of them cannot be."""

    lines = forms.CharField(
        label="Source, month, amount, currency",
        widget=forms.Textarea(
            attrs={"rows": 6, "class": "code", "placeholder": "paid search, 2026-03, 1200, EUR"}
        ),
        help_text="A line each, or pasted from a sheet. A month told before is corrected by a new "
        "line; the old one stays to be seen.",
    )


class AssumedForm(forms.Form):
    """What the values assume, in percent and years."""

    discount = forms.DecimalField(
        label="Discount a year, percent", min_value=0, max_value=100, max_digits=5,
        decimal_places=2, help_text="Money that comes a year later counts for so much less.",
    )  # fmt: skip
    margin = forms.DecimalField(
        label="Margin where none is told, percent", min_value=0, max_value=100, max_digits=5,
        decimal_places=2, help_text="At 100 percent values are turnover.",
    )  # fmt: skip
    years = forms.IntegerField(
        label="Years to reckon", min_value=1, max_value=20,
        help_text="Nothing is counted after them.",
    )  # fmt: skip

    @staticmethod
    def of(held: Assumptions) -> AssumedForm:
        """The form with what holds now."""
        return AssumedForm(
            initial={
                "discount": f"{100 * held.discount:.4g}",
                "margin": f"{100 * held.margin:.4g}",
                "years": held.years,
            }
        )

    def told(self) -> dict[str, Decimal | int]:
        """The same for the action."""
        given = self.cleaned_data
        return {
            "discount": given["discount"] / 100,
            "margin": given["margin"] / 100,
            "years": given["years"],
        }
