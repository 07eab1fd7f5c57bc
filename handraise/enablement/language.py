"""The Liquid that scripts and mails are written in: a small part, with an end to everything.

A text comes from a colleague, not from us, so it gets no files, no other templates, no arithmetic,
no clock and no more work than a page can bear. What is not known is never left blank: it stands in
the text between two marks that no other text can hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext, Undefined
from liquid.builtin.expressions import FilteredExpression, StringLiteral
from liquid.builtin.filters import array, misc, string
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.expression import Expression
from liquid.filter import with_context

from handraise.agreement.faults import nearest
from handraise.enablement.bounding import (
    LONGEST_TEXT,
    MOST_ROUNDS,
    For,
    Template,
    bounded,
    nodes,
    refuse_lone_ranges,
    too_long,
)

LONGEST_BODY = 20_000  # characters
MOST_MARKS = 200  # openings of tags; to read unclosed ones takes the square of their number

BEGIN, END = "\ue000", "\ue001"  # private use; taken out of every value
_OPENING = re.compile(r"\{[{%]")
_GAP = re.compile(r"\s{200}")  # to read them takes their square, too
_UNCLOSED = re.compile(r"\{\{(?!(?:(?!\{\{|\}\}).)*\}\})", re.DOTALL)
_MARKED = re.compile(f"{BEGIN}([^{END}]*){END}")

OPEN = {"lead.facts", "company.facts", "answers"}  # whose names are yours
VARIABLES = frozenset(
    {"lead.name", "lead.first_name", "lead.title", "lead.email", "lead.country", "company.name",
     "company.industry", "company.employees", "seller.name", "why_now", "read", *OPEN}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a script: the line counts from 1, 0 where it lies nowhere."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}" if self.line else self.sentence


class Broken(ValueError):
    """A script that cannot be read or cannot be carried out to its end."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class _Missing(Undefined):
    """What is not known: false where it is asked for, marked where it is said."""

    __slots__ = ()

    def __str__(self) -> str:
        path = (self.hint or self.name).removesuffix(" is undefined").strip("'")
        # An index out of range has no path in its hint.
        return f"{BEGIN}{self.name if path == 'index out of range' else path}{END}"


def _join(values: object, by: object = " ") -> str:
    """The items of a list in one text. Checked before it is made, as is `replace`."""
    if not isinstance(values, list):
        return str(values)
    items, between = [str(each) for each in values], str(by)
    if sum(map(len, items)) + len(between) * len(items) > LONGEST_TEXT:
        raise too_long()
    return between.join(items)


def _replace(text: object, old: object, new: object = "") -> str:
    found, sought, put = str(text), str(old), str(new)
    if not sought:
        return found
    if len(found) + found.count(sought) * len(put) > LONGEST_TEXT:
        raise too_long()
    return found.replace(sought, put)


@with_context
def _message(code: object, *, context: RenderContext) -> object:
    """The wording in force of a key message."""
    wordings = context.globals["messages"]
    assert isinstance(wordings, Mapping)
    if isinstance(code, str) and code in wordings:
        return wordings[code]
    return _Missing(f"the key message {str(code)[:60]}".replace(END, ""))


_FILTERS: dict[str, Callable[..., Any]] = {
    "append": string.append,
    "capitalize": string.capitalize,
    "downcase": string.downcase,
    "first": array.first,
    "join": _join,
    "last": array.last,
    "lstrip": string.lstrip,
    "prepend": string.prepend,
    "remove": string.remove,
    "replace": _replace,
    "rstrip": string.rstrip,
    "size": misc.size,
    "split": string.split,
    "strip": string.strip,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "upcase": string.upcase,
}
_TAGS = {"if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment", "raw",
         "echo", "liquid", "#"}  # fmt: skip


def _default(value: object, instead: object = "") -> object:
    """The other text where a value is not known or empty."""
    is_empty = isinstance(value, _Missing) or value in (None, False, "", [])
    return instead if is_empty else value


