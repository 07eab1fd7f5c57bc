"""The activity of a row: its name, its properties, and whether a robot did it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from handraise.capture.imports.columns import Cells
from handraise.capture.imports.compiled import Compiler
from handraise.capture.imports.faults import RowFault
from handraise.capture.imports.mapping import Event, Mapping
from handraise.capture.imports.values import clean
from handraise.capture.robots import bot_named_by
from handraise.capture.validate import NAME_CHARS
from handraise.leads.entry import Json


class Happening:
    """Reads what happened from a row of a file of activities."""

    def __init__(self, mapping: Mapping, event: Event, compiler: Compiler) -> None:
        self.name = _name_reader(event, compiler)
        self._properties = compiler.values(mapping.properties)
        self._url = compiler.getter(mapping.url)
        self._agent = compiler.getter(mapping.user_agent)

    def properties(self, cells: Cells) -> dict[str, Json]:
        """What JSON columns hold, overruled by mapped columns and the parts of the address."""
        found: dict[str, Json] = {}
        for parsed in cells.parsed.values():
            found.update(parsed)
        found.update(self._properties(cells)[0])
        if url := clean(self._url(cells)):
            found.update(_address(url))
        return found

    def bot(self, cells: Cells) -> str:
        """Why a robot did it; empty for people."""
        return bot_named_by(self._agent(cells))


def _name_reader(event: Event, compiler: Compiler) -> Callable[[Cells], str]:
    if event.constant:
        return lambda _: event.constant
    get, column, rename = compiler.getter(event.column), event.column[0], event.rename

    def read(cells: Cells) -> str:
        told = clean(get(cells))
        name = rename.get(told, told)
        if not name:
            raise RowFault(f"column {column!r} is empty: it names what happened", "event")
        if len(name) > NAME_CHARS:
            raise RowFault(f"column {column!r} has more than {NAME_CHARS} characters", "event")
        return name

    return read


def _address(url: str) -> dict[str, Json]:
    """A page's address as a browser's tracker tells it: url, path, search."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return {"url": url}
    found: dict[str, Json] = {"url": url, "path": parts.path or "/"}
    if parts.query:
        found["search"] = f"?{parts.query}"
    return found
