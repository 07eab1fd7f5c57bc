"""What people fill in. Forms check shape; actions check sense and refuse with sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from handraise.consent.arranging import Terms
from handraise.consent.decide import (
    LONGEST_CODE,
    LONGEST_NAME,
    LONGEST_WHY,
    LONGEST_WORDS,
    Basis,
)
from handraise.consent.models import Purpose
from handraise.consent.reading import decoded
from handraise.ui.widgets import QuickSelect

EVERYTHING = "* everything"
LONGEST_PASTE = 1_000_000


class PurposeForm(forms.Form):
    """What a purpose says of itself."""

    name = forms.CharField(max_length=LONGEST_NAME)
    explained = forms.CharField(
        max_length=LONGEST_WORDS, required=False, label="In a sentence",
        help_text="Stands on the preference page.", widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    basis = forms.ChoiceField(
        label="On which ground",
        choices=[(one.value, f"{one.label}: {one.says}") for one in Basis],
    )
    wording = forms.CharField(
        max_length=LONGEST_WORDS, required=False, label="What people agree to",
        help_text="Kept with every consent. Other words are a new version; the old ones stay.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    needs_confirmation = forms.BooleanField(
        required=False, label="Must be confirmed by mail (double opt-in)",
        help_text="For consent that people give themselves. Until then it does not count.",
    )  # fmt: skip
    confirming = forms.CharField(
        max_length=LONGEST_WORDS, required=False, label="Words of your own in the confirming mail",
        help_text="Stand before the wording and the link. Empty: a sentence in English.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def terms(self) -> Terms:
        given = {name: self.cleaned_data[name] for name in Terms.__slots__}
        return Terms(**{**given, "basis": Basis(given["basis"])})


class NewPurposeForm(PurposeForm):
    """A new purpose, with the code by which it is called elsewhere."""

    code = forms.CharField(
        max_length=LONGEST_CODE, required=False,
        help_text="By which agreements and journeys call it. Empty: made from the name.",
    )  # fmt: skip
    field_order = ("name", "code")


def purpose_form(purpose: Purpose, given: Any = None) -> PurposeForm:
    """The form with what the purpose says now."""
    return PurposeForm(given, initial={name: getattr(purpose, name) for name in Terms.__slots__})


class SuppressForm(forms.Form):
    """Addresses and domains not to write to any more."""

    addresses = forms.CharField(
        max_length=20_000, label="Addresses or domains",
        help_text="One a line. A domain such as rival.example holds for everybody there.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    why = forms.CharField(max_length=LONGEST_WHY, required=False, label="Why")


class ListForm(forms.Form):
    """A list of addresses, as a file or pasted."""

    file = forms.FileField(
        required=False, help_text="CSV or plain text, one address or domain a line."
    )
    text = forms.CharField(
        max_length=LONGEST_PASTE, required=False, label="Or paste the list",
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    why = forms.CharField(
        max_length=LONGEST_WHY, required=False, label="Why",
        help_text="Such as: unsubscribed in the old system.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not given.get("text", "").strip():
            raise forms.ValidationError("Choose a file, or paste the list.")
        return given

    def listed(self) -> tuple[str, str]:
        """A name and the text. Raises Refused for a file that is too large."""
        file = self.cleaned_data["file"]
        if file is None:
            return "Pasted list", self.cleaned_data["text"]
        return str(file.name)[-LONGEST_NAME:], decoded(file.read())


class HandForm(forms.Form):
    """What a lead told a colleague: a purpose or one of its topics, given or withdrawn."""

    purpose = forms.ChoiceField(label="What for", widget=QuickSelect)
    is_given = forms.ChoiceField(
        label="Was it given?", choices=[("yes", "Given"), ("no", "Withdrawn")], widget=QuickSelect
    )
    wording = forms.CharField(
        required=False, max_length=LONGEST_WORDS, label="In which words, and where",
        help_text="Kept as proof.", widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, purposes: Sequence[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = _choices(purposes)  # type: ignore[attr-defined]
        self._meant = _meant(purposes)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("purpose") == EVERYTHING and given.get("is_given") == "yes":
            raise forms.ValidationError("Consent is given to one purpose at a time.")
        return given

    def asked(self) -> tuple[str, list[str]]:
        """The code of the purpose, and of the topic if it is about one."""
        code, topic = self._meant[self.cleaned_data["purpose"]]
        return code, [topic] if topic else []


def _meant(purposes: Sequence[Purpose]) -> dict[str, tuple[str, str]]:
    """What each choice means: a purpose, or a purpose and its topic."""
    found = {EVERYTHING: (EVERYTHING, "")}
    for purpose in purposes:
        found[purpose.code] = (purpose.code, "")
        for topic in purpose.topics.all():
            found[f"{purpose.code} / {topic.code}"] = (purpose.code, topic.code)
    return found


def _choices(purposes: Sequence[Purpose]) -> list[tuple[str, str]]:
    found = []
    for purpose in purposes:
        found.append((purpose.code, purpose.name))
        found += [
            (f"{purpose.code} / {topic.code}", f"{purpose.name}: {topic.name}")
            for topic in purpose.topics.all()
        ]
    return [*found, (EVERYTHING, "None of our mails (withdrawn from everything)")]
