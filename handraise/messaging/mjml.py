"""MJML with Liquid in it, made into HTML with Liquid in it.

The compiler knows no Liquid, and Liquid no MJML. So each tag of Liquid is put away behind a word
that the compiler carries along, and put back into what it made. No Django.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex

from mjml import mjml2html

from handraise.agreement.faults import nearest
from handraise.enablement.language import Fault

# Their content is HTML, to which MJML does nothing.
_HOLD_HTML = {
    "mj-text", "mj-button", "mj-table", "mj-raw", "mj-accordion-title", "mj-accordion-text",
    "mj-navbar-link", "mj-social-element", "mj-title", "mj-preview", "mj-style",
}  # fmt: skip
_ELEMENTS = _HOLD_HTML | {
    "mjml", "mj-head", "mj-body", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint",
    "mj-font", "mj-html-attributes", "mj-selector", "mj-html-attribute", "mj-section", "mj-column",
    "mj-group", "mj-wrapper", "mj-hero", "mj-image", "mj-divider", "mj-spacer", "mj-social",
    "mj-navbar", "mj-accordion", "mj-accordion-element", "mj-carousel", "mj-carousel-image",
}  # fmt: skip
_SAYS = {"mj-title", "mj-preview"}  # of the head: where a value is text, not style
_NEVER = {"script", "iframe", "object", "embed", "form", "base", "link", "meta"}
_ALONE = {"br", "img", "hr", "wbr", "col"}

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARKUP = re.compile(
    r"(?P<comment><!--.*?-->)"
    # Possessive and counted: what is not closed must not be read again and again.
    r"|<(?P<close>/)?(?P<name>[A-Za-z][\w-]*)"
    r"(?P<inside>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+'){0,400}+)>",
    re.DOTALL,
)
_POSITION = re.compile(r" at position (\d+):\d+$")
_SCRIPTED = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)


class Unreadable(ValueError):
    """MJML that cannot be made into a mail."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(" ".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text whose Liquid is put away: `tags` says what stands behind each word."""

    text: str
    tags: dict[str, str]
    word: re.Pattern[str]

    def back(self, text: str) -> str:
        """The Liquid again, where its words stand in what was made of the text."""
        return self.word.sub(lambda found: self.tags.get(found[0], found[0]), text)


def hidden(text: str) -> Hidden:
    """The text with a word of its own for each tag of Liquid."""
    nonce, tags = f"lq{token_hex(6)}", dict[str, str]()

    def away(found: re.Match[str]) -> str:
        word = f"{nonce}x{len(tags)}x"
        tags[word] = found[0]
        return word

    return Hidden(_LIQUID.sub(away, text), tags, re.compile(rf"{nonce}x\d+x"))


@dataclass(slots=True)
class _Open:
    name: str
    at: int


