"""Rules of talking: what may be written, who is meant by `@Name`, what notifies whom by default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from handraise.leads.decide import Refused

LONGEST_NOTE = 4_000
LONGEST_TASK = 500
MAY_EDIT_FOR = timedelta(minutes=15)
MOST_MENTIONS = 30


class Priority(IntEnum):
    """How much a task matters; the order of a list."""

    HIGH = 1
    NORMAL = 2
    LOW = 3

    @property
    def label(self) -> str:
        return self.name.capitalize()


@dataclass(frozen=True, slots=True)
class Channels:
    """Where news reach a person: in the app, in the mail digest, in the chat."""

    in_app: bool = True
    by_mail: bool = True
    by_chat: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of news: its code, what the page of preferences says, where it goes unless said."""

    code: str
    label: str
    icon: str = "bell"
    channels: Channels = Channels()


@dataclass(frozen=True, slots=True)
class News:
    """What one person is told, as one of many: `key` names the thing within its kind."""

    person_id: int
    said: str
    link: str
    key: str
    lead_id: int | None = None


OTHER = Kind("other", "Everything else")
_KINDS = {
    kind.code: kind
    for kind in (
        Kind("mention", "Mentions in a note", "at-sign", Channels(by_chat=True)),
        Kind("note", "Notes on owned leads and companies", "sticky-note", Channels(by_mail=False)),
        Kind("task", "Tasks given", "list-checks", Channels(by_chat=True)),
        Kind("task_due", "Tasks that fall due", "alarm-clock"),
        Kind("task_done", "Given tasks that were done", "circle-check", Channels(by_mail=False)),
    )
}


def add_kind(kind: Kind) -> None:
    """Let people choose where this kind of news reaches them. For upper steps, when they load."""
    _KINDS[kind.code] = kind


def kinds() -> list[Kind]:
    """Every kind that there is, in the order of the page of preferences."""
    return [*_KINDS.values(), OTHER]


def kind_of(code: str) -> Kind:
    """The kind of this code; one that nobody added is among everything else."""
    return _KINDS.get(code, OTHER)


def checked_text(text: str, *, what: str, longest: int) -> str:
    """The text without blanks around it and with plain line breaks. Raises Refused."""
    said = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not said:
        raise Refused(f"Write what the {what} says.")
    if len(said) > longest:
        raise Refused(f"A {what} has at most {longest:,} characters; this one has {len(said):,}.")
    if "\x00" in said or any("\ud800" <= char <= "\udfff" for char in said):
        raise Refused(f"The {what} holds characters that are no text.")
    return said


def excerpt(text: str, longest: int = 140) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Called:
    """Whom `@` may name: an id, the name and the address under which they are known."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Meant:
    """One person meant in a text: `length` characters from `start`, the `@` included."""

    person: int
    start: int
    length: int


_AT = re.compile(r"(?<![\w@.+-])@")


def mentions_in(text: str, people: Iterable[Called]) -> list[Meant]:
    """Who is meant by `@Name` or `@address` in a text. The longest name that stands there counts.

    Raises Refused where a name is that of several people, or too many are meant.
    """
    names: dict[str, list[int]] = {}
    for one in people:
        for name in {one.name, one.email}:
            names.setdefault(name.casefold(), []).append(one.id)
    longest_first = sorted(names, key=len, reverse=True)
    found = []
    for at in _AT.finditer(text):
        meant = _named_at(text, at.end(), longest_first, names)
        if meant is not None:
            found.append(meant)
    if len({one.person for one in found}) > MOST_MENTIONS:
        raise Refused(f"A note mentions at most {MOST_MENTIONS} people.")
    return found


def _named_at(
    text: str, begin: int, longest_first: Sequence[str], names: Mapping[str, list[int]]
) -> Meant | None:
    for name in longest_first:
        end = _end_of(name, text, begin)
        if end is None or _goes_on(text, end):
            continue
        if len(names[name]) > 1:
            raise Refused(
                f"Several people are called {text[begin:end]}:"
                " mention the one you mean by their e-mail address, as in @name@example.com."
            )
        return Meant(names[name][0], begin - 1, end - begin + 1)
    return None


def _end_of(name: str, text: str, begin: int) -> int | None:
    """Where a folded name ends that stands in the text; None where it does not. A letter may fold
    to several (ß to ss), so letters are taken until there are enough."""
    folded, end = "", begin
    while len(folded) < len(name) and end < len(text):
        folded += text[end].casefold()
        end += 1
    return end if folded == name else None


def _goes_on(text: str, end: int) -> bool:
    """Whether the word goes on at this place, so that a name that ends here is not what it says."""
    return text[end : end + 1].isalnum() or text[end : end + 1] == "_"


def may_edit_until(written_at: datetime) -> datetime:
    return written_at + MAY_EDIT_FOR


def day_at(day: date, hour: int, zone: str) -> datetime:
    """The instant (UTC) of an hour of a day in a zone. Where the clock shows that hour twice it is
    the first; where it is skipped, as much later as the clock jumps."""
    wall = datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC)


def for_chat(text: str) -> str:
    """A text as chats of Slack's kind take it: their three special characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link_for_chat(address: str, words: str) -> str:
    """A link in the markup of such chats; what would end it is taken out of its words."""
    plain = for_chat(words.replace("|", "/"))
    return f"<{address.replace('|', '%7C').replace('>', '%3E')}|{plain}>"
