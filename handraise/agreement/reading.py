"""From text to Document, or to all that is wrong with it, line by line."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from handraise.agreement import checks, plain_yaml
from handraise.agreement.conditions import ConditionError
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault, Place, nearest, nearest_of, path_of
from handraise.agreement.plain_yaml import Tree


def read_anew(text: str) -> Document:
    """The agreement a YAML text says; not remembered, for texts that change with every key.

    What scoring compiles is remembered by the document, which those would push out of `read`.

    Raises AgreementError with every fault found, each with its line and path: those of the YAML
    first, then those of shape (names, types, ranges), then those of meaning (checks.py).
    """
    tree = plain_yaml.load(text)
    try:
        document = Document.model_validate(tree.value)
    except ValidationError as error:
        raise AgreementError(shape_faults(error, tree)) from None
    assert isinstance(tree.value, dict)
    meant = [fault_at(tree, place, said) for place, said in checks.faults(document, tree.value)]
    if meant:
        raise AgreementError(sorted(meant))
    return document


@lru_cache(maxsize=64)
def read(text: str) -> Document:
    """The same, remembered."""
    return read_anew(text)


@lru_cache(maxsize=64)
def read_signed(text: str) -> Document:
    """A text that was signed, as far as it can be read at all.

    What both sides signed holds until they sign something else: a later release that sees a fault
    of meaning in it (checks.py) says so, and goes on by it. Raises AgreementError where the text
    no longer has the shape of an agreement.
    """
    try:
        return read(text)
    except AgreementError as error:
        try:
            return Document.model_validate(plain_yaml.load(text).value)
        except ValidationError:
            raise error from None


@cache
def bare() -> Document:
    """An agreement that says next to nothing, to ask a condition of leads outside of any."""
    return read_anew(
        "name: Conditions alone\nmql: {when: {email: {is_known: true}}}\n"
        "reasons: [{name: None, consequence: recycle}]\n"
    )


def fault_at(tree: Tree, place: Place, sentence: str, *, of_key: bool = False) -> Fault:
    """A sentence about a place of a text, with the line it stands on."""
    line, column = tree.position(place, of_key=of_key)
    return Fault(line, column, path_of(place), sentence)


def shape_faults(
    error: ValidationError,
    tree: Tree,
    *,
    model: type[BaseModel] = Document,
    whole: str = "An agreement",
) -> list[Fault]:
    """What Pydantic found wrong with the names, types and ranges of a text that says a `model`."""
    found = [_located(each) for each in error.errors(include_url=False)]
    meant = {(*place[:-1], _meant(place, model)) for place, each in found if _is_unknown(each)}
    faults = []
    for place, each in found:
        # Who wrote `half_lif` need not be told that half_life is missing as well, nor that a
        # list is too short which is only short of its faulty entries.
        is_echo = (each["type"] == "missing" and place in meant) or (
            each["type"] == "too_short"
            and any(other[: len(place)] == place != other for other, _ in found)
        )
        if not is_echo:
            cause = each.get("ctx", {}).get("error")
            of_key = _is_unknown(each) or isinstance(cause, ConditionError)
            is_unknown = _is_unknown(each)
            sentence = _unknown(place, model, whole) if is_unknown else _sentence(each, whole)
            faults.append(fault_at(tree, place, sentence, of_key=of_key))
    return sorted(set(faults))


def _located(found: Any) -> tuple[Place, Any]:
    """The place of what Pydantic found, down to the part of a condition that is at fault."""
    place = tuple(found["loc"])
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, ConditionError):
        place = (*place, *cause.where)
    return (place[:-1] if place and place[-1] == "[key]" else place), found


def _is_unknown(found: Any) -> bool:
    return bool(found["type"] == "extra_forbidden")


def _meant(place: Place, model: type[BaseModel]) -> str:
    return nearest_of(str(place[-1]), _fields_at(place[:-1], model)) or ""


def _unknown(place: Place, model: type[BaseModel], whole: str) -> str:
    """What to say of a key that is not one, with the nearest that is."""
    known = _fields_at(place[:-1], model)
    where = f"'{path_of(place[:-1])}'" if place[:-1] else whole
    return f"{where} has no '{place[-1]}'.{nearest(str(place[-1]), known)}"


def _fields_at(place: Place, model: type[BaseModel]) -> set[str]:
    """The names of the fields of the model that stands at this place within `model`."""
    for step in place:
        if isinstance(step, int):
            continue
        annotation: Any = model.model_fields[step].annotation if step in model.model_fields else 0
        inner = [annotation, *getattr(annotation, "__args__", ())]
        models = [kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not models:
            return set()
        model = models[0]
    return set(model.model_fields)


_SAID = {
    "missing": "is missing.",
    "string_type": "must be text.",
    "string_too_short": "must not be empty.",
    "string_too_long": "must be at most {max_length} characters long.",
    "float_type": "must be a number.",
    "float_parsing": "must be a number.",
    "finite_number": "must be a finite number.",
    "int_type": "must be a whole number.",
    "bool_type": "must be true or false.",
    "bool_parsing": "must be true or false.",
    "greater_than": "must be above {gt:g}.",
    "greater_than_equal": "must be at least {ge:g}.",
    "less_than": "must be below {lt:g}.",
    "less_than_equal": "must be at most {le:g}.",
    "literal_error": "must be {expected}.",
    "tuple_type": "must be a list.",
    "dict_type": "must be a mapping of names to values.",
    "model_type": "must be a mapping of names to values.",
    "model_attributes_type": "must be a mapping of names to values.",
    "too_short": "needs at least {min_length} entry.",
    "too_long": "has at most {max_length} entries.",
}


def _sentence(found: Any, whole: str) -> str:
    cause = found.get("ctx", {}).get("error")
    if cause is not None:
        return str(cause)
    steps = [step for step in found["loc"] if isinstance(step, str) and step != "[key]"]
    name = f"'{steps[-1]}'" if steps else whole
    if found["loc"] and isinstance(found["loc"][-1], int):
        name = f"Entry {found['loc'][-1] + 1} of {name}"
    said = _SAID.get(found["type"])
    if said is None:
        return f"{name}: {found['msg']}."
    return f"{name} {said.format(**found.get('ctx', {}))}"
