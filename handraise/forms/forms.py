"""What begins a form: its name and its address."""

from __future__ import annotations

from typing import Any

from django import forms

from handraise.forms.decide import CODE, LONGEST_NAME, RESERVED


class NewForm(forms.Form):
    """The name for those who work here, and the address for everybody."""

    name = forms.CharField(max_length=LONGEST_NAME, help_text="Such as “Guide to dispatching”.")
    code = forms.RegexField(
        CODE.pattern.join(("^", "$")), max_length=60, label="Address",
        help_text="The last part of its address, such as guide-2026. It stays as it is.",
        error_messages={"invalid": "Small letters, figures and dashes, such as guide-2026."},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code in RESERVED:
            raise forms.ValidationError("This address is taken by one of our own pages.")
        return code
