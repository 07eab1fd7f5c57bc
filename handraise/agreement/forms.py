"""What people type: the text of an agreement and a note on why."""

from __future__ import annotations

from typing import Any

from django import forms


class TextForm(forms.Form):
    """The text keeps its blanks: indentation is meaning."""

    text = forms.CharField(
        label="The agreement",
        strip=False,
        max_length=256 * 1024,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "wrap": "off"}),
    )
    note = forms.CharField(
        label="Why this change",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Read by those who sign, beside what changes.",
    )

    revision = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_text(self) -> str:
        """Browsers send two characters for a line break; the text has one."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n")
