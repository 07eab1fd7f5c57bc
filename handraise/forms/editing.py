"""The editor of a form without scripts: one page that posts the whole document, and buttons that
change it before it is shown again. Nothing that was typed is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.text import slugify

from handraise.forms.checking import Fault
from handraise.forms.document import (
    MOST_CONSENTS,
    MOST_FIELDS,
    ConsentBox,
    Delivery,
    Document,
    Field,
    FieldKind,
)
from handraise.forms.hosting import HONEYPOT

T = TypeVar("T")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_TEXTS = ("heading", "intro", "button", "thanks_heading", "thanks_text", "mail_subject",
          "mail_text")  # fmt: skip
_LISTS = ("thanks_urls", "sites")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One question in the editor, with what is wrong with it by input."""

    place: int
    field: Field
    faults: Mapping[str, str]
    is_last: bool

    @property
    def choices(self) -> str:
        return "\n".join(self.field.choices)

    # What `Edited.focus` calls its inputs.
    @property
    def label(self) -> str:
        return f"f-{self.place}-label"

    @property
    def up(self) -> str:
        return f"up-{self.place}"

    @property
    def down(self) -> str:
        return f"down-{self.place}"


@dataclass(frozen=True, slots=True)
class BoxRow:
    place: int
    box: ConsentBox
    faults: Mapping[str, str]

    @property
    def chooses(self) -> str:
        return f"c-{self.place}-purpose"


@dataclass(frozen=True, slots=True)
class Edited:
    """The document as it is after a button, and the input that gets the focus."""

    document: Document
    focus: str = ""


def posted(given: QueryDict) -> Document:
    """The document that a page of the editor sends."""
    texts: dict[str, Any] = {
        name: given.get(name, "").replace("\r\n", "\n").strip() for name in _TEXTS
    }
    lists: dict[str, Any] = {name: _lines(given.get(name, "")) for name in _LISTS}
    return Document(
        **texts, **lists, fields=_fields(given), consents=_boxes(given),
        asked_at_once=_number(given.get("asked_at_once", ""), 0),
        minimum_seconds=_number(given.get("minimum_seconds", ""), 2),
        link_days=_number(given.get("link_days", ""), 14),
        takes_plain_html="takes_plain_html" in given,
        is_confirmed_first="is_confirmed_first" in given,
        asset=_number(given.get("asset", ""), 0) or None,
        delivery=_choice(Delivery, given.get("delivery", ""), Delivery.PAGE),
    )  # fmt: skip


def changed(document: Document, deed: str, given: QueryDict) -> Edited:
    """What a button does to the document: `up-2`, `down-2`, `remove-2`, `add`, `add_box`,
    `drop-0`. Any other changes nothing."""
    verb, _, number = deed.partition("-")
    place = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else -1
    fields, boxes = list(document.fields), list(document.consents)
    focus = ""
    if verb in {"up", "down"} and 0 <= place < len(fields):
        target = _moved(fields, place, -1 if verb == "up" else 1)
        is_at_end = target in {0, len(fields) - 1} and len(fields) > 1
        way = ("down" if target == 0 else "up") if is_at_end else verb
        focus = f"{way}-{target}"
    elif verb == "remove" and 0 <= place < len(fields):
        del fields[place]
        focus = f"f-{min(place, len(fields) - 1)}-label" if fields else "add"
    elif verb == "drop" and 0 <= place < len(boxes):
        del boxes[place]
        focus = "add_box"
    elif deed == "add" and len(fields) < MOST_FIELDS:
        kind = _choice(FieldKind, given.get("add_kind", ""), FieldKind.TEXT)
        fields.append(Field(name=_free("", kind, fields), kind=kind))
        focus = f"f-{len(fields) - 1}-label"
    elif deed == "add_box" and len(boxes) < MOST_CONSENTS:
        boxes.append(ConsentBox())
        focus = f"c-{len(boxes) - 1}-purpose"
    return Edited(
        document.model_copy(update={"fields": tuple(fields), "consents": tuple(boxes)}), focus
    )


def field_rows(document: Document, faults: Sequence[Fault]) -> list[FieldRow]:
    last = len(document.fields) - 1
    return [
        FieldRow(place, field, _of(faults, f"f-{place}-"), place == last)
        for place, field in enumerate(document.fields)
    ]


def box_rows(document: Document, faults: Sequence[Fault]) -> list[BoxRow]:
    return [
        BoxRow(place, box, _of(faults, f"c-{place}-"))
        for place, box in enumerate(document.consents)
    ]


def _of(faults: Sequence[Fault], begin: str) -> dict[str, str]:
    return {
        fault.place.removeprefix(begin): fault.said
        for fault in faults
        if fault.place.startswith(begin)
    }


def _fields(given: QueryDict) -> tuple[Field, ...]:
    made: list[Field] = []
    for place in range(min(_number(given.get("f-count", ""), 0), MOST_FIELDS)):
        kind = _choice(FieldKind, given.get(f"f-{place}-kind", ""), FieldKind.TEXT)
        label = given.get(f"f-{place}-label", "").strip()
        name = given.get(f"f-{place}-name", "")
        is_new = re.fullmatch(rf"{kind.value.replace('_', '-')}-[0-9]+", name) is not None
        taken = {field.name for field in made}
        if (is_new and label) or not _NAME.fullmatch(name) or name in taken or _is_ours(name):
            name = _free(label, kind, made)
        fact = given.get(f"f-{place}-fact", "").strip().lower()
        made.append(
            Field(
                name=name, label=label, kind=kind,
                fact="email" if kind is FieldKind.EMAIL and not fact else fact,
                help=given.get(f"f-{place}-help", "").strip(),
                is_needed=f"f-{place}-needed" in given, is_queued=f"f-{place}-queued" in given,
                choices=_lines(given.get(f"f-{place}-choices", "")),
            )
        )  # fmt: skip
    return tuple(made)


def _boxes(given: QueryDict) -> tuple[ConsentBox, ...]:
    count = min(_number(given.get("c-count", ""), 0), MOST_CONSENTS)
    return tuple(
        ConsentBox(
            purpose=given.get(f"c-{place}-purpose", ""),
            wording=given.get(f"c-{place}-wording", "").replace("\r\n", "\n").strip(),
        )
        for place in range(count)
    )


def _free(label: str, kind: FieldKind, fields: Collection[Field]) -> str:
    """A name for an input that no other question has. By its label, as soon as there is one: from
    then on it stays, so that answers to different versions can be compared."""
    stem = slugify(label)[:40].strip("-_").replace("_", "-")
    taken = {field.name for field in fields}
    if stem and stem not in taken and _NAME.fullmatch(stem) and not _is_ours(stem):
        return stem
    stem = stem if stem and not _is_ours(stem) else kind.value.replace("_", "-")
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _is_ours(name: str) -> bool:
    return name == HONEYPOT or name.startswith("consent-")


def _moved(fields: list[Field], place: int, by: int) -> int:
    target = max(0, min(len(fields) - 1, place + by))
    fields.insert(target, fields.pop(place))
    return target


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _number(text: str, otherwise: int) -> int:
    plain = text.strip()
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else otherwise


def _choice(kind: type[T], text: str, otherwise: T) -> T:
    try:
        return kind(text)  # type: ignore[call-arg]
    except ValueError:
        return otherwise
