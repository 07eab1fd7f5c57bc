"""What people type: the text of a framework."""

from __future__ import annotations

from typing import Any

from django import forms

from handraise.agreement.plain_yaml import MAX_BYTES


class FrameworkForm(forms.Form):
    """The text keeps its blanks: indentation is meaning."""

    text = forms.CharField(
        label="The framework",
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(
            attrs={"rows": 26, "spellcheck": "false", "wrap": "off", "class": "code"}
        ),
    )
    revision = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_text(self) -> str:
        """Browsers send two characters for a line break; the text has one."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n")
