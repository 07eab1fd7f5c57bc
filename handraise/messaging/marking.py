"""Links of a message: marked once where they stand, made into what is sent for each lead.

The mark is a word that nobody can guess, so that no value of a lead can bring a link of its own.
Places count from 1, in the order in which the links stand in the HTML, then those only in the
text. A link in a loop has place 0: which turn it was, no place can tell, so nobody follows it.
No Django.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from secrets import token_hex

from handraise.messaging.decide import Utm, absolute, is_web
from handraise.messaging.mjml import Hidden

_ANCHOR = re.compile(
    r"(<a\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\shref\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", re.I
)
_WEB = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]", re.I)
_OURS = re.compile(r"\{\{-?\s*(unsubscribe_url|preferences_url)\s*-?\}\}")


class Unlinkable(ValueError):
    """A link that leads nowhere; the sentence says which."""


@dataclass(slots=True)
class Marks:
    """The links of one version: `urls` with their Liquid, by place from 1."""

    utm: Utm
    nonce: str = field(default_factory=lambda: f"ln{token_hex(6)}")
    urls: list[str] = field(default_factory=list)
    mark: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.mark = re.compile(rf"{self.nonce}-(\d+)-(.*?)-{self.nonce}", re.DOTALL)

    def marked(self, place: int, url: str) -> str:
        return f"{self.nonce}-{place}-{url}-{self.nonce}"

    def in_html(self, made: str, away: Hidden) -> str:
        """The HTML with its links marked, the Liquid still put away."""
        loops = _loops(made, away)

        def mark(found: re.Match[str]) -> str:
            value = found[2]
            quoted = value[1:-1] if value[0] in "\"'" else value
            if _OURS.fullmatch(away.back(quoted).strip()):
                return f'{found[1]}"{quoted.strip()}"'
            if loops(found.start()):
                return f'{found[1]}"{self.marked(0, quoted)}"'
            self.urls.append(away.back(unescape(quoted).strip()))
            return f'{found[1]}"{self.marked(len(self.urls), quoted)}"'

        return _ANCHOR.sub(mark, made)

    def in_text(self, text: str, away: Hidden) -> str:
        """A written text with its web addresses marked: those of the HTML by their place there."""
        loops = _loops(text, away)

        def mark(found: re.Match[str]) -> str:
            if loops(found.start()):
                return self.marked(0, found[0])
            url = away.back(found[0])
            if url not in self.urls:
                self.urls.append(url)
            return self.marked(self.urls.index(url) + 1, found[0])

        return _WEB.sub(mark, text)

    def final(self, url: str) -> str:
        """The address behind a link, whole. Raises Unlinkable."""
        try:
            return _final(url, self.utm)
        except ValueError as fault:
            raise Unlinkable(str(fault)) from None


@dataclass(frozen=True, slots=True)
class Leading:
    """The links of one version as they are sent to one lead; `found` takes what is behind each
    place. `ours` are those that nobody follows."""

    marks: Marks
    wrap: Callable[[str, int], str]
    ours: frozenset[str]
    is_html: bool
    found: dict[int, str]

    def text(self, text: str) -> str:
        """The text with each marked link as it is sent. Raises Unlinkable."""
        if self.marks.nonce not in text:
            return text
        return self.marks.mark.sub(
            lambda mark: self.link(int(mark[1]), unescape(mark[2]) if self.is_html else mark[2]),
            text,
        )

    def link(self, place: int, url: str) -> str:
        """The link at a place as it is sent. Raises Unlinkable."""
        if url not in self.ours:
            url = self.marks.final(url)
            if place:
                self.found[place] = url
                url = self.wrap(url, place) if is_web(url) else url
        return escape(url) if self.is_html else url


@lru_cache(maxsize=2000)
def _final(url: str, utm: Utm) -> str:
    """Most links are the same for every reader. Raises ValueError."""
    found = absolute(url)
    return utm.on(found) if is_web(found) else found


def _loops(made: str, away: Hidden) -> Callable[[int], bool]:
    """Whether a place in the text is inside a loop."""
    spans, depth, start = list[tuple[int, int]](), 0, 0
    for word in away.word.finditer(made):
        name = away.tags.get(word[0], "").strip("{%- }").split(" ")[0]
        if name == "for":
            start = start if depth else word.start()
            depth += 1
        elif name == "endfor" and depth:
            depth -= 1
            if not depth:
                spans.append((start, word.end()))
    return lambda at: any(begin <= at < end for begin, end in spans)


def by_place(found: Mapping[int, str], count: int) -> tuple[str, ...]:
    """What is behind each place, in order; empty where this lead's message has no such link."""
    return tuple(found.get(place, "") for place in range(1, count + 1))


__all__ = ["Leading", "Marks", "Unlinkable", "by_place"]
