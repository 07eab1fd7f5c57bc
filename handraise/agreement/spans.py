"""Where each part of a YAML text begins and ends, so that one part can be changed alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from handraise.agreement.faults import Place

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """A value in a text: characters `start` to `end`. `key_start` and `key_end` are of its key."""

    start: int
    end: int
    column: int
    is_flow: bool = True
    is_scalar: bool = True
    key_start: int | None = None
    key_end: int | None = None
    key_column: int = 0
    parts: dict[str | int, Part] = field(default_factory=dict)

    @property
    def outset(self) -> int:
        """Where the part begins, its key included."""
        return self.start if self.key_start is None else self.key_start


def parts(text: str) -> Part:
    """The tree of a text that `plain_yaml.load` has read."""
    whole = yaml.compose(text, Loader=_LOADER)
    assert whole is not None
    return _part(whole, text)


def _part(node: yaml.Node, text: str) -> Part:
    begin, end = node.start_mark, node.end_mark
    if isinstance(node, yaml.ScalarNode):
        is_block = node.style in {"|", ">"}
        stop = len(text[: end.index].rstrip()) if is_block else end.index
        return Part(begin.index, stop, begin.column)
    assert isinstance(node, yaml.CollectionNode)
    made = Part(begin.index, end.index, begin.column, bool(node.flow_style), is_scalar=False)
    if isinstance(node, yaml.SequenceNode):
        made.parts = {place: _part(below, text) for place, below in enumerate(node.value)}
    else:
        for key, below in node.value:
            inner = _part(below, text)
            inner.key_start, inner.key_end = key.start_mark.index, key.end_mark.index
            inner.key_column = key.start_mark.column
            made.parts[key.value] = inner
    if not made.is_flow and made.parts:
        # The parser ends a block where the next thing begins, comments between them included.
        made.end = list(made.parts.values())[-1].end
    return made


def at(whole: Part, place: Place) -> Part:
    """The part at a place. Raises KeyError."""
    for step in place:
        whole = whole.parts[step]
    return whole


def line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """The end of the line, without its break."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def with_comments(text: str, start: int) -> int:
    """The beginning of the comment lines that stand right above the line of `start`, as far in."""
    here = line_start(text, start)
    indent = text[here:start]
    while here:
        above = line_start(text, here - 1)
        if not text[above:here].startswith(f"{indent}#"):
            break
        here = above
    return here


def comments(text: str) -> list[str]:
    """Every comment of a text that can be read, in order, without the `#`."""
    masked = list(text)
    pending = [parts(text)]
    while pending:
        part = pending.pop()
        if part.is_scalar:
            masked[part.start : part.end] = "x" * (part.end - part.start)
        if part.key_start is not None and part.key_end is not None:
            masked[part.key_start : part.key_end] = "x" * (part.key_end - part.key_start)
        pending += part.parts.values()
    bare = "".join(masked)
    return [
        text[found.start() : found.end()].lstrip("#").strip() for found in _COMMENT.finditer(bare)
    ]