class _Language(Environment):
    template_class = Template
    block_nesting_limit = 20
    context_depth_limit = 20
    loop_iteration_limit = MOST_ROUNDS
    local_namespace_limit = LONGEST_TEXT
    output_stream_limit = LONGEST_TEXT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Only what is listed here; the filters that harm are not even there to be asked for."""
        super().setup_tags_and_filters(extra=extra)
        # Those whose names are no words are the parser's own: text, output, what it cannot read.
        self.tags = {
            name: tag
            for name, tag in self.tags.items()
            if name in _TAGS or name in {"content", "output", "illegal"}
        }
        self.add_tag(For)
        self.filters = {name: bounded(each) for name, each in _FILTERS.items()}
        self.filters["default"] = _default
        self.filters["message"] = _message


class _LongLanguage(_Language):
    output_stream_limit = 8 * LONGEST_TEXT


@dataclass(frozen=True, eq=False)
class Dialect:
    """What one kind of text may name, how long it may be, and whether its values are escaped."""

    noun: str
    variables: frozenset[str]
    longest: int = LONGEST_BODY
    most_marks: int = MOST_MARKS
    escapes: bool = False
    language: _Language = field(init=False)

    def __post_init__(self) -> None:
        kind = _Language if self.longest <= LONGEST_BODY else _LongLanguage
        made = kind(undefined=_Missing, strict_filters=True, autoescape=self.escapes)
        object.__setattr__(self, "language", made)

    def read(self, body: str) -> BoundTemplate:
        """The text, however long it is. Raises Broken with the line of the fault."""
        try:
            read = self.language.from_string(body)
            refuse_lone_ranges(read)
        except (LiquidError, RecursionError, ValueError) as fault:
            raise Broken(_fault(fault, body, self)) from None
        return read

    def said(self, read: BoundTemplate, values: Mapping[str, object], body: str) -> str:
        """The text for these values, what is not known between BEGIN and END. Raises Broken."""
        try:
            return read.render(**values)
        except Exception as fault:  # a filter may raise whatever Python raises
            raise Broken(_fault(fault, body, self)) from None


SCRIPT = Dialect("script", VARIABLES)
LANGUAGE = SCRIPT.language


@lru_cache(maxsize=256)
def template(body: str, dialect: Dialect = SCRIPT) -> BoundTemplate:
    """The text, read. Raises Broken with the line of the fault."""
    _refuse_endless(body, dialect)
    return dialect.read(body)


def _refuse_endless(body: str, of: Dialect) -> None:
    """What the library would sit over for seconds. Raises Broken."""
    if len(body) > of.longest:
        raise Broken(Fault(0, f"A {of.noun} has at most {of.longest:,} characters."))
    if len(_OPENING.findall(body)) > of.most_marks:
        raise Broken(Fault(0, f"A {of.noun} has at most {of.most_marks} tags and variables."))
    for gap in _GAP.finditer(body):
        raise Broken(Fault(_line(body, gap.start()), "There are too many blanks in a row."))
    for opened in _UNCLOSED.finditer(body):
        raise Broken(Fault(_line(body, opened.start()), "'{{' is not closed by '}}'."))


def rendered(
    body: str, values: Mapping[str, object], wordings: Mapping[str, str], dialect: Dialect = SCRIPT
) -> str:
    """The text, with what is not known between BEGIN and END. Raises Broken."""
    read = template(body, dialect)
    return dialect.said(read, {**values, "messages": dict(wordings)}, body)


def _fault(fault: Exception, body: str, of: Dialect) -> Fault:
    token = getattr(fault, "token", None)
    start = getattr(token, "start_index", -1)
    line = body.count("\n", 0, start) + 1 if start >= 0 else 0
    if isinstance(fault, ResourceLimitError | RecursionError | MemoryError):
        says = f"This takes too long or grows too large; a {of.noun} is a page of text."
        return Fault(line, says)
    said = str(getattr(fault, "message", "")).rstrip(".")
    if not said or said.startswith("unexpected liquid"):
        return Fault(line, "This cannot be read as Liquid.")
    return Fault(line, f"{said[:1].upper()}{said[1:]}."[:300])


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a rendered text, and of each whether it names something that is missing."""
    for place, part in enumerate(_MARKED.split(text)):
        if part:
            yield part, place % 2 == 1


def faults(body: str, *, codes: Collection[str], dialect: Dialect = SCRIPT) -> list[Fault]:
    """All that is wrong with a text that somebody wants to keep, by line."""
    try:
        read = template(body, dialect)
    except Broken as broken:
        return [broken.fault]
    found = [*_unknown_names(read, body, dialect), *_unknown_messages(read, body, codes)]
    if not found:
        try:
            rendered(body, {}, {}, dialect)
        except Broken as broken:
            found.append(broken.fault)
    return sorted(found, key=lambda fault: fault.line)


def _unknown_names(read: BoundTemplate, body: str, of: Dialect) -> Iterator[Fault]:
    analysis = read.analyze()
    for name, spans in analysis.filters.items():
        if name not in of.language.filters:
            says = f"There is no filter '{name}'.{nearest(name, of.language.filters)}"
            yield Fault(_line(body, spans[0].index), says)
    for variables in analysis.globals.values():
        for variable in variables:
            path = str(variable)
            if not _is_variable(variable.segments, of.variables):
                says = f"There is no {path[:80]}.{nearest(path, of.variables)}"
                yield Fault(_line(body, variable.span.index), says)


def _is_variable(segments: Any, known: frozenset[str]) -> bool:
    path = ".".join(str(each) for each in segments[:2])
    if segments[0] == "read":
        return True
    if segments[0] in {"lead", "company"} and len(segments) == 1:
        return False
    return path in known or str(segments[0]) in OPEN & known


def _line(body: str, index: int) -> int:
    return body.count("\n", 0, index) + 1


def _unknown_messages(read: BoundTemplate, body: str, codes: Collection[str]) -> Iterator[Fault]:
    for code, index in _quoted(read):
        line = _line(body, index)
        if code is None:
            yield Fault(line, "Name the key message in quotes: {{ 'speed-1' | message }}.")
        elif code not in codes:
            yield Fault(line, f"There is no key message '{code[:60]}'.{nearest(code, codes)}")


def cited(body: str, dialect: Dialect = SCRIPT) -> list[str]:
    """The codes of the key messages that a text says, in order, each once."""
    found = (code for code, _ in _quoted(template(body, dialect)) if code is not None)
    return list(dict.fromkeys(found))


def _quoted(read: BoundTemplate) -> Iterator[tuple[str | None, int]]:
    """What `message` is asked of, and where; None for what is not a text in quotes."""
    for node in nodes(read.nodes, RenderContext(read)):
        for expression in node.expressions():
            yield from _within(expression)


def _within(expression: Expression) -> Iterator[tuple[str | None, int]]:
    if isinstance(expression, FilteredExpression):
        for place, each in enumerate(expression.filters or ()):
            if each.name == "message":
                left = expression.left
                is_plain = place == 0 and isinstance(left, StringLiteral)
                code = left.value if is_plain and isinstance(left, StringLiteral) else None
                yield code, expression.token.start_index
    for inner in expression.children():
        yield from _within(inner)


__all__ = [
    "BEGIN", "END", "LONGEST_BODY", "OPEN", "VARIABLES", "Broken", "Dialect", "Fault", "cited",
    "faults", "pieces", "rendered", "template",
]  # fmt: skip
