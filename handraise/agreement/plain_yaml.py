"""YAML for people: plain mappings, lists and values, and the line each of them stands on.

Left out are the parts that surprise or harm: aliases (which multiply), tags (which make objects),
merge keys, several documents. Plain words are read as in YAML 1.2: `no` is text (and Norway),
`1:30` is text, a date is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from handraise.agreement.faults import AgreementError, Fault, Place, path_of

MAX_BYTES = 256 * 1024
MAX_NESTING = 40
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
MAX_VALUES = 50_000

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
# libyaml's parser keeps its nesting in a list of its own, so deep text cannot exhaust our stack.
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,3})?")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True)
class Tree:
    """A value and, for each place in it, the (line, column) of its key and of its value."""

    value: Value = None
    keys: dict[Place, tuple[int, int]] = field(default_factory=dict)
    values: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def position(self, place: Place, *, of_key: bool = False) -> tuple[int, int]:
        """Where `place` stands, or the nearest thing around it; counted from 1."""
        for length in range(len(place), -1, -1):
            part = place[:length]
            # The place inside: its value. Around it, the key is what people look for.
            order = (self.keys, self.values) if of_key else (self.values, self.keys)
            for known in order:
                if part in known:
                    line, column = known[part]
                    return line + 1, column + 1
        return 1, 1


def load(text: str) -> Tree:
    """The tree of a text. Raises AgreementError with one fault, at the line where reading ended."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _fault(1, 1, f"The text has {size:,} bytes; an agreement has at most {MAX_BYTES:,}.")
    _refuse_odd_characters(text)
    tree = Tree()
    try:
        _Reader(yaml.parse(text, Loader=_LOADER), tree).read()
    except yaml.MarkedYAMLError as fault:
        raise _marked(fault, text) from None
    except yaml.YAMLError as fault:
        raise _fault(1, 1, f"This is not YAML: {str(fault).splitlines()[0]}.") from None
    return tree


def _refuse_odd_characters(text: str) -> None:
    for number, line in enumerate(_LINE_BREAK.split(text), start=1):
        indent = len(line) - len(line.lstrip())
        if "\t" in line[:indent]:
            column = line.index("\t") + 1
            raise _fault(number, column, "Indent with spaces; YAML does not take tabs here.")
        for column, char in enumerate(line, start=1):
            # The last of these is the range of lone halves of a character pair.
            if (char < " " and char != "\t") or char == "\x7f" or "\ud800" <= char <= "\udfff":
                what = f"The character U+{ord(char):04X} cannot stand in a text."
                raise _fault(number, column, what)


def _fault(line: int, column: int, sentence: str, place: Place = ()) -> AgreementError:
    return AgreementError([Fault(line, column, path_of(place), sentence)])


def _marked(fault: yaml.MarkedYAMLError, text: str) -> AgreementError:
    mark = fault.problem_mark or fault.context_mark
    said = ", ".join(part for part in (fault.context, fault.problem) if part)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    line = min(line, len(_LINE_BREAK.split(text)))  # the parser's mark may lie after the end
    return _fault(line, column, f"This is not YAML: {said}.")


def _begin(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line, mark.column) if mark else (0, 0)


class _Reader:
    """One pass over the parser's events, building values and noting where they stand."""

    def __init__(self, events: Iterator[yaml.Event], tree: Tree) -> None:
        self.events = events
        self.tree = tree
        self.count = 0

    def read(self) -> None:
        next(self.events)  # the stream begins
        first = next(self.events)
        if isinstance(first, yaml.StreamEndEvent):
            raise _fault(1, 1, "The text is empty.")
        self.tree.value = self._value(next(self.events), ())
        next(self.events)  # the document ends
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._refused(after, (), "An agreement is one document; remove the '---'.")

    def _refused(self, event: yaml.Event, place: Place, sentence: str) -> AgreementError:
        line, column = _begin(event)
        return _fault(line + 1, column + 1, sentence, place)

    def _value(self, event: yaml.Event, place: Place) -> Value:
        self._check(event, place)
        self.tree.values[place] = _begin(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place)
        assert isinstance(event, yaml.ScalarEvent)
        self._refuse_odd(event, place)
        plain = event.implicit[0]
        return self._scalar(event, place) if plain else event.value

    def _refuse_odd(self, event: yaml.ScalarEvent, place: Place) -> None:
        """Escapes in quotes can bring what may not stand in the text itself."""
        odd = _ODD.search(event.value)
        if odd:
            what = f"The character U+{ord(odd[0]):04X} cannot stand in a text."
            raise self._refused(event, place, what)

    def _check(self, event: yaml.Event, place: Place) -> None:
        self.count += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, place, "Anchors and aliases (& and *) are not read here.")
        if tag := getattr(event, "tag", None):
            raise self._refused(event, place, f"Tags such as {tag} are not read here.")
        if len(place) > MAX_NESTING:
            raise self._refused(event, (), f"Nested deeper than {MAX_NESTING} levels.")
        if self.count > MAX_VALUES:
            raise self._refused(event, (), f"There are more than {MAX_VALUES:,} values.")

    def _list(self, place: Place) -> Value:
        values: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*place, len(values))))
        return values

    def _mapping(self, place: Place) -> Value:
        values: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, place)
            if key in values:
                raise self._refused(event, (*place, key), f"'{key}' stands here twice.")
            self.tree.keys[(*place, key)] = _begin(event)
            values[key] = self._value(next(self.events), (*place, key))
        return values

    def _key(self, event: yaml.Event, place: Place) -> str:
        self._check(event, place)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refused(event, place, "A key is a word, not a list or a mapping.")
        if not event.value.strip():
            raise self._refused(event, place, "A key is missing before the ':'.")
        self._refuse_odd(event, place)
        if event.value == "<<":
            raise self._refused(event, place, "Merge keys (<<) are not read here.")
        return event.value

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Value:
        text = event.value
        if text in _NULL:
            return None
        if text in _TRUTH:
            return _TRUTH[text]
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                raise self._refused(event, place, f"{text} is too large a number.")
            return number
        return text
