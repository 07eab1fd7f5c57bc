"""A version of a message made ready once, and then said to one lead after another.

MJML is compiled and Liquid read when a version is first asked for; for each lead only Liquid is
carried out. Nothing is half-rendered: what is not known, or leads nowhere, raises Unrenderable.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from threading import Lock
from typing import Any

from handraise.enablement.language import Broken, template
from handraise.messaging import frame, mjml, plain
from handraise.messaging.decide import LONGEST_SUBJECT, PLAIN, SHEET, Utm
from handraise.messaging.marking import Leading, Marks, Unlinkable, by_place
from handraise.messaging.mjml import Unreadable
from handraise.messaging.models import MessageVersion
from handraise.messaging.parts import Part, Unrenderable

REMEMBERED = 200  # versions
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_BODY_ENDS = "</body>"


def _as_it_is(url: str, place: int) -> str:
    del place
    return url


@dataclass(frozen=True, slots=True)
class Footing:
    """What a message stands on for one send: where its ways out lead, and who follows its links.

    `wrap` is given the address behind a link and its place in the version, from 1. An empty
    `pixel_url` or `decoy_url` leaves the picture, or the link that no person sees, away.
    """

    unsubscribe_url: str
    preferences_url: str
    pixel_url: str = ""
    wrap: Callable[[str, int], str] = _as_it_is
    decoy_url: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message to one lead. `pieces` are of its HTML: long ones are the same objects for
    everybody, so that what is made of them can be kept. `links[place - 1]` is the address behind
    the link at a place, with its UTM and before it was wrapped; empty where this lead's message
    has no such link."""

    subject: str
    pieces: tuple[str, ...]
    text: str
    links: tuple[str, ...]

    @property
    def html(self) -> str:
        """The whole of its HTML."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Words:
    """What an author writes of a message."""

    subject: str
    preheader: str
    mjml: str
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version that was read once, to be said to any number of leads."""

    subject: Part
    sheet: Part
    text: Part
    marks: Marks
    has_purpose: bool

    @property
    def places(self) -> int:
        """How many links it has that can be followed."""
        return len(self.marks.urls)

    def target(self, place: int, values: Mapping[str, Any]) -> str:
        """The address behind the link at a place, with its UTM. Raises Unrenderable."""
        if not 1 <= place <= self.places:
            raise Unrenderable(f"The message has no link {place}.")
        url = Part.of(PLAIN, self.marks.urls[place - 1]).said(values)
        return self._checked(lambda: self.marks.final(url))

    def missing(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The names in any part that are not known of this lead."""
        found: dict[str, None] = {}
        told = {**values, "unsubscribe_url": "x", "preferences_url": "x"}
        for part in (self.subject, self.sheet, self.text):
            try:
                part.said(told)
            except Unrenderable as fault:
                found |= dict.fromkeys(fault.missing)
        return tuple(found)

    def render(
        self, values: Mapping[str, Any], footing: Footing, *, names_missing: bool = False
    ) -> Rendered:
        """The message for one lead. Raises Unrenderable; for reading only, `names_missing` has
        it say what is not known instead."""
        if self.has_purpose and not footing.unsubscribe_url:
            raise Unrenderable("There is no address to unsubscribe at.")
        told = {**values, "unsubscribe_url": footing.unsubscribe_url,
                "preferences_url": footing.preferences_url}  # fmt: skip
        said = "".join(self._said(self.subject, told, names_missing=names_missing))
        ours = frozenset({footing.unsubscribe_url, footing.preferences_url})
        found: dict[int, str] = {}
        in_html, in_text = (
            Leading(self.marks, footing.wrap, ours, is_html, found) for is_html in (True, False)
        )
        html = self._said(self.sheet, told, in_html, names_missing=names_missing)
        text = self._said(self.text, told, in_text, names_missing=names_missing)
        subject = " ".join(_ODD.sub(" ", said).split())[:LONGEST_SUBJECT]
        if not subject:
            raise Unrenderable("For this lead the subject says nothing.")
        if self.has_purpose and f'"{escape(footing.unsubscribe_url)}"' not in "".join(html):
            raise Unrenderable("For this lead the message has no link to unsubscribe.")
        links = by_place(found, self.places)
        return Rendered(
            subject, tuple(_watched(html, footing)), plain.tidy("".join(text)) + "\n", links
        )

    def _said(
        self, part: Part, values: Mapping[str, Any], led: Leading | None = None, *,
        names_missing: bool,
    ) -> list[str]:  # fmt: skip
        """A part in pieces, its links led where they go."""
        made = None if names_missing else part.in_pieces(values, led)
        if made is not None:
            return made
        whole = part.said(values, names_missing=names_missing)
        return [whole if led is None else self._checked(lambda: led.text(whole))]

    @staticmethod
    def _checked(made: Callable[[], str]) -> str:
        try:
            return made()
        except Unlinkable as fault:
            raise Unrenderable(str(fault)) from None


def _watched(html: list[str], footing: Footing) -> list[str]:
    """With the picture that tells of an opening and the link that only machines follow, if any."""
    added = ""
    if footing.decoy_url:
        hidden = 'style="display:none" tabindex="-1" aria-hidden="true"'
        added += f'<a href="{escape(footing.decoy_url)}" {hidden}></a>'
    if footing.pixel_url:
        added += f'<img src="{escape(footing.pixel_url)}" width="1" height="1" alt="">'
    if not added:
        return html
    for place in reversed(range(len(html))):
        before, closing, after = html[place].rpartition(_BODY_ENDS)
        if closing:
            put = (before, added, closing + after) if before else (added, html[place])
            return [*html[:place], *put, *html[place + 1 :]]
    return [added, *html]


def made_ready(words: Words, *, has_purpose: bool, utm: Utm) -> Prepared:
    """What an author wrote, read. Raises Unreadable or Broken for what has a fault."""
    for body in (words.subject, words.preheader, words.text):
        template(body, PLAIN)  # refuses what would take for ever to read
    template(words.mjml, SHEET)
    marks = Marks(utm)
    source = frame.framed(words.mjml, preheader=words.preheader, has_purpose=has_purpose)
    compiled, away = mjml.compiled(source)
    marked = marks.in_html(frame.finished(compiled), away)
    if words.text.strip():
        apart = mjml.hidden(frame.with_foot(words.text, has_purpose=has_purpose))
        text = apart.back(marks.in_text(apart.text, apart))
    else:
        text = away.back(plain.text_of(marked))
    return Prepared(
        Part.of(PLAIN, words.subject),
        Part.of(SHEET, away.back(marked), marks, ends_at=_BODY_ENDS),
        Part.of(PLAIN, text, marks), marks, has_purpose,
    )  # fmt: skip


_ready: OrderedDict[tuple[object, ...], Prepared] = OrderedDict()
_held = Lock()


def prepared(version: MessageVersion, *, has_purpose: bool = False) -> Prepared:
    """The version made ready; a published one, which never changes, is remembered.

    With `has_purpose` it says the ways out though its message has no purpose of its own: a journey
    may have one. Raises Unrenderable for one that has a fault.
    """
    message = version.message
    utm = Utm(message.utm_source, message.utm_medium, message.utm_campaign)
    has_purpose = has_purpose or bool(message.purpose)
    # With its instant: ids come again where a database is made anew, as tests do.
    key = (version.pk, version.published_at, has_purpose, utm)
    with _held:
        if key in _ready:
            _ready.move_to_end(key)
            return _ready[key]
    words = Words(version.subject, version.preheader, version.mjml, version.text)
    try:
        made = made_ready(words, has_purpose=has_purpose, utm=utm)
    except (Broken, Unreadable) as fault:
        raise Unrenderable(f"The message has a fault: {fault}") from None
    if version.published_at is not None:
        _remember(key, made)
    return made


def _remember(key: tuple[object, ...], made: Prepared) -> None:
    with _held:
        _ready[key] = made
        while len(_ready) > REMEMBERED:
            _ready.popitem(last=False)


__all__ = ["Footing", "Prepared", "Rendered", "Unrenderable", "Words", "made_ready", "prepared"]
