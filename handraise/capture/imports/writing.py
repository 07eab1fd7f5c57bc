"""A mapping as people write it: YAML in, YAML out, faults as sentences that name the place."""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from handraise.capture.imports.faults import MappingFault
from handraise.capture.imports.mapping import Mapping

_LONGEST = 256 * 1024
_DEEPEST = 20


def read_mapping(text: str) -> Mapping:
    """The mapping that this YAML says. Raises MappingFault with one sentence for each fault."""
    if len(text) > _LONGEST:
        raise MappingFault([f"A mapping may have {_LONGEST:,} characters, not {len(text):,}."])
    try:
        value = yaml.load(text, Loader=_Plain)  # noqa: S506 (a BaseLoader: scalars stay text)
    except yaml.YAMLError as error:
        raise MappingFault([_yaml_sentence(error)]) from None
    except ValueError as error:
        raise MappingFault([f"The mapping cannot be read: {error}."]) from None
    if not isinstance(value, dict):
        raise MappingFault(["A mapping is a list of keys with values, such as “kind: leads”."])
    return checked(value)


def checked(value: dict[str, Any]) -> Mapping:
    """The mapping from plain values, such as those stored with an import."""
    try:
        return Mapping.model_validate(value)
    except ValidationError as error:
        raise MappingFault([_sentence(part) for part in error.errors()]) from None


def written(mapping: Mapping) -> str:
    """YAML that reads back as the same mapping."""
    return yaml.safe_dump(
        mapping.as_json(), sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )


class _Plain(yaml.BaseLoader):
    """Text stays text; a key said twice, an alias and a tag are faults."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not used in mappings")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise yaml.composer.ComposerError(None, None, "it is nested too deeply")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be plain text", key.start_mark
                )
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} is said twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _yaml_sentence(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{getattr(error, 'problem', None) or error}."


def _sentence(error: ErrorDetails) -> str:
    """One Pydantic fault, as `facts.Country.type: …`."""
    place = ".".join(str(part) for part in error["loc"]) or "The mapping"
    match error["type"]:
        case "extra_forbidden":
            said = "this key is not known here"
        case "missing":
            said = "this is needed"
        case "value_error":
            return f"{place}: {error['ctx']['error']}"
        case _:
            said = error["msg"][:1].lower() + error["msg"][1:]
    return f"{place}: {said}."
