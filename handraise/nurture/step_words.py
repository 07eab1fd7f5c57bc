"""Steps in words, also those that a draft has not finished saying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handraise.agreement.condition_tree import Scope
from handraise.agreement.conditions import ConditionError, parse
from handraise.agreement.plain_writing import flow
from handraise.agreement.wording import condition_words, subject_words
from handraise.nurture.steps import kind_of

ICONS = {
    "send": "mail", "wait": "hourglass", "branch": "split", "split": "shuffle",
    "task": "list-checks", "notify": "bell", "set_fact": "tag", "ready_for_sales": "hand",
    "leave": "log-out",
}  # fmt: skip
_TO = {"owner": "whoever owns the lead", "marketing": "marketing"}


@dataclass(frozen=True, slots=True)
class Names:
    """What messages, purposes and topics are called; without a name, their code says it."""

    messages: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[tuple[str, str], str] = field(default_factory=dict)


UNNAMED = Names()


def icon_of(step: object) -> str:
    return ICONS.get(kind_of(step), "circle-question-mark")


def title_of(step: Any, names: Names = UNNAMED) -> str:
    """What a step does, in a few words: `Wait 3 days`."""
    kind = kind_of(step)
    if not kind:
        return "A step of no kind"
    said = step[kind]
    match kind:
        case "send":
            code = _at(said, "message")
            return f"Send {_name(names.messages.get(code, code), 'no message yet')}"
        case "wait":
            return _wait_words(said)
        case "branch":
            return "Branch: what holds first"
        case "split":
            return "Split at random"
        case "task":
            return f"Task: {_at(said, 'title') or 'no title yet'}"
        case "notify":
            return f"Tell {_TO.get(_at(said, 'to'), _at(said, 'to') or 'nobody yet')}"
        case "set_fact":
            name = subject_words(_at(said, "name") or "nothing yet")
            return f"Note {name}: {_at(said, 'value')}"
        case "ready_for_sales":
            return "Ready for sales"
        case _:
            return "Leave the journey"


def detail_of(step: Any) -> str:
    """What else there is to say of a step; often nothing."""
    kind = kind_of(step)
    said = step[kind] if kind else None
    match kind:
        case "wait" if isinstance(_raw(said, "until"), dict):
            return _happening_words(_raw(said, "until"))
        case "task":
            due = _at(said, "due_in")
            who = f"for {_TO.get(_at(said, 'to') or 'owner', _at(said, 'to'))}"
            return f"{who}, due in {due}" if due else who
        case "notify":
            return _at(said, "text")
        case "ready_for_sales":
            return "Recorded for the agreement to count"
        case _:
            return "" if kind else flow(step)[:200]


def way_words(kind: str, way: dict[str, Any]) -> str:
    """Who goes a way: `“Email Clicked” happened`, `45 %`, `everybody else`."""
    if kind == "split":
        share = f"{_at(way, 'share') or '?'} %"
        return f"{share}, held out: they leave here" if way.get("holdout") is True else share
    if way.get("when") is None:
        return "everybody else"
    return condition_in_words(way["when"])


def condition_in_words(raw: object, scope: Scope = Scope.LEAD) -> str:
    """A raw condition in one line; as it is written where it cannot be read."""
    try:
        return condition_words(parse(raw, scope=scope))
    except ConditionError:
        return flow(raw)  # type: ignore[arg-type]


def rules_in_words(raw: dict[str, Any], names: Names = UNNAMED) -> list[tuple[str, str]]:
    """Who enters a journey and when they leave it: names and sentences."""
    said = [("Enters", _entry_words(raw.get("enter")))]
    if raw.get("goal") is not None:
        said.append(("Goal", condition_in_words(raw["goal"])))
    exits = raw.get("exits")
    for each in exits if isinstance(exits, list) else ():
        name = _at(each, "name") or "Exit"
        said.append((f"Exit “{name}”", condition_in_words(_raw(each, "when"))))
    goes_on = raw.get("goes_on_with_sales") is True
    said.append(("When sales takes over", "it goes on" if goes_on else "it ends"))
    said.append(("Enters again", _at(raw, "again") or "never"))
    said.append(("Purpose", _purpose_words(_at(raw, "purpose"), _at(raw, "topic"), names)))
    alone = ", one journey at a time" if raw.get("alone") is True else ""
    said.append(("Priority", f"{_at(raw, 'priority') or '50'}{alone}"))
    return said


def _purpose_words(purpose: str, topic: str, names: Names) -> str:
    if not purpose:
        return "what they asked for"
    said = names.purposes.get(purpose, purpose)
    return f"{said}, topic {names.topics.get((purpose, topic), topic)}" if topic else said


def _entry_words(enter: object) -> str:
    said = []
    if _raw(enter, "on") is not None:
        said.append(f"with each {_happening_words(_raw(enter, 'on'))}")
    if _raw(enter, "when") is not None:
        said.append(f"while {condition_in_words(_raw(enter, 'when'))}")
    if _raw(enter, "list") is not None:
        said.append(f"who is in the list {_at(enter, 'list')}")
    return "; ".join(said) or "nobody yet"


def _wait_words(said: object) -> str:
    until = _raw(said, "until")
    if isinstance(until, dict):
        most = _at(said, "at_most")
        return f"Wait until it happens{f', {most} at most' if most else ''}"
    if isinstance(until, str) and until.startswith("fact:"):
        return _date_words(said, until.removeprefix("fact:").strip())
    if until is not None:
        team = _at(said, "of")
        return f"Wait until {until}{f' of {team}' if team else ''}"
    clock = _at(said, "at")
    return f"Wait {_at(said, 'for') or 'for no time yet'}{f', then until {clock}' if clock else ''}"


def _date_words(said: object, fact: str) -> str:
    before, after, hour = _at(said, "minus"), _at(said, "plus"), _at(said, "at")
    what = subject_words(fact)
    if before or after:
        what = f"{before} before {what}" if before else f"{after} after {what}"
    return f"Wait until {what}{f', {hour}' if hour else ''}"


def _happening_words(until: object) -> str:
    event = f"“{_at(until, 'event')}”"
    where = _raw(until, "where")
    if where is None:
        return event
    return f"{event}, where {condition_in_words(where, Scope.PROPERTIES)}"


def _name(text: str, without: str) -> str:
    return f"“{text}”" if text else without


def _raw(said: object, name: str) -> Any:
    return said.get(name) if isinstance(said, dict) else None


def _at(said: object, name: str) -> str:
    """A plain value as text; nothing where there is none."""
    value = _raw(said, name)
    if value is None:
        return ""
    return value if isinstance(value, str) else flow(value)


__all__ = [
    "ICONS", "UNNAMED", "Names", "condition_in_words", "detail_of", "icon_of", "rules_in_words",
    "title_of", "way_words",
]  # fmt: skip
