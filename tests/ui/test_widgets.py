"""A choice that is drawn quickly says what Django's own says."""

from __future__ import annotations

from django import forms
from django.test import SimpleTestCase

from handraise.ui.widgets import QuickSelect

CHOICES = [("1", "Ada <b>"), ("2", "Ben & Co"), ("", "nobody")]


def test_it_says_what_the_slow_one_says() -> None:
    slow = forms.ChoiceField(choices=CHOICES).widget
    quick = forms.ChoiceField(choices=CHOICES, widget=QuickSelect).widget
    attrs = {"id": "who", "required": True, "data-x": '"<'}

    for value in ("2", "", None):
        SimpleTestCase().assertHTMLEqual(
            quick.render("who", value, attrs), slow.render("who", value, attrs)
        )
