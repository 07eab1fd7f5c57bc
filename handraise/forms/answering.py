"""What somebody filled in, read and checked against the questions that were put. Plain Python."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from handraise.forms.document import Document, Field, FieldKind
from handraise.leads.entry import Json
from handraise.post.decide import Refused, address, spec_of

LONGEST = {FieldKind.TEXT: 255, FieldKind.LONG_TEXT: 5000, FieldKind.PHONE: 40,
           FieldKind.EMAIL: 254, FieldKind.NUMBER: 40, FieldKind.CHOICE: 200}  # fmt: skip
_PHONE = re.compile(r"\+?[0-9][0-9 ()./\-]{3,}")
_TICKED = {"on", "yes", "true", "1"}


@dataclass(frozen=True, slots=True)
class Answers:
    """`said`: by the question's name; `facts`: by the fact's; `faults`: sentences by name."""

    said: dict[str, Json] = field(default_factory=dict)
    facts: dict[str, Json] = field(default_factory=dict)
    address: str = ""
    faults: dict[str, str] = field(default_factory=dict)


def read(questions: Sequence[Field], given: Mapping[str, str]) -> Answers:
    """The answers to these questions; what was left empty says nothing."""
    found = Answers()
    mail = ""
    for question in questions:
        text = given.get(question.name, "").replace("\r\n", "\n").strip()
        try:
            answer = _answer(question, text)
        except Refused as refused:
            found.faults[question.name] = str(refused)
            continue
        if answer is None:
            continue
        found.said[question.name] = answer
        if question.kind is FieldKind.EMAIL:
            mail = str(answer)
        elif question.fact:
            found.facts[question.fact] = answer
    return Answers(found.said, found.facts, mail, found.faults)


def agreed(
    document: Document, shown: Collection[int], given: Mapping[str, str]
) -> list[dict[str, Json]]:
    """The consent boxes, of those shown, that were ticked: purpose and the words agreed to."""
    return [
        {"purpose": box.purpose, "wording": box.wording}
        for place, box in enumerate(document.consents)
        if place in shown and given.get(f"consent-{place}", "").lower() in _TICKED
    ]


def _answer(question: Field, text: str) -> Json:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Refused("This holds a character that is no text.")
    if question.kind is FieldKind.TICK:
        if text.lower() in _TICKED:
            return True
        if question.is_needed:
            raise Refused("Please tick this.")
        return None
    if not text:
        if question.is_needed:
            raise Refused(_MISSING.get(question.kind, "Please fill this in."))
        return None
    if len(text) > LONGEST[question.kind]:
        most = LONGEST[question.kind]
        raise Refused(f"At most {most:,} characters, please; these are {len(text):,}.")
    if question.kind is not FieldKind.LONG_TEXT and re.search(r"[\x00-\x1f\x7f]", text):
        raise Refused("One line, please.")
    return _typed(question, text)


_MISSING = {
    FieldKind.EMAIL: "Please give your e-mail address.",
    FieldKind.CHOICE: "Please choose one.",
}


def _typed(question: Field, text: str) -> Json:
    if question.kind is FieldKind.EMAIL:
        return _mail(text)
    if question.kind is FieldKind.NUMBER:
        return _number(text)
    if question.kind is FieldKind.CHOICE and text not in question.choices:
        raise Refused("Please choose one of those named.")
    if question.kind is FieldKind.PHONE:
        digits = sum(sign.isdigit() for sign in text)
        if not _PHONE.fullmatch(text) or not 5 <= digits <= 20:
            raise Refused("That is not a phone number: figures, and + ( ) - between them.")
    return text


def _mail(text: str) -> str:
    try:
        return spec_of(address(text)).lower()
    except Refused:
        said = "That is not an e-mail address; one looks like ada@example.com."
        raise Refused(said) from None


def _number(text: str) -> Json:
    plain = text.replace(" ", "").replace("\N{NARROW NO-BREAK SPACE}", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        number = float(plain.replace(",", "."))
    except ValueError:
        raise Refused("A number, please, such as 250.") from None
    if not math.isfinite(number) or abs(number) >= 1e15:
        raise Refused("That number is too large.")
    return int(number) if number.is_integer() else number


__all__ = ["Answers", "agreed", "read"]
