"""A finding's change put into the text of a draft, as the smallest change of that text.

Pure: a text in, a text out. What people wrote around the change (comments, order) stays.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from handraise.agreement.document import Document
from handraise.agreement.plain_writing import flow, same
from handraise.agreement.plain_yaml import load
from handraise.agreement.reading import read
from handraise.agreement.rewriting import rewritten
from handraise.agreement.wording import number_words, points_words
from handraise.feedback.rehearsal.thresholds import Threshold, thresholds
from handraise.feedback.review import labels
from handraise.feedback.review.evidence import Change
from handraise.feedback.review.labels import Kind
from handraise.kit.fold import fold
from handraise.leads.decide import Refused

# What a new signal of behaviour fades by: nothing that somebody did counts for ever.
HALF_LIFE = "30 days"


@dataclass(frozen=True, slots=True)
class Proposed:
    """The text with the change in it, the change in words, and the signal it is about (if any)."""

    text: str
    what: str
    signal: str


def proposed(text: str, change: Change, *, reviewed: str, kind: Kind = "text") -> Proposed:
    """`text` with the change. `reviewed`: the text that the finding is about; `kind`: what the
    fact of a new fit signal mostly holds.

    Raises Refused where the draft says something else there by now, or cannot take the change;
    AgreementError for a text that is no agreement.
    """
    value = deepcopy(load(text).value)
    if not isinstance(value, dict):
        raise Refused("The draft is no agreement: set it right first.")
    what = _DEEDS[change.deed](value, change, _Reviewed(reviewed, load(reviewed).value), kind)
    made = rewritten(text, value)
    read(made)  # every change must leave an agreement that can be read
    name = "" if change.deed == "raise_bar" else change.name
    return Proposed(made, what, name)


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """What the reviewed text says."""

    text: str
    value: Any

    def signal(self, change: Change) -> dict[str, Any]:
        place = _place(self.value, change)
        return {} if place is None else _entries(self.value, change)[place]


def _set_points(value: Any, change: Change, was: _Reviewed, _: Kind) -> str:
    signal = _unchanged(value, change, was, "points")
    before, signal["points"] = signal.get("points"), _plain(change.points)
    if (change.points or 0) < 0:  # points below zero stand: they neither fade nor are capped
        for part in ("half_life", "within", "at_most"):
            signal.pop(part, None)
    return f"“{signal['name']}” {_figure(before)} to {points_words(change.points or 0)}"


def _cap(value: Any, change: Change, was: _Reviewed, _: Kind) -> str:
    signal = _unchanged(value, change, was, "at_most")
    signal["at_most"] = _plain(change.at_most)
    return f"“{signal['name']}” at most {points_words(change.at_most or 0)}"


def _half_life(value: Any, change: Change, was: _Reviewed, _: Kind) -> str:
    signal = _unchanged(value, change, was, "half_life")
    days = max(round(change.days or 0), 1)
    signal["half_life"] = f"{days} day{'' if days == 1 else 's'}"
    return f"“{signal['name']}” fades by half in {signal['half_life']}"


def _remove(value: Any, change: Change, was: _Reviewed, _: Kind) -> str:
    signal, place = _unchanged(value, change, was, ""), _place(value, change)
    assert place is not None
    del _entries(value, change)[place]
    if not _entries(value, change):
        del value[change.kind]
    return f"“{signal['name']}” removed"


def _add_fit(value: Any, change: Change, _was: _Reviewed, kind: Kind) -> str:
    when = labels.condition(change.fact, change.value, kind=kind)
    if when is None:
        raise Refused(f"No condition says “{change.fact} is {change.value}”: write one by hand.")
    signal = {"name": change.name, "points": _plain(change.points), "when": when}
    return _added(value, "fit", signal)


def _add_behaviour(value: Any, change: Change, _was: _Reviewed, _: Kind) -> str:
    points = float(change.points or 0)
    signal = {"name": change.name, "event": change.event, "points": _plain(points)}
    if points > 0:
        signal |= {"half_life": HALF_LIFE, "at_most": _plain(change.at_most or points)}
    return _added(value, change.kind or "interest", signal)


def _added(value: Any, kind: str, signal: dict[str, Any]) -> str:
    names = [fold(str(one.get("name", ""))) for part in ("fit", "interest", "intent")
             for one in value.get(part) or [] if isinstance(one, dict)]  # fmt: skip
    if fold(str(signal["name"])) in names:
        raise Refused(f"The draft has a signal “{signal['name']}” already.")
    value[kind] = [*(value.get(kind) or []), signal]
    return f"“{signal['name']}” added to {kind}, {points_words(signal['points'])}"


def _raise_bar(value: Any, change: Change, was: _Reviewed, _: Kind) -> str:
    mql, level = value.get("mql"), _plain(change.at_least)
    if not isinstance(mql, dict) or "when" not in mql:
        raise Refused("The draft does not say when a lead becomes MQL: set it right first.")
    bar = _bar(read(was.text), change.bar)
    if bar.place is None:
        mql["when"] = _on_top(mql["when"], bar.subject, level)
        return f"MQL when, on top, {bar.subject} at least {_figure(level)}"
    if not same(mql["when"], was.value["mql"]["when"]):
        raise Refused("The draft asks for something else of an MQL by now: move its bar there.")
    path = _path(mql["when"], bar.place)
    holder = mql["when"]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = level
    return f"MQL when {bar.subject} at least {_figure(level)}, not {_figure(bar.value)}"


def _bar(document: Document, named: str) -> Threshold:
    """The bar of that key, else the first on that score; the one on top where there is none."""
    found = thresholds(document)
    by_key = {one.key: one for one in found}
    return by_key.get(named) or next(
        (one for one in found if one.subject == named and one.place is not None), found[-1]
    )


def _on_top(when: Any, subject: str, level: Any) -> Any:
    test = {subject: {"at_least": level}}
    if isinstance(when, dict) and list(when) == ["all"]:
        others = [one for one in when["all"] if not _is_bar(one, subject)]
        return {"all": [*others, test]}
    return {"all": [when, test]}


def _is_bar(raw: Any, subject: str) -> bool:
    return isinstance(raw, dict) and list(raw) == [subject] and list(raw[subject]) == ["at_least"]


def _path(raw: Any, place: tuple[int, ...]) -> list[str | int]:
    """The keys that lead to the number of a test, by the place of the test in the read tree."""
    keys = list(raw)
    key, rest = (keys[place[0]], place[1:]) if len(keys) > 1 else (keys[0], place)
    if key in {"all", "any", "none"}:
        return [key, rest[0], *_path(raw[key][rest[0]], rest[1:])]
    operators = list(raw[key])
    return [key, operators[rest[0]] if len(operators) > 1 else operators[0]]


_DEEDS: dict[str, Callable[[Any, Change, _Reviewed, Kind], str]] = {
    "set_points": _set_points, "cap": _cap, "half_life": _half_life, "remove": _remove,
    "add_fit": _add_fit, "add_behaviour": _add_behaviour, "raise_bar": _raise_bar,
}  # fmt: skip


def _entries(value: Any, change: Change) -> list[Any]:
    found = value.get(change.kind) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _place(value: Any, change: Change) -> int | None:
    wanted = fold(change.name)
    for place, one in enumerate(_entries(value, change)):
        if isinstance(one, dict) and fold(str(one.get("name", ""))) == wanted:
            return place
    return None


def _unchanged(value: Any, change: Change, was: _Reviewed, part: str) -> dict[str, Any]:
    """The draft's signal, if it says of `part` (empty: of all) what was reviewed."""
    place = _place(value, change)
    if place is None:
        raise Refused(f"The draft has no signal “{change.name}” any more.")
    signal: dict[str, Any] = _entries(value, change)[place]
    before = was.signal(change)
    mine, theirs = (signal, before) if not part else (signal.get(part), before.get(part))
    if mine != theirs:
        now = flow(mine) if mine is not None else "nothing"
        said = flow(theirs) if theirs is not None else "nothing"
        about = "It" if not part else f"Its {part.replace('_', ' ')}"
        raise Refused(
            f"“{change.name}” was changed in the draft meanwhile. {about} now says {now}; what was"
            f" reviewed said {said}. Change it there by hand if you still want to."
        )
    return signal


def _plain(number: float | None) -> float | int:
    found = round(float(number or 0), 2)
    return int(found) if found.is_integer() else found


def _figure(number: Any) -> str:
    return number_words(float(number)) if isinstance(number, int | float) else str(number)


__all__ = ["Proposed", "proposed"]
