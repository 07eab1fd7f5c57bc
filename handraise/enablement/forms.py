"""What people fill in. Forms check shape; actions check sense and refuse with sentences."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from handraise.enablement import files
from handraise.enablement.actions import (
    About,
    Line,
    write_asset,
    write_message,
    write_playbook,
    write_script,
)
from handraise.enablement.decide import CODE, Kind, Piece
from handraise.enablement.models import Asset, KeyMessage, Playbook, Script
from handraise.leads.decide import Stage
from handraise.team.models import User
from handraise.team.queries import working_people

Thing = Asset | KeyMessage | Playbook | Script
BLANK_LINES = 4


class _ThingForm(forms.Form):
    """`seen` is the version that the fields were filled from."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="nobody", label="Whose",
        help_text="Who keeps it right.",
    )  # fmt: skip

    def __init__(self, *args: Any, thing: Any = None, **kwargs: Any) -> None:
        self.thing = thing
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["owner"].queryset = working_people()  # type: ignore[attr-defined]
        self.order_fields([*(name for name in self.fields if name != "owner"), "owner"])

    def given(self, *names: str) -> dict[str, Any]:
        """These fields, the owner and the version seen, as actions take them."""
        return {name: self.cleaned_data[name] for name in (*names, "owner", "seen")}


class ScriptForm(_ThingForm):
    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in Kind])
    question = forms.CharField(
        max_length=60, required=False, label="Answers the question",
        help_text="Of your qualification: need, authority, budget, timeline.",
    )  # fmt: skip
    body = forms.CharField(
        label="What to say", strip=False, max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
    )  # fmt: skip

    @staticmethod
    def filled(thing: Any) -> dict[str, Any]:
        return {name: getattr(thing, name) for name in ("name", "kind", "question", "body")}

    def save(self, **how: Any) -> Script:
        """Write it. Raises Refused, Overtaken."""
        kind = Kind(self.cleaned_data["kind"])
        return write_script(self.thing, kind=kind, **self.given("name", "question", "body"), **how)


