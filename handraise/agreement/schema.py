"""JSON Schema of the document, by which editors complete and check as people type."""

from __future__ import annotations

from typing import Any

from handraise.agreement.conditions import Operator
from handraise.agreement.document import Document


def schema() -> dict[str, Any]:
    """The schema of a whole agreement, the grammar of conditions included."""
    made = Document.model_json_schema(by_alias=True)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Handraise agreement"
    whole: dict[str, Any] = _with_conditions(made)
    whole["$defs"] |= _grammar()
    return whole


def _with_conditions(part: Any) -> Any:
    """The same schema, each condition in it replaced by a reference to the grammar."""
    if isinstance(part, list):
        return [_with_conditions(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("x-condition"):
        return {"$ref": "#/$defs/Condition"}
    return {name: _with_conditions(each) for name, each in part.items()}


def _grammar() -> dict[str, Any]:
    plain = {"type": ["string", "number", "boolean"]}
    some = {"anyOf": [plain, {"type": "array", "items": plain, "minItems": 1}]}
    parts = {"type": "array", "items": {"$ref": "#/$defs/Condition"}, "minItems": 1}
    operators = {operator.value: some for operator in Operator}
    test = {"type": "object", "properties": operators, "additionalProperties": False}
    return {
        "Condition": {
            "type": "object",
            "minProperties": 1,
            "properties": {"all": parts, "any": parts, "none": parts, "did": _did()},
            "additionalProperties": {"anyOf": [*some["anyOf"], test | {"minProperties": 1}]},
        }
    }


def _did() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "event": {"type": "string"},
            "where": {"$ref": "#/$defs/Condition"},
            "within": {"type": "string", "examples": ["30 days"]},
            "sum": {"type": "string"},
            "at_least": {"type": "number", "exclusiveMinimum": 0},
            "at_most": {"type": "number", "minimum": 0},
        },
        "required": ["event"],
        "additionalProperties": False,
    }
