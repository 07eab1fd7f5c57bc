"""What is drawn quickly says what Django's own says."""

from __future__ import annotations

import pytest
from django import forms
from django.test import SimpleTestCase

from handraise.ui.widgets import QuickDate, QuickInstant, QuickSelect, QuickTextarea, QuickTime
from tests.personas import NOON

CHOICES = [("1", "Ada <b>"), ("2", "Ben & Co"), ("", "nobody")]


def test_it_says_what_the_slow_one_says() -> None:
    slow = forms.ChoiceField(choices=CHOICES).widget
    quick = forms.ChoiceField(choices=CHOICES, widget=QuickSelect).widget
    attrs = {"id": "who", "required": True, "data-x": '"<'}

    for value in ("2", "", None):
        SimpleTestCase().assertHTMLEqual(
            quick.render("who", value, attrs), slow.render("who", value, attrs)
        )


@pytest.mark.parametrize(
    ("quick", "slow"),
    [
        (QuickDate(format="%Y"), forms.DateInput(format="%Y")),
        (QuickTime(attrs={"type": "time"}), forms.TimeInput(attrs={"type": "time"})),
        (QuickInstant(), forms.DateTimeInput()),
        (QuickTextarea(attrs={"rows": 3}), forms.Textarea(attrs={"rows": 3})),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_a_field_says_what_the_slow_one_says(quick: forms.Widget, slow: forms.Widget) -> None:
    attrs = {"id": "when", "required": True, "disabled": False, "data-x": '"<'}

    for value in (NOON, 'x" <b>', "\nfirst line empty", "", None):
        shown, meant = quick.render("when", value, attrs), slow.render("when", value, attrs)
        SimpleTestCase().assertHTMLEqual(shown, meant)
        assert shown.partition(">")[2] == meant.partition(">")[2].rstrip("\n")  # spaces too