class MessageForm(_ThingForm):
    code = forms.RegexField(
        CODE.pattern.join(("^", "$")), max_length=60, label="Code",
        help_text="What scripts call it: speed-1. It stays as it is.",
        error_messages={"invalid": "Small letters, figures and dashes, such as speed-1."},
    )  # fmt: skip
    wording = forms.CharField(
        max_length=2_000, label="The message", widget=forms.Textarea(attrs={"rows": 3})
    )
    proof = forms.CharField(
        max_length=2_000, required=False, label="How we can prove it",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.thing is not None:
            del self.fields["code"]

    @staticmethod
    def filled(thing: Any) -> dict[str, Any]:
        return {name: getattr(thing, name) for name in ("code", "wording", "proof")}

    def save(self, **how: Any) -> KeyMessage:
        """Write it. Raises Refused, Overtaken."""
        code = self.cleaned_data.get("code", "")
        return write_message(self.thing, code=code, **self.given("wording", "proof"), **how)


class AssetForm(_ThingForm):
    name = forms.CharField(max_length=120)
    what_for = forms.CharField(
        max_length=2_000, label="What it is for", widget=forms.Textarea(attrs={"rows": 3})
    )
    link = forms.CharField(
        max_length=1_000, required=False, widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    file = forms.FileField(
        required=False, label="or a file",
        help_text=f"Of {files.LARGEST // 1024 // 1024} MB at most.",
    )  # fmt: skip
    topic = forms.CharField(max_length=120, required=False)
    industry = forms.CharField(max_length=120, required=False)
    persona = forms.CharField(max_length=120, required=False, label="For whom")
    language = forms.CharField(max_length=40, required=False)
    review_by = forms.DateField(
        required=False, label="Look at it again by",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    stages = forms.MultipleChoiceField(
        choices=[(stage.value, stage.label) for stage in Stage], required=False,
        label="For leads that are", help_text="None chosen: for every stage.",
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )  # fmt: skip
    cites = forms.ModelMultipleChoiceField(
        KeyMessage.objects.filter(retired_at=None).order_by("code"), required=False,
        label="Key messages it says", widget=forms.SelectMultiple(attrs={"size": 4}),
    )  # fmt: skip

    @staticmethod
    def filled(thing: Any) -> dict[str, Any]:
        names = ("name", "what_for", "link", "topic", "industry", "persona", "language",
                 "review_by", "stages")  # fmt: skip
        cites = list(thing.citations.values_list("message", flat=True))
        return {"cites": cites, **{name: getattr(thing, name) for name in names}}

    def save(self, **how: Any) -> Asset:
        """Write it. Raises Refused, Overtaken."""
        told = self.cleaned_data
        names = ("topic", "industry", "persona", "language", "review_by")
        about = About(
            stages=[Stage(stage) for stage in told["stages"]],
            **{name: told[name] for name in names},
        )
        file: UploadedFile[bytes] | None = told["file"]
        kept = self.thing is not None and told["link"] == self.thing.link
        link = "" if file is not None and kept else told["link"]
        cites = [message.pk for message in told["cites"]]
        return write_asset(
            self.thing, about=about, file=file, link=link, cites=cites,
            **self.given("name", "what_for"), **how,
        )  # fmt: skip


class PlaybookForm(_ThingForm):
    """The lines stand beside the fields: one `piece`, `question` and `place` for each."""

    name = forms.CharField(max_length=120)
    priority = forms.IntegerField(
        initial=0, min_value=-1000, max_value=1000,
        help_text="Where several hold for a lead, the highest comes first.",
    )  # fmt: skip
    is_active = forms.BooleanField(required=False, initial=True, label="In use")
    condition = forms.CharField(
        required=False, strip=False, max_length=20_000, label="For leads of whom this holds",
        help_text="A condition as in the agreement. Empty: for everybody.",
        widget=forms.Textarea(
            attrs={"rows": 7, "class": "code", "spellcheck": "false", "wrap": "off",
                   "placeholder": "title: {contains_word: [vp, head]}\nintent: {at_least: 40}"}
        ),
    )  # fmt: skip

    @staticmethod
    def filled(thing: Any) -> dict[str, Any]:
        names = ("name", "priority", "is_active", "condition")
        return {name: getattr(thing, name) for name in names}

    def rows(self) -> list[tuple[int, str, str]]:
        """Place, piece and question of each line, as typed or as kept, and some empty ones."""
        if self.is_bound:
            found = self._typed()
        else:
            items = self.thing.items.order_by("place") if self.thing is not None else ()
            found = [(_choice(item), item.question) for item in items]
        lines = [*found, *[("", "")] * BLANK_LINES]
        return [(place + 1, piece, said) for place, (piece, said) in enumerate(lines)]

    def pieces(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What a line can be, in groups: scripts, assets, key messages in use or in this one."""
        chosen = {piece for _, piece, _ in self.rows()}
        return [
            (name, [(value, str(one)) for one in things
                    for value in [f"{piece}:{one.pk}"]
                    if one.retired_at is None or value in chosen])
            for name, piece, things in (
                ("Scripts", Piece.SCRIPT, Script.objects.order_by("name")),
                ("Assets", Piece.ASSET, Asset.objects.order_by("name")),
                ("Key messages", Piece.MESSAGE, KeyMessage.objects.order_by("code")),
            )
        ]  # fmt: skip

    def _typed(self) -> list[tuple[str, str]]:
        data: Any = self.data
        rows = zip(data.getlist("place"), data.getlist("piece"), data.getlist("said"), strict=False)
        filled = [row for row in rows if row[1] or row[2].strip()]
        filled.sort(key=lambda row: int(row[0]) if row[0].isdecimal() and len(row[0]) < 9 else 999)
        return [(piece or "question", said) for _, piece, said in filled]

    def save(self, **how: Any) -> Playbook:
        """Write it. Raises Refused, Overtaken."""
        lines = [_line(piece, said) for piece, said in self._typed()]
        names = ("name", "condition", "priority", "is_active")
        return write_playbook(self.thing, lines=lines, **self.given(*names), **how)


def _choice(item: Any) -> str:
    pk = item.script_id or item.asset_id or item.message_id
    return f"{item.piece}:{pk}" if pk else item.piece


def _line(piece: str, said: str) -> Line:
    name, _, pk = piece.partition(":")
    if name not in {Piece.SCRIPT, Piece.ASSET, Piece.MESSAGE}:
        return Line(Piece.QUESTION, question=said)
    return Line(Piece(name), int(pk) if pk.isdecimal() and len(pk) < 18 else 0)


__all__ = ["AssetForm", "MessageForm", "PlaybookForm", "ScriptForm"]
