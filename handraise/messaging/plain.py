"""The plain-text part of a message that has none written: what its HTML says. No Django."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKS = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
           "blockquote"}  # fmt: skip
_SILENT = {"head", "style", "script", "title", "noscript"}
_ALONE = {"br", "img", "hr", "meta", "link", "input", "wbr", "col"}
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_LIQUID_SIGNS = re.compile(r"([{%}])(?=[{%}])")


class _Reader(HTMLParser):
    """Writes down what a person would see. Comments, which hold what is for Outlook, are passed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[str] = []
        self.silent = 0  # depth inside what is not shown
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        is_open = tag not in _ALONE
        if self.silent or tag in _SILENT or _HIDDEN.search(told.get("style", "")):
            self.silent += is_open
        elif tag == "br":
            self.made.append("\n")
        elif tag == "li":
            self.made.append("\n- ")
        elif tag == "img" and told.get("alt", "").strip():
            self.made.append(f"[{told['alt'].strip()}]")
        elif tag == "a":
            self.links.append((told.get("href", "").strip(), len(self.made)))
        elif tag in _BREAKS:
            self.made.append("\n\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _ALONE:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _ALONE:
            return
        if self.silent:
            self.silent -= 1
        elif tag == "a" and self.links:
            url, start = self.links.pop()
            label = " ".join("".join(self.made[start:]).split())
            del self.made[start:]
            self.made.append(f"{label}: {url}" if label and label != url else url)
        elif tag in _BREAKS or tag == "td":
            self.made.append("\n\n" if tag in _BREAKS else "\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            # Two signs beside each other would be read as Liquid, which they were not in the HTML.
            self.made.append(re.sub(r"\s+", " ", _LIQUID_SIGNS.sub(r"\1 ", data)))


def text_of(html: str) -> str:
    """What the HTML says, its links behind their words. Liquid in it must be put away."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.made))


def tidy(text: str) -> str:
    """The text without blanks at the ends of lines, and with one empty line at most between two."""
    lines = "\n".join(line.strip() for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


__all__ = ["text_of", "tidy"]
