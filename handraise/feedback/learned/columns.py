"""From what was known to columns of figures, the same for those learned from and those asked about.

Plain arrays. Which columns there are, the leads that are learned from decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from handraise.agreement.document import Behaviour, Document
from handraise.feedback.learned.features import Raw, Told
from handraise.feedback.learned.matrix import Column, Group, Matrix
from handraise.feedback.rehearsal.figures import Numbers

MOST_VALUES = 20
LEAST = 20  # leads that must have something before it is a column
COLLEAGUES = ("interest", "intent")


def columns(
    raw: Raw, document: Document, rows: NDArray[np.int64], left_out: Iterable[Group] = ()
) -> tuple[Column, ...]:
    """The columns of which these rows have enough; none of the groups that are left out."""
    found = [*_signals(raw, document, rows), *_activities(raw, document, rows)]
    for name, told in raw.facts.items():
        found += _fact(name, told, rows)
    found.append(Column(Group("age", "known"), "days"))
    gone = set(left_out)
    return tuple(column for column in found if column.group not in gone)


def _signals(raw: Raw, document: Document, rows: NDArray[np.int64]) -> Iterable[Column]:
    for place, signal in enumerate(document.signals):
        if _varies(raw.signals[rows, place]):
            # Points of either sign: more of them never lower the chance.
            yield Column(Group("signal", signal.name), "points", +1)
    for place, kind in enumerate(COLLEAGUES):
        if _varies(raw.colleagues[rows, place]):
            yield Column(Group("colleagues", kind), "points", +1)


def _activities(raw: Raw, document: Document, rows: NDArray[np.int64]) -> Iterable[Column]:
    senses = _senses(document)
    for name, counts in raw.counts.items():
        if _varies(counts[rows]):
            group, sense = Group("activity", name), senses.get(name, 0)
            yield Column(group, "count", sense)
            yield Column(group, "days", -sense)


def _senses(document: Document) -> dict[str, int]:
    """By activity: +1 where the agreement gives points for it only, -1 where it takes them only."""
    found: dict[str, set[int]] = {}
    for signal in document.signals:
        if isinstance(signal, Behaviour) and signal.points:
            found.setdefault(signal.event, set()).add(1 if signal.points > 0 else -1)
    return {name: next(iter(signs)) for name, signs in found.items() if len(signs) == 1}


def _fact(name: str, told: Told, rows: NDArray[np.int64]) -> Iterable[Column]:
    group = Group("fact", name)
    if not told.texts:
        if (~np.isnan(told.numbers[rows])).sum() >= LEAST:
            yield Column(group, "truth" if told.is_truth else "number")
        return
    codes = told.codes[rows]
    counts = np.bincount(codes[codes >= 0], minlength=len(told.texts))
    order = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    often = [int(code) for code in order if counts[code] >= LEAST]
    for code in sorted(often):
        yield Column(group, "is", value=told.texts[code])
    if often and (codes < 0).sum() >= LEAST:
        yield Column(group, "unknown")


def _varies(values: Numbers) -> bool:
    return bool((values != values[:1]).sum() >= LEAST) or bool((values != 0).sum() >= LEAST)


def matrix(raw: Raw, document: Document, age: Numbers, wanted: tuple[Column, ...]) -> Matrix:
    """These columns of these leads."""
    values = np.zeros((len(raw), len(wanted)), dtype=np.float32)
    signals = {signal.name: place for place, signal in enumerate(document.signals)}
    codes = {name: {text: c for c, text in enumerate(t.texts)} for name, t in raw.facts.items()}
    for place, column in enumerate(wanted):
        name = column.group.name
        match column.group.kind:
            case "signal":
                values[:, place] = raw.signals[:, signals[name]]
            case "colleagues":
                values[:, place] = raw.colleagues[:, COLLEAGUES.index(name)]
            case "activity":
                given = raw.counts if column.what == "count" else raw.last
                values[:, place] = given[name]
            case "fact":
                values[:, place] = _figure(raw.facts[name], column, codes[name])
            case "age":
                values[:, place] = age
    return Matrix(wanted, values)


def _figure(told: Told, column: Column, codes: Mapping[str, int]) -> NDArray[np.float64]:
    if column.what == "unknown":
        return np.asarray(told.codes < 0, dtype=np.float64)
    if column.what == "is":
        code = codes.get(column.value or "", -2)
        return np.asarray(told.codes == code, dtype=np.float64)
    return told.numbers


__all__ = ["columns", "matrix"]
