"""What is wrong with a form that somebody writes, each fault with its place. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from handraise.forms.document import (
    MOST_CHOICES,
    MOST_CONSENTS,
    MOST_FIELDS,
    Document,
    Field,
    FieldKind,
)
from handraise.leads.decide import OURS

_FACT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
_HOST = re.compile(r"[a-z0-9.\-]+|\[[0-9a-f:.]+\]")
LIMITS = {
    "heading": 200, "intro": 2000, "button": 60, "thanks_heading": 200, "thanks_text": 2000,
    "mail_subject": 200, "mail_text": 5000,
}  # fmt: skip
LONGEST_LABEL, LONGEST_HELP, LONGEST_WORDING, LONGEST_CHOICE = 200, 500, 2000, 200


@dataclass(frozen=True, slots=True)
class Fault:
    """`place` names the input in the editor; `is_grave`: it cannot even be kept as a draft."""

    place: str
    said: str
    is_grave: bool = False


def faults(
    document: Document, *, purposes: Collection[str], assets: Collection[int]
) -> list[Fault]:
    """Why this cannot be published; empty when it can. `purposes`: codes that consent may be asked
    for; `assets`: those in use."""
    found = [*_unstorable(document), *_texts(document), *_fields(document)]
    found += _consents(document, purposes)
    found += _addresses(document)
    found += _content(document, assets)
    return found


def origin_of(url: str) -> str:
    """`https://host[:port]` of an address; empty for what is none. Raises nothing."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return ""
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _unstorable(document: Document) -> Iterator[Fault]:
    text = document.model_dump_json()
    if "\\u0000" in text:
        yield Fault("", "A text holds the NUL character, which nobody can see or store.", True)
    if len(text) > 300_000:
        yield Fault("", "This form is too long to be kept.", True)


def _texts(document: Document) -> Iterator[Fault]:
    for name, most in LIMITS.items():
        if len(getattr(document, name)) > most:
            yield Fault(name, f"At most {most:,} characters.")
    for name in ("heading", "button", "thanks_heading"):
        if not getattr(document, name).strip():
            yield Fault(name, "This is shown to everybody; say something.")
    if not 0 <= document.asked_at_once <= MOST_FIELDS:
        yield Fault("asked_at_once", f"A number from 0 to {MOST_FIELDS}.")
    if not 0 <= document.minimum_seconds <= 60:
        yield Fault("minimum_seconds", "From 0 to 60 seconds.")


def _fields(document: Document) -> Iterator[Fault]:
    if len(document.fields) > MOST_FIELDS:
        yield Fault("", f"A form has at most {MOST_FIELDS} questions.")
    mails = [field for field in document.fields if field.kind is FieldKind.EMAIL]
    if len(mails) != 1:
        said = "A form asks for an e-mail address, once: without it nobody knows who answered."
        yield Fault("", said)
    facts: set[str] = set()
    for place, field in enumerate(document.fields):
        for name, said in _field(field):
            yield Fault(f"f-{place}-{name}", said)
        if field.fact and field.fact in facts:
            said = f"Another question is kept as {field.fact} already."
            yield Fault(f"f-{place}-fact", said)
        facts.add(field.fact)


def _field(field: Field) -> Iterator[tuple[str, str]]:
    if not field.label.strip() or len(field.label) > LONGEST_LABEL:
        yield "label", f"A question of 1 to {LONGEST_LABEL} characters."
    if len(field.help) > LONGEST_HELP:
        yield "help", f"At most {LONGEST_HELP} characters."
    if field.kind is FieldKind.EMAIL:
        if field.fact != "email" or not field.is_needed or field.is_queued:
            yield "kind", "The e-mail address is needed, asked at once, and kept as email."
    elif field.fact == "email":
        yield "fact", "Only a question of the kind E-mail is kept as email."
    elif field.fact and (
        not _FACT.fullmatch(field.fact) or len(field.fact) > 120 or field.fact in OURS
    ):
        yield "fact", "A name such as job_title or company.name, and none that we work out."
    yield from _choices(field)


def _choices(field: Field) -> Iterator[tuple[str, str]]:
    if field.kind is not FieldKind.CHOICE:
        return
    if not 2 <= len(field.choices) <= MOST_CHOICES:
        yield "choices", f"From 2 to {MOST_CHOICES} choices, one a line."
    elif len(set(field.choices)) < len(field.choices):
        yield "choices", "Each choice stands there once."
    elif any(len(choice) > LONGEST_CHOICE for choice in field.choices):
        yield "choices", f"A choice has at most {LONGEST_CHOICE} characters."


def _consents(document: Document, purposes: Collection[str]) -> Iterator[Fault]:
    if len(document.consents) > MOST_CONSENTS:
        yield Fault("", f"A form has at most {MOST_CONSENTS} consent boxes.")
    seen: set[str] = set()
    for place, box in enumerate(document.consents):
        if box.purpose not in purposes:
            yield Fault(f"c-{place}-purpose", "Choose a purpose that is in use.")
        elif box.purpose in seen:
            yield Fault(f"c-{place}-purpose", "This purpose has a box already.")
        if not box.wording.strip() or len(box.wording) > LONGEST_WORDING:
            said = f"The words that people agree to, at most {LONGEST_WORDING:,} characters."
            yield Fault(f"c-{place}-wording", said)
        seen.add(box.purpose)


def _addresses(document: Document) -> Iterator[Fault]:
    for name, given in (("thanks_urls", document.thanks_urls), ("sites", document.sites)):
        if len(given) > 20:
            yield Fault(name, "At most 20 addresses.")
        for url in given:
            if not origin_of(url) or len(url) > 1000 or re.search(r"[\s;,'\"<>]", url):
                yield Fault(name, f"{url[:80]} is not a whole address such as https://example.com.")
            elif name == "sites" and origin_of(url) != url.rstrip("/").lower():
                yield Fault(name, f"Of a site only its beginning: {origin_of(url)}.")


def _content(document: Document, assets: Collection[int]) -> Iterator[Fault]:
    if document.asset is None:
        return
    if document.asset not in assets:
        yield Fault("asset", "This content is not in use any more.")
    if not 1 <= document.link_days <= 365:
        yield Fault("link_days", "From 1 to 365 days.")
    if "\n" in document.mail_subject.strip():
        yield Fault("mail_subject", "A subject is one line.")
    if document.is_mailed and not document.mail_subject.strip():
        yield Fault("mail_subject", "A mail needs a subject.")
    if document.is_confirmed_first and not document.consents:
        said = "There is no consent box whose address could be confirmed."
        yield Fault("is_confirmed_first", said)


__all__ = ["Fault", "faults", "origin_of"]
