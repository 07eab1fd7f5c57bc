"""A part of a message, read once: what is the same for everybody, and what Liquid says for each.

A mailing says the same part a hundred thousand times. What stands in it for everybody is kept in
pieces that are always the same ones, each link apart, and Liquid is asked for the rest alone. What
is unusual in any way (a fault, a name that is not known, a link across tags) is left to the library
to say in one go: that is slower, and has the last word. No Django.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from typing import Any

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.exceptions import OutputStreamLimitError
from liquid.output import LimitedStringIO
from liquid.token import TOKEN_CONTENT, Token

from handraise.enablement.language import BEGIN, Broken, Dialect, pieces
from handraise.messaging.marking import Leading, Marks

_NOWHERE = Token(kind=TOKEN_CONTENT, value="", start_index=-1, source="")


def newlined(text: str) -> str:
    """With the line ends that the library's buffer makes of any."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class Unrenderable(ValueError):
    """A message that cannot be said to this lead; its text is a sentence that says why. `missing`
    are the names that are not known, where that is the reason."""

    def __init__(self, said: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(said)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class _Link:
    """A link whose address has no Liquid in it, and how it is marked in the text."""

    place: int
    url: str
    marked: str


@dataclass(frozen=True, slots=True)
class _Run:
    """What Liquid says anew for each lead; with `is_marked` there is a link in it."""

    nodes: tuple[Node, ...]
    is_marked: bool = False


_Piece = str | _Link | _Run


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message, read; in HTML the addresses of links are escaped."""

    dialect: Dialect
    body: str
    read: BoundTemplate
    plan: tuple[_Piece, ...] = ()
    marks: Marks | None = None
    ends_at: str = ""  # where something may be added: before this, once
    kept: int = 0  # bytes that are the same for everybody

    @classmethod
    def of(
        cls, dialect: Dialect, body: str, marks: Marks | None = None, *, ends_at: str = ""
    ) -> Part:
        """Raises Broken for what cannot be read."""
        read = dialect.read(body)
        plan = _plan(read, marks, is_html=dialect.escapes, ends_at=ends_at)
        same = [piece.marked if isinstance(piece, _Link) else piece for piece in plan]
        kept = sum(
            len(piece.encode("utf-8", "replace")) for piece in same if isinstance(piece, str)
        )
        return cls(dialect, body, read, plan, marks, ends_at, kept)

    def said(self, values: Mapping[str, Any], *, names_missing: bool = False) -> str:
        """The text for these values. Raises Unrenderable, or names in it what is not known."""
        try:
            made = self.dialect.said(self.read, values, self.body)
        except Broken as broken:
            raise Unrenderable(f"The message has a fault: {broken}") from None
        if BEGIN not in made:
            return made
        if names_missing:
            told = ((f"⟨{text} is not known⟩" if gone else text) for text, gone in pieces(made))
            return "".join(told)
        missing = tuple(dict.fromkeys(text for text, gone in pieces(made) if gone))
        are = "is" if len(missing) == 1 else "are"
        raise Unrenderable(f"{', '.join(missing)} {are} not known.", missing)

    def in_pieces(self, values: Mapping[str, Any], led: Leading | None = None) -> list[str] | None:
        """The text for these values in pieces, its links led where they go; None when it must be
        said in one go, be it only to hear what is wrong with it."""
        try:
            return self._in_pieces(values, led)
        except Exception:  # whatever it is, it comes again where it can be told
            return None

    def _in_pieces(self, values: Mapping[str, Any], led: Leading | None) -> list[str] | None:
        heard = _Heard(self.read.env.output_stream_limit or 0, self.kept)
        context = self.read.context_class(self.read, globals=values)
        made: list[str] = []
        with context.extend({"partial": False}):  # as the library does
            for piece in self.plan:
                if isinstance(piece, str):
                    made.append(piece)
                elif isinstance(piece, _Run):
                    for node in piece.nodes:
                        node.render(context, heard)
                    made.append(self._checked(heard.taken(), led if piece.is_marked else None))
                else:
                    assert led is not None
                    made.append(led.link(piece.place, piece.url))
        return made

    def _checked(self, said: str, led: Leading | None) -> str:
        """Raises LookupError for what belongs to more than its own place."""
        if BEGIN in said:  # looked for before a link is made of it, where it would not be seen
            raise LookupError
        if led is not None:
            said = led.text(said)
        if self.marks is not None and (
            self.marks.nonce in said or (self.ends_at and self.ends_at in said)
        ):
            raise LookupError
        return said


class _Heard(LimitedStringIO):
    """Takes what Liquid says, as the library's own buffer does, and gives it out in pieces."""

    def __init__(self, limit: int, size: int) -> None:
        super().__init__(limit)
        self.size = size
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.size += len(text) if text.isascii() else len(text.encode("utf-8"))
        if self.size > self.limit:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        self.parts.append(newlined(text))
        return len(text)

    def taken(self) -> str:
        said = "".join(self.parts)
        self.parts.clear()
        return said


def _plan(
    read: BoundTemplate, marks: Marks | None, *, is_html: bool, ends_at: str
) -> tuple[_Piece, ...]:
    atoms = list(_joined(_atoms(read, marks, is_html=is_html), marks))
    plan: list[_Piece] = []
    for is_kept, group in groupby(atoms, key=lambda atom: isinstance(atom, str)):
        same = list(group)
        plan += ["".join(str(atom) for atom in same)] if is_kept else same
    if not ends_at:
        return tuple(plan)
    for place in reversed(range(len(plan))):
        piece = plan[place]
        if isinstance(piece, str) and ends_at in piece:
            before, end, after = piece.rpartition(ends_at)
            return (*plan[:place], before, end + after, *plan[place + 1 :])
    return tuple(plan)


def _atoms(
    read: BoundTemplate, marks: Marks | None, *, is_html: bool
) -> Iterator[str | _Link | Node]:
    """Texts, links without Liquid, and whatever else, in order."""
    for node in read.nodes:
        if not isinstance(node, ContentNode):
            yield node
            continue
        text, at = newlined(node.text), 0
        for mark in marks.mark.finditer(text) if marks else ():
            yield text[at : mark.start()]
            yield _Link(int(mark[1]), unescape(mark[2]) if is_html else mark[2], mark[0])
            at = mark.end()
        yield text[at:]


def _joined(atoms: Iterator[str | _Link | Node], marks: Marks | None) -> Iterator[_Piece]:
    """A mark that begins in one text and ends in another goes with all that stands between."""
    across: list[Node] = []
    nonce = marks.nonce if marks else None
    for atom in atoms:
        is_edge = nonce is not None and isinstance(atom, str) and atom.count(nonce) % 2 == 1
        if is_edge or across:
            across.append(_node(atom))
            if is_edge and len(across) > 1:
                yield _Run(tuple(across), is_marked=True)
                across = []
        elif isinstance(atom, Node):
            yield _Run((atom,), is_marked=marks is not None)
        else:
            yield atom
    if across:
        yield _Run(tuple(across), is_marked=True)


def _node(atom: str | _Link | Node) -> Node:
    if isinstance(atom, Node):
        return atom
    return ContentNode(token=_NOWHERE, text=atom if isinstance(atom, str) else atom.marked)


__all__ = ["Part", "Unrenderable"]
