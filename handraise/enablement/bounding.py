"""How much work one rendering of a text may be: rounds of loops, what is done in them, letters that
filters take in and give out. Each is counted before it is done, for nothing stops Python inside one
of its own loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, TextIO

from liquid import BoundTemplate, RenderContext, Undefined
from liquid.ast import Node
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.exceptions import LiquidSyntaxError, LoopIterationLimitError, ResourceLimitError
from liquid.expression import Expression
from liquid.filter import with_context

LONGEST_TEXT = 50_000  # bytes of a rendered text, and of all that a script keeps in variables
MOST_ROUNDS = 1_000  # of all loops of one text together
MOST_STEPS = 20_000  # tags and texts that all these rounds say
MOST_LETTERS = 1_000_000  # and items of lists, that all filters together take in and give out


class Context(RenderContext):
    """Counts what one rendering has done: two loops beside each other cost as much as one in the
    other."""

    rounds = steps = letters = 0

    def spend(self, rounds: int, steps: int) -> None:
        """Before so many rounds of so many steps each."""
        self.rounds += rounds
        self.steps += rounds * steps
        if self.rounds > MOST_ROUNDS or self.steps > MOST_STEPS:
            raise LoopIterationLimitError("too many rounds", token=None)

    def handle(self, *values: object) -> None:
        """What a filter takes in, or gives out."""
        self.letters += sum(len(each) for each in values if isinstance(each, str | list | dict))
        if self.letters > MOST_LETTERS:
            raise too_long()


class Template(BoundTemplate):
    context_class = Context


class _ForNode(ForNode):
    steps = 0

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """As usual, after a look at how long it will take, and at whether it is known at all."""
        found = self.expression.iterable.evaluate(context)
        if isinstance(found, Undefined):
            return buffer.write(str(found))
        if isinstance(found, range):
            # Asked before anything is taken from it: `reversed` would make a list of all of it.
            rounds = max(0, found.stop - found.start)
        else:
            rounds = len(found) if isinstance(found, list | dict) else 1
        assert isinstance(context, Context)
        self.steps = self.steps or sum(1 for _ in nodes([self.block], context))
        context.spend(rounds, self.steps)
        return super().render_to_output(context, buffer)


class For(ForTag):
    node_class = _ForNode


def bounded(change: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, kept from what is not known, from growing a text without end, and from too much
    work."""

    @with_context
    @wraps(change)
    def filtered(*given: Any, context: RenderContext, **named: Any) -> Any:
        for each in given:
            if isinstance(each, Undefined):
                return each
        assert isinstance(context, Context)
        context.handle(*given)
        made = change(*given, **named)
        if isinstance(made, str | list) and len(made) > LONGEST_TEXT:
            raise too_long()
        context.handle(made)
        return made

    return filtered


def too_long() -> ResourceLimitError:
    return ResourceLimitError("too long", token=None)


def refuse_lone_ranges(read: BoundTemplate) -> None:
    """A range is what a loop goes through, and nothing else: whoever looks for something in one
    looks at every number of it. Raises LiquidSyntaxError."""
    for node in nodes(read.nodes, RenderContext(read)):
        for expression in node.expressions():
            for lone in _lone_ranges(expression):
                raise LiquidSyntaxError("a range stands in a 'for' only", token=lone.token)


def _lone_ranges(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, RangeLiteral):
        yield expression
        return
    looped = expression.iterable if isinstance(expression, LoopExpression) else None
    for inner in expression.children():
        inside = (
            inner.children() if inner is looped and isinstance(inner, RangeLiteral) else [inner]
        )
        for each in inside:
            yield from _lone_ranges(each)


def nodes(begin: Iterable[Node], context: RenderContext) -> Iterator[Node]:
    """These and all that is inside them, in order."""
    waiting = list(begin)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(list(node.children(context))[::-1])


__all__ = [
    "LONGEST_TEXT", "MOST_ROUNDS", "Context", "For", "Template", "bounded", "nodes",
    "refuse_lone_ranges", "too_long",
]  # fmt: skip
