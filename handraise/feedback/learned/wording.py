"""Reasons in words: `Studied prices: 16 points`, `page: 14 times, 2 days before`. No Django."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from handraise.agreement.wording import capital, number_words, subject_words
from handraise.feedback.learned.chances import SILENCE, Chances
from handraise.feedback.learned.matrix import Column, Figures, Group, Matrix

LONGEST = 80


def group_words(group: Group) -> str:
    """What a group is, for a list of what matters."""
    if group == SILENCE:
        return "How long nothing was heard"
    return {
        "signal": f"{group.name} (points)",
        "activity": f"“{group.name}”: how often, how lately",
        "fact": capital(subject_words(group.name)),
        "colleagues": f"What colleagues did ({group.name})",
        "age": "How long the lead has been known",
    }[group.kind][:200]


def reasons(matrix: Matrix, found: Chances) -> Iterator[list[tuple[str, float]]]:
    """For each lead up to three reasons with what each adds to its chance (below 0: takes)."""
    places = matrix.groups()
    each = [places.get(group, []) for group in found.effects.groups]
    for row, (which, by) in enumerate(
        zip(found.effects.places.tolist(), found.effects.by.tolist(), strict=True)
    ):
        said = []
        for number, effect in zip(which, by, strict=True):
            if number < 0:
                continue
            group = found.effects.groups[number]
            if group == SILENCE:
                words = f"nothing heard for {_days(found.days[row])}"
            else:
                columns = [matrix.columns[place] for place in each[number]]
                words = _words(group, columns, matrix.values[row, each[number]])
            said.append((_short(words), round(effect, 4)))
        yield said


def _words(group: Group, columns: list[Column], values: Figures) -> str:
    first = float(values[0])
    match group.kind:
        case "signal":
            return f"{group.name}: {_points(first)}"
        case "colleagues":
            return f"what colleagues did: {_points(first)} of {group.name}"
        case "age":
            return f"known for {_days(first)}"
        case "activity":
            return _activity(group.name, values)
    return f"{subject_words(group.name)} {_value(columns, values)}"


def _activity(name: str, values: Figures) -> str:
    count = int(values[0])
    if not count:
        return f"no “{name}”"
    times = "once" if count == 1 else f"{count:,} times"
    return f"“{name}” {times}, last {_days(float(values[1]))} before"


def _value(columns: list[Column], values: Figures) -> str:
    if columns[0].what == "number":
        return "not known" if np.isnan(values[0]) else number_words(round(float(values[0]), 2))
    if columns[0].what == "truth":
        return "not known" if np.isnan(values[0]) else "yes" if values[0] else "no"
    for column, value in zip(columns, values.tolist(), strict=True):
        if value:
            return "not known" if column.what == "unknown" else f"“{column.value}”"
    return "none of the usual values"


def _points(points: float) -> str:
    shown = number_words(round(points, 1))
    return f"{shown} point" if abs(points) == 1 else f"{shown} points"


def _days(days: float) -> str:
    count = round(days)
    if not count:
        return "less than a day"
    return "1 day" if count == 1 else f"{count:,} days"


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
