"""What is wrong with a message, and what should be looked at, before anybody gets it.

A FAULT keeps it from being published, a DOUBT is told. Lines are those of the field as typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from handraise.enablement.language import Broken, Fault, cited, faults
from handraise.messaging import mjml
from handraise.messaging.decide import (
    CLIPPED_AT,
    LONGEST_SUBJECT,
    PLAIN,
    SHEET,
    SHOWN_OF_SUBJECT,
    Finding,
    Utm,
    Weight,
    absolute,
)
from handraise.messaging.mjml import Unreadable
from handraise.messaging.rendering import Footing, Prepared, Unrenderable, Words, made_ready

FIELDS = ("subject", "preheader", "message", "text")
_PICTURES = {"img", "mj-image", "mj-carousel-image"}
_ALT = re.compile(r"\balt\s*=", re.I)
_HREF = re.compile(r"\shref\s*=\s*(\"[^\"]*\"|'[^']*')", re.I)
_EXAMPLES = re.compile(r"https?://(?:[\w.-]+\.)?example(?:\.(?:com|org|net))?(?:[/:?#]|$)", re.I)
TRIAL = Footing("https://example.com/unsubscribe", "https://example.com/preferences")


def said_of(words: Words) -> dict[str, str]:
    """What is written, by the field that it is written in."""
    return dict(zip(FIELDS, (words.subject, words.preheader, words.mjml, words.text), strict=True))


def checked(words: Words, *, has_purpose: bool, codes: Collection[str]) -> list[Finding]:
    """All that can be said of a message without asking after any lead, faults first."""
    found = [*_subject(words), *_liquid(words, codes), *_sheet(words)]
    if not any(one.weight is Weight.FAULT for one in found):
        found += [*_cites(words), *_carried(words, has_purpose=has_purpose)]
    return sorted(found, key=lambda one: (one.weight is Weight.DOUBT, FIELDS.index(one.field)))


def _subject(words: Words) -> Iterator[Finding]:
    said = words.subject.strip()
    if not said:
        yield Finding(Weight.FAULT, "subject", 0, "A message needs a subject.")
    if any(sign < " " for sign in said):
        yield Finding(Weight.FAULT, "subject", 0, "A subject is one line.")
    if len(said) > LONGEST_SUBJECT:
        says = f"A subject has at most {LONGEST_SUBJECT} characters."
        yield Finding(Weight.FAULT, "subject", 0, says)
    elif len(said) > SHOWN_OF_SUBJECT and "{" not in said:
        says = f"It has {len(said)} characters; most inboxes show about {SHOWN_OF_SUBJECT}."
        yield Finding(Weight.DOUBT, "subject", 0, says)


def _liquid(words: Words, codes: Collection[str]) -> Iterator[Finding]:
    for field, body in said_of(words).items():
        dialect = SHEET if field == "message" else PLAIN
        for fault in faults(body, codes=codes, dialect=dialect):
            yield _fault(field, fault if fault.line else _unclosed(body) or fault)


_BLOCK = re.compile(r"\{%-?\s*(end)?(if|unless|case|for|capture|comment|raw)\b")


def _unclosed(body: str) -> Fault | None:
    """The first block that is opened and never closed, or closed and never opened: the reader of
    Liquid notices it at the end of the text only."""
    if len(body) > SHEET.longest:
        return None
    stack: list[tuple[str, int]] = []
    for found in _BLOCK.finditer(body):
        name, line = found[2], body.count("\n", 0, found.start()) + 1
        if not found[1]:
            stack.append((name, line))
        elif stack and stack[-1][0] == name:
            stack.pop()
        elif not stack:
            return Fault(line, f"{{% end{name} %}} closes nothing.")
    if not stack:
        return None
    return Fault(
        stack[-1][1], f"{{% {stack[-1][0]} %}} is not closed by {{% end{stack[-1][0]} %}}."
    )


def _sheet(words: Words) -> Iterator[Finding]:
    if not words.mjml.strip():
        yield Finding(Weight.FAULT, "message", 0, "The message is empty.")
        return
    if len(words.mjml) > SHEET.longest:
        return  # said already; it would take long to read
    for fault in mjml.faults(words.mjml):
        yield _fault("message", fault)
    for name, inside, line in mjml.elements(words.mjml):
        if name in _PICTURES and not _ALT.search(inside):
            says = 'A picture needs alt="…": many see no pictures (alt="" if it says nothing).'
            yield Finding(Weight.FAULT, "message", line, says)
        for href in _HREF.findall(" " + inside) if name in {"a", "mj-button", "mj-image"} else ():
            yield from _link(href[1:-1], line)
        if name == "mj-button" and not _HREF.search(" " + inside):
            yield Finding(Weight.FAULT, "message", line, "This button leads nowhere.")


def _link(url: str, line: int) -> Iterator[Finding]:
    """What is wrong with one link, as far as it is written out."""
    away = mjml.hidden(url.strip())
    if away.text != url.strip() and away.word.match(away.text):
        return  # what a value leads to is looked at when it is known
    if re.search(r"\s", away.text):
        says = f"The link {url[:80]} holds a blank."
        yield Finding(Weight.FAULT, "message", line, says)
        return
    try:
        absolute(away.text)
    except ValueError as fault:
        yield Finding(Weight.FAULT, "message", line, away.back(str(fault)))
        return
    if away.word.search(urlsplit(away.text).netloc):
        # What a lead says of itself would lead from an address of the house to anywhere.
        says = f"In the link {url[:80]} a value says whose page it is; only what follows the / may."
        yield Finding(Weight.FAULT, "message", line, says)
        return
    if _EXAMPLES.match(away.text):
        says = f"The link {url[:80]} is an example; put in your own."
        yield Finding(Weight.DOUBT, "message", line, says)


def cited_in(words: Words) -> list[str]:
    """The codes of the key messages that it says, each once. Raises Broken."""
    found = [code for field, body in said_of(words).items()
             for code in cited(body, SHEET if field == "message" else PLAIN)]  # fmt: skip
    return list(dict.fromkeys(found))


def _cites(words: Words) -> Iterator[Finding]:
    if not cited_in(words):
        says = "It says no key message, so it may tell another story than the rest of the house."
        yield Finding(Weight.DOUBT, "message", 0, says)


def _carried(words: Words, *, has_purpose: bool) -> Iterator[Finding]:
    """What shows only when it is made ready."""
    try:
        made_ready(words, has_purpose=has_purpose, utm=Utm())
    except Broken as broken:
        yield _fault("message", Fault(0, broken.fault.sentence))
    except Unreadable as unreadable:
        yield from (_fault("message", Fault(0, one.sentence)) for one in unreadable.faults)


def _fault(field: str, fault: Fault) -> Finding:
    return Finding(Weight.FAULT, field, fault.line, fault.sentence)


@dataclass(frozen=True, slots=True)
class Tried:
    """A message said to a sample of leads: how many it could not be said to, and why; `size` is
    that of the largest HTML in bytes."""

    of: int
    failed: int
    findings: list[Finding]
    size: int = 0

    @property
    def said_to(self) -> int:
        return self.of - self.failed


def tried(mail: Prepared, sample: Sequence[Mapping[str, Any]]) -> Tried:
    """The message, said to each of the sample."""
    missing, reasons, failed, size = Counter[str](), Counter[str](), 0, 0
    for values in sample:
        try:
            size = max(size, len(mail.render(values, TRIAL).html.encode()))
        except Unrenderable as fault:
            failed += 1
            missing.update(mail.missing(values))
            reasons.update(() if fault.missing else [str(fault)])
    found = [
        *(_unknown(name, count, len(sample)) for name, count in missing.most_common()),
        *(Finding(Weight.DOUBT, "message", 0, f"For {_of(count, len(sample))}: {why}")
          for why, count in reasons.most_common(5)),
    ]  # fmt: skip
    if size > CLIPPED_AT:
        says = f"It has {size // 1024} KB; what is over {CLIPPED_AT // 1024} is cut off by some."
        found.append(Finding(Weight.DOUBT, "message", 0, says))
    return Tried(len(sample), failed, found, size)


def _unknown(name: str, count: int, of: int) -> Finding:
    says = f"{name} is not known of {_of(count, of)}: they get nothing."
    if name.startswith(("lead.", "company.", "seller.", "house.")):
        says += f' Give it a stand-in: {{{{ {name} | default: "…" }}}}.'
    return Finding(Weight.DOUBT, "message", 0, says)


def _of(count: int, of: int) -> str:
    return f"{count} of {of} lead{'s' if of != 1 else ''} tried"


__all__ = ["TRIAL", "Tried", "checked", "cited_in", "said_of", "tried"]
