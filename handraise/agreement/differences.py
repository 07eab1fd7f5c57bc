"""What changed between two agreements, in sentences.

Each document is first put into words, item by item; two such sheets are then compared. What is
not on the sheet cannot be missed silently: a test changes every field of a document in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from handraise.agreement.conditions import Condition, Joined
from handraise.agreement.document import Behaviour, Document, FitSignal, Reason, Route
from handraise.agreement.wording import (
    capital,
    condition_words,
    listed,
    number_words,
    order_words,
    target_words,
    waking_words,
    what_counts,
)
from handraise.kit import durations
from handraise.kit.fold import fold


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed; `part` is where: Fit, Interest, Intent, Grades, MQL, …"""

    part: str
    change: Change
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Ways:
    """A condition in words whose parts are told apart: ways to fulfil it, or demands it makes."""

    how: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f" {'or' if self.how == 'any' else 'and'} ".join(self.parts)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an agreement in words: what it is and, by name, what it says."""

    part: str
    title: str
    says: Mapping[str, str | Ways]


Sheet: TypeAlias = dict[str, Item]


def differences(before: Document, after: Document) -> list[Difference]:
    """Every change from one document to another, in the order of the newer one, removals last.

    The order of signals, reasons and lists means nothing and is not compared; of routes it does.
    """
    old, new = sheet(before), sheet(after)
    found = []
    gone = {key: item for key, item in old.items() if key not in new}
    for key, item in new.items():
        renamed = next((k for k, was in gone.items() if _is_renamed(was, item)), None)
        if key in old:
            found += list(_changes(old[key], item))
        elif renamed is not None:
            found += list(_changes(gone.pop(renamed), item))
        else:
            found.append(Difference(item.part, Change.ADDED, f"New: {_summary(item)}."))
    found += [
        Difference(i.part, Change.REMOVED, f"No longer: {_summary(i)}.") for i in gone.values()
    ]
    return found


def _is_renamed(before: Item, after: Item) -> bool:
    return bool(after.says) and (before.part, before.says) == (after.part, after.says)


def _changes(before: Item, after: Item) -> Iterator[Difference]:
    for name in {**before.says, **after.says}:
        old, new = before.says.get(name, "none"), after.says.get(name, "none")
        if isinstance(old, Ways) and isinstance(new, Ways) and old.how == new.how:
            yield from _ways(after, name, old, new)
        elif old != new:
            what = f"{after.title}: {name}" if name else after.title
            yield Difference(after.part, Change.CHANGED, f"{what} {old} → {new}")
    if before.title != after.title:
        yield Difference(after.part, Change.CHANGED, f"{before.title} is now {after.title}.")


def _ways(item: Item, name: str, old: Ways, new: Ways) -> Iterator[Difference]:
    """`any` loses and gains ways, `all` loses and gains demands; their order means nothing."""
    what = name if new.how == "any" else f"{name}, asking that"
    for words in new.parts:
        if words not in old.parts:
            yield Difference(item.part, Change.ADDED, f"{item.title}: now also {what} {words}")
    for words in old.parts:
        if words not in new.parts:
            yield Difference(item.part, Change.REMOVED, f"{item.title}: no longer {what} {words}")


def _ways_of(condition: Condition) -> Ways:
    if isinstance(condition, Joined) and condition.how != "none":
        return Ways(condition.how, tuple(condition_words(part) for part in condition.parts))
    return Ways("any", (condition_words(condition),))


def _summary(item: Item) -> str:
    says = ", ".join(f"{name} {said}" if name else str(said) for name, said in item.says.items())
    return f"{item.title} ({says})" if says else item.title


def sheet(document: Document) -> Sheet:
    """The whole document in words, item by item; items of two documents with one key compare."""
    items: Sheet = {"name": Item("Name", "The name", {"": f"“{document.name}”"})}
    kinds = (("Fit", document.fit), ("Interest", document.interest), ("Intent", document.intent))
    for kind, signals in kinds:
        for signal in signals:
            items[f"signal {fold(signal.name)}"] = _signal(kind, signal)
    for grade, threshold in document.grades.items():
        says = {"from a fit of": number_words(threshold)}
        items[f"grade {grade}"] = Item("Grades", f"Grade {grade}", says)
    items["priority"] = Item("Priority", "Priority", _weights(document))
    if document.company is not None:
        items["company"] = Item("Company", "What colleagues did", _company(document))
    items["mql"] = Item("MQL", "MQL", _mql(document))
    items["sal"] = Item("SAL", "SAL", _sal(document))
    items["sql"] = Item("SQL", "SQL", _sql(document))
    for name, target in document.targets.items():
        of, amount = target_words(name, target)
        items[f"target {name}"] = Item("Targets", f"Target for {of}", {"": amount})
    for name, values in document.lists.items():
        says = {"": ", ".join(sorted({fold(value) for value in values}))}
        items[f"list {name}"] = Item("Lists", f"List {name}", says)
    for place, route in enumerate(document.routes, start=1):
        items[f"route {fold(route.name)}"] = _route(place, route)
    for reason in document.reasons:
        items[f"reason {fold(reason.name)}"] = _reason(reason)
    for plan in document.recycle_plans:
        items[f"recycle_plan {fold(plan.name)}"] = Item(
            "Recycle plans", f"Recycle plan {capital(plan.name)}", {"wakes": waking_words(plan)}
        )
    return items


def _signal(kind: str, signal: FitSignal | Behaviour) -> Item:
    says = {"kind": kind.lower(), "points": number_words(signal.points)}
    says["counts"] = what_counts(signal)
    if isinstance(signal, Behaviour):
        says["half-life"] = durations.phrase(signal.half_life) if signal.half_life else "none"
        says["window"] = durations.phrase(signal.within) if signal.within else "none"
        says["cap"] = "none" if signal.at_most is None else number_words(signal.at_most)
        says["once per"] = signal.once_per or "none"
        says["needs consent to"] = signal.needs_consent or "nothing"
    kept = {name: said for name, said in says.items() if said not in {"none", "nothing"}}
    return Item(kind, signal.name, kept)


def _weights(document: Document) -> dict[str, str]:
    weights = document.priority
    return {
        "weight of fit": number_words(weights.fit),
        "weight of interest": number_words(weights.interest),
        "weight of intent": number_words(weights.intent),
        "leads ordered by": _ORDERS[weights.order_by],
    }


_ORDERS = {"points": "points", "learned": "the learned score"}


def _company(document: Document) -> dict[str, str]:
    company = document.company
    assert company is not None
    return {"weight": number_words(company.weight), "cap": number_words(company.at_most)}


def _mql(document: Document) -> dict[str, str | Ways]:
    mql = document.mql
    return {
        "when": _ways_of(mql.when),
        "needs to know": listed(sorted(set(mql.needs)), "and") if mql.needs else "nothing",
        "never if": "none" if mql.never is None else _ways_of(mql.never),
        "again after": durations.phrase(mql.again_after),
    }


def _sal(document: Document) -> dict[str, str]:
    sal = document.sal
    return {
        "is": "a step of its own" if sal.required else "skipped",
        "decided by": sal.decided_by,
        "accepted within": sal.accept_within,
        "first touch within": sal.touch_within or "not agreed",
        "questions answered within": sal.answer_within,
        "rejections contested within": sal.contest_within or "never",
        "escalates to": sal.escalate_to,
        "then": sal.then,
    }


def _sql(document: Document) -> dict[str, str | Ways]:
    sql = document.sql
    needs = sql.answers.needs
    return {
        "decided by": sql.decided_by,
        "passed to": sql.team or "who decides",
        "answered within": sql.accept_within,
        "when": "always" if sql.when is None else _ways_of(sql.when),
        "framework": sql.answers.framework,
        "answers needed": listed(sorted(set(needs)), "and") if needs else "none",
    }


def _route(place: int, route: Route) -> Item:
    says = {
        "place": str(place),
        "for": "every lead" if route.when is None else condition_words(route.when),
        "goes to": route.team,
        "order": order_words(route),
    }
    return Item("Routes", f"Route {route.name}", says)


def _reason(reason: Reason) -> Item:
    says: dict[str, str] = {"consequence": reason.consequence}
    if reason.wake_after:
        says["wakes after"] = durations.phrase(reason.wake_after)
    says["note"] = "needed" if reason.needs_note else "not needed"
    says["answered by"] = reason.answer_by
    return Item("Reasons", f"Reason {capital(reason.name)}", says)