class _Walk:
    """One reading of the MJML: what is wrong with it, and where tags need a shell of their own."""

    def __init__(self, text: str, away: Hidden) -> None:
        self.text, self.away = text, away
        self.stack: list[_Open] = []
        self.faults: list[Fault] = []
        self.made: list[str] = []
        self.seen: set[str] = set()

    def fault(self, at: int, sentence: str) -> None:
        # The words that stand for Liquid hold none of its line breaks: those are counted, too.
        before = self.away.back(self.text[:at])
        self.faults.append(Fault(before.count("\n") + 1, sentence))

    def run(self) -> str:
        at = 0
        for found in _MARKUP.finditer(self.text):
            self.between(at, found.start())
            self.markup(found)
            at = found.end()
        self.between(at, len(self.text))
        for left in self.stack:
            self.fault(left.at, f"<{left.name}> is not closed by </{left.name}>.")
        for needed in ("mjml", "mj-body"):
            if needed not in self.seen and not self.faults:
                self.faults.append(Fault(0, f"There is no <{needed}>: a message is written in it."))
        return "".join(self.made)

    def holds_html(self) -> bool:
        return any(one.name in _HOLD_HTML for one in self.stack)

    def is_in(self, *names: str) -> bool:
        return any(one.name in names for one in self.stack)

    def between(self, start: int, end: int) -> None:
        """Text between the elements: Liquid there is kept by a shell, anything else would go."""
        text = self.text[start:end]
        if "<" in text:
            self.fault(start + text.index("<"), "'<' begins no tag here; write &lt; for the sign.")
        is_head = self.is_in("mj-head", "mj-style") and not self.is_in(*_SAYS)
        if is_head and (found := self.away.word.search(text)):
            self.fault(start + found.start(), "Liquid stands in the body, not among the styles.")
        if not self.holds_html() and not is_head:
            self.lost(start, text)
            text = self.away.word.sub(r"<mj-raw>\g<0></mj-raw>", text)
        self.made.append(text)

    def lost(self, start: int, text: str) -> None:
        plain = self.away.word.sub("", text).strip()
        if plain:
            place = start + text.index(plain.split()[0])
            self.fault(place, f"“{plain[:40]}” stands in no <mj-text> and would be lost.")

    def markup(self, found: re.Match[str]) -> None:
        self.made.append(found[0])
        if found["comment"]:
            return
        name, inside = found["name"].lower(), found["inside"]
        if found["close"]:
            self.close(name, found.start())
            return
        self.look(name, inside, found.start())
        self.seen.add(name)
        if not inside.rstrip().endswith("/") and name not in _ALONE:
            self.stack.append(_Open(name, found.start()))

    def look(self, name: str, inside: str, at: int) -> None:
        """What is wrong with one opening tag."""
        is_ours = name.startswith("mj")
        if name == "mj-include" or name in _NEVER:
            self.fault(at, f"A message cannot hold <{name}>.")
        elif is_ours and name not in _ELEMENTS:
            self.fault(at, f"There is no <{name}>.{nearest(name, _ELEMENTS)}")
        elif not is_ours and not self.holds_html():
            self.fault(at, f"<{name}> stands in no <mj-text> or <mj-raw>.")
        if _SCRIPTED.search(" " + inside):
            self.fault(at, f"<{name}> cannot carry a script.")
        for word in self.away.word.findall(inside):
            if self.away.tags[word].startswith("{%"):
                self.fault(at, f"Inside <{name} …> only values can stand, no {{% tags %}}.")

    def close(self, name: str, at: int) -> None:
        if self.stack and self.stack[-1].name == name:
            self.stack.pop()
        elif any(one.name == name for one in self.stack):
            while self.stack[-1].name != name:
                left = self.stack.pop()
                self.fault(left.at, f"<{left.name}> is not closed by </{left.name}>.")
            self.stack.pop()
        else:
            self.fault(at, f"</{name}> closes nothing.")


def faults(source: str) -> list[Fault]:
    """All that is wrong with the MJML of a message, by line."""
    try:
        compiled(source)
    except Unreadable as unreadable:
        return unreadable.faults
    return []


def compiled(source: str) -> tuple[str, Hidden]:
    """The HTML, its Liquid still put away, and what brings it back. Raises Unreadable."""
    away = hidden(source)
    walk = _Walk(away.text, away)
    shelled = walk.run()
    if walk.faults:
        raise Unreadable(sorted(walk.faults, key=lambda fault: fault.line))
    try:
        made = mjml2html(shelled)
    except ValueError as fault:
        raise Unreadable([_told(str(fault), shelled, away)]) from None
    lost = list(_lost(away, made))
    if lost:
        raise Unreadable(lost)
    return made, away


def _told(said: str, shelled: str, away: Hidden) -> Fault:
    """The compiler's complaint, with the line that it is about where it names a place."""
    found = _POSITION.search(said)
    if found is None:
        return Fault(0, f"This cannot be read as MJML: {said}.")
    before = away.back(shelled[: int(found[1])])
    return Fault(before.count("\n") + 1, f"This cannot be read as MJML: {said[: found.start()]}.")


def _lost(away: Hidden, made: str) -> Iterator[Fault]:
    """Tags of Liquid that the compiler did not carry along, or carried twice."""
    for word, tag in away.tags.items():
        count = made.count(word)
        if count == 0 or (count > 1 and tag.startswith("{%")):
            before = away.back(away.text[: away.text.index(word)])
            yield Fault(before.count("\n") + 1, f"{tag[:60]} cannot stand here.")


__all__ = ["Hidden", "Unreadable", "compiled", "faults", "hidden"]
