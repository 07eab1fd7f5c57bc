"""What a browser would send of a page's form, read from its HTML."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside = False
        self.select = ""
        self.area = ""
        self.typed = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.inside = given.get("method") == "post" and "action" not in given
        if not self.inside:
            return
        if tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.found[name] = value or ("on" if given.get("type") == "checkbox" else "")
        if tag == "select":
            self.select = name
        if tag == "option" and self.select:
            if "selected" in given or self.select not in self.found:
                self.found[self.select] = value
            self.typed = "" if value else ("selected" if "selected" in given else "first")
        if tag == "textarea":
            self.area, self.found[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] += data
        if self.select and self.typed:
            if self.typed == "selected" or not self.found.get(self.select):
                self.found[self.select] = data.strip()
            self.typed = ""


def fields_of(page: str) -> dict[str, str]:
    """Names and values of the one form that sends to its own page."""
    reading = _Reading()
    reading.feed(page)
    reading.found.pop("csrfmiddlewaretoken", None)
    return reading.found
