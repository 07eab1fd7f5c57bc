"""Reads: which playbooks hold for which leads, by the one condition language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from handraise.agreement import plain_yaml
from handraise.agreement.condition_tree import Operator, Test
from handraise.agreement.conditions import Condition, leaves
from handraise.agreement.decide import SHIPPED_LISTS
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault, nearest, path_of
from handraise.enablement.shelf import Matched, condition_of, shelf
from handraise.leads.models import Lead
from handraise.scoring.holding import holding
from handraise.scoring.plan import CompileError

COUNTED = 2_000  # leads that a live count looks at
PATIENCE = 2_000  # milliseconds


def unaskable(text: str, *, document: Document | None, at: datetime) -> str:
    """Why this condition cannot be asked of anybody, as a sentence with its line; empty: it can."""
    try:
        condition = condition_of(text)
        if condition is not None:
            _refuse_unknown_lists(text, document)
            list(holding([condition], document=document, lead_ids=[0], at=at))
    except AgreementError as error:
        return str(error.faults[0])
    except CompileError as error:
        return str(error)
    return ""


def _refuse_unknown_lists(text: str, document: Document | None) -> None:
    """What is in no list is unknown, never false: a mistyped list would pass for nobody, silently.

    Raises AgreementError.
    """
    known = {*SHIPPED_LISTS, *(document.lists if document is not None else ())}
    tree = plain_yaml.load(text)
    for leaf in leaves(tree.value):
        test = leaf.condition
        if isinstance(test, Test) and test.operator is Operator.IN_LIST:
            for name in test.values:
                if name not in known:
                    said = f"There is no list '{name}'.{nearest(str(name), known)}"
                    line, column = tree.position(leaf.where, of_key=True)
                    raise AgreementError([Fault(line, column, path_of(leaf.where), said)])


def playbooks_for(
    lead_ids: Collection[int], *, document: Document | None, at: datetime
) -> dict[int, list[Matched]]:
    """The active playbooks that hold for each of these canonical leads, the first one first.

    `document` is the agreement in force, whose scores and lists the conditions read. All
    conditions are one compiled text and one statement, however many leads and playbooks.
    """
    found: dict[int, list[Matched]] = {lead_id: [] for lead_id in lead_ids}
    asked = shelf().asked if found else []
    truths = _truths([condition for _, condition in asked], list(found), document, at)
    for place, (matched, condition) in enumerate(asked):
        holds = found.keys() if condition is None else truths[place]
        for lead_id in holds:
            found[lead_id].append(matched)
    return found


def are_playbooks_in_use() -> bool:
    """Whether there is any playbook that could hold."""
    return bool(shelf().asked)


def _truths(
    conditions: Sequence[Condition | None],
    lead_ids: list[int],
    document: Document | None,
    at: datetime,
) -> dict[int, list[int]]:
    """By the place of each condition: the leads for whom it is true."""
    places = [place for place, each in enumerate(conditions) if each is not None]
    asked = [each for each in conditions if each is not None]
    try:
        held = list(holding(asked, document=document, lead_ids=lead_ids, at=at))
    except CompileError:
        # One of them asks for a list that the agreement no longer has: the others still hold.
        return _one_by_one(conditions, lead_ids, document, at)
    found: dict[int, list[int]] = {place: [] for place in range(len(conditions))}
    for each in held:
        for place, truth in zip(places, each.truths, strict=True):
            if truth is True:
                found[place].append(each.lead_id)
    return found


def _one_by_one(
    conditions: Sequence[Condition | None],
    lead_ids: list[int],
    document: Document | None,
    at: datetime,
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, condition in enumerate(conditions):
        found[place] = []
        if condition is None:
            continue
        try:
            held = holding([condition], document=document, lead_ids=lead_ids, at=at)
            found[place] = [each.lead_id for each in held if each.truths[0] is True]
        except CompileError:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Count:
    """For how many of `total` leads a condition holds now; an estimate if not all were asked."""

    found: int
    total: int
    is_about: bool


def count(text: str, *, document: Document | None, at: datetime) -> Count | None:
    """For how many leads a condition holds. None where that takes too long to say.

    Raises AgreementError, CompileError for what cannot be asked.
    """
    condition = condition_of(text)
    leads = Lead.objects.filter(is_current=True)
    total = leads.count()
    if condition is None:
        return Count(total, total, is_about=False)
    step = total // COUNTED + 1
    ids = list(leads.order_by("pk").values_list("pk", flat=True)[::step])
    try:
        with transaction.atomic():
            _stop_after(PATIENCE)
            held = list(holding([condition], document=document, lead_ids=ids, at=at))
            _stop_after(0)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise
    found = sum(each.truths[0] is True for each in held)
    return Count(round(found * total / len(ids)) if ids else 0, total, is_about=step > 1)


def _stop_after(milliseconds: int) -> None:
    with connection.cursor() as cursor:
        parameters: list[Any] = [str(milliseconds)]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", parameters)


__all__ = [
    "Count",
    "Matched",
    "are_playbooks_in_use",
    "condition_of",
    "count",
    "playbooks_for",
    "unaskable",
]
