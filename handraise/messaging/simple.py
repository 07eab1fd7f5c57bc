"""What Liquid says in its simplest forms, without asking the library.

`{{ lead.first_name }}`, `{{ company.name | default: "your company" }}` and `{% if house.name %}`
around such are most of what messages say of a lead. To look them up takes a tenth of what the
library takes. Whatever is not this simple, or not a text, the library says. No Django.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.expression import Expression
from markupsafe import escape

from handraise.enablement.language import BEGIN

Saying = Callable[[Mapping[str, Any]], str | None]
_OTHER: Final = object()  # a value that is no text, or has none of its kind
_OWN = frozenset({"size", "first", "last", "partial"})  # words that the library answers itself
_SETS = re.compile(r"\b(?:assign|capture)\b")


def newlined(text: str) -> str:
    """With the line ends that the library's buffer makes of any."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def saying(node: Node, read: BoundTemplate, body: str) -> Saying | None:
    """What says this node for a lead's values, or None where the library must be asked, be it
    always or (as an answer) for these values. `body` is the whole text, which may name variables
    of its own."""
    return None if _SETS.search(body) else _saying(node, read)


def _saying(node: Node, read: BoundTemplate) -> Saying | None:
    if isinstance(node, ContentNode):
        text = newlined(node.text)
        return lambda _: text
    if isinstance(node, OutputNode):
        return _output(node, read)
    if isinstance(node, IfNode) and not (node.blank or node.alternatives or node.default):
        return _condition(node, read)
    return None


def _output(node: OutputNode, read: BoundTemplate) -> Saying | None:
    told = node.expression
    if not isinstance(told, FilteredExpression):
        return None
    value, filters = _value(told.left), told.filters or []
    has_default = bool(filters)
    if value is None or (has_default and not _is_default(filters)):
        return None
    unknown = newlined(_without_values(node, read))
    instead = None if BEGIN in unknown else unknown
    escapes = read.env.autoescape

    def said(values: Mapping[str, Any]) -> str | None:
        found = value(values)
        if found is None or (has_default and found == ""):
            return instead
        if not isinstance(found, str):
            return None
        return newlined(str(escape(found)) if escapes else found)

    return said


def _condition(node: IfNode, read: BoundTemplate) -> Saying | None:
    value = _value(getattr(node.condition, "expression", node.condition))
    inner = [_saying(each, read) for each in node.consequence.nodes]
    if value is None or None in inner:
        return None

    def said(values: Mapping[str, Any]) -> str | None:
        found = value(values)
        if found is None:
            return ""
        if not isinstance(found, str):
            return None
        parts = [each(values) for each in inner if each is not None]
        return None if None in parts else "".join(part for part in parts if part)

    return said


def _is_default(filters: Sequence[Any]) -> bool:
    """Whether it is one `default` with a text in quotes."""
    (first, *more) = filters
    args = [getattr(each, "value", None) for each in first.args]
    return (
        not more and first.name == "default" and len(args) == 1
        and isinstance(args[0], StringLiteral) and not hasattr(first.args[0], "name")
    )  # fmt: skip


def _value(expression: Expression) -> Callable[[Mapping[str, Any]], object] | None:
    """What looks up a path of plain names: a text, None where there is nothing, else _OTHER."""
    if not isinstance(expression, Path):
        return None
    names = [name for name in expression.path if isinstance(name, str) and name not in _OWN]
    if len(names) != len(expression.path):
        return None

    def value(values: Mapping[str, Any]) -> object:
        found: object = values
        for name in names:
            if type(found) is not dict:
                return _OTHER
            if name not in found:
                return None
            found = found[name]
        return found if type(found) is str else _OTHER

    return value


def _without_values(node: Node, read: BoundTemplate) -> str:
    alone = type(read)(read.env, [node])
    return alone.render()


__all__ = ["Saying", "newlined", "saying"]
