"""Forms of the pages about files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from handraise.capture.decide import ImportKind
from handraise.capture.imports import Mapping, MappingFault, read_mapping

_KINDS = [
    (ImportKind.LEADS.value, "Leads: a row is a person and what is known of them"),
    (ImportKind.ACTIVITIES.value, "Activities: a row is something somebody did"),
    (ImportKind.OUTCOMES.value, "Outcomes: a row is what became of a lead you have"),
]


class FileForm(forms.Form):
    """A file and what its rows are."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={"empty": "The file is empty."},
    )
    kind = forms.ChoiceField(
        label="What are its rows?", choices=_KINDS, initial="leads", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        limit = settings.IMPORT_LIMIT // 1024 // 1024
        self.fields[
            "file"
        ].help_text = (
            f"Up to {limit} MB. Nothing is brought in before you have seen what would become of it."
        )
        self.fields["file"].error_messages["required"] = f"Choose a file of at most {limit} MB."


class MappingForm(forms.Form):
    """The mapping of a file, as YAML."""

    mapping = forms.CharField(
        label="What the columns mean",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "false", "class": "code"}),
    )
    again = forms.BooleanField(
        label="Import it even if this very file was imported before", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_mapping(self) -> Mapping:
        try:
            return read_mapping(self.cleaned_data["mapping"])
        except MappingFault as fault:
            raise forms.ValidationError(fault.sentences) from None
