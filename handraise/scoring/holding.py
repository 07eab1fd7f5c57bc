"""Reads: for which leads conditions hold, by the one compiled definition."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import Lock

from django.conf import settings

from handraise.agreement.conditions import SCORES, Condition, subjects
from handraise.agreement.document import Document, Route, Sql
from handraise.agreement.reading import bare
from handraise.scoring.engines.postgres import Moment, PostgresText
from handraise.scoring.queries import BATCH, all_leads, scores_of

KEPT = 32  # compiled texts: each takes up to a second to compile
_SCORED = SCORES | {"grade"}


@dataclass(frozen=True, slots=True)
class Held:
    """One lead, and of each condition asked whether it holds; None is unknown."""

    lead_id: int
    truths: tuple[bool | None, ...]


def holding(
    conditions: Sequence[Condition],
    *,
    document: Document | None,
    lead_ids: Sequence[int] | None = None,
    at: datetime,
) -> Iterator[Held]:
    """Whether each condition holds for each of these canonical leads (None: of all) at `at`.

    `document` is the agreement whose scores and lists the conditions may read; without one they
    read neither. In batches, by id. Raises CompileError for what no engine can run.
    """
    if not conditions:
        return
    made = text_of(tuple(conditions), document)
    names = [f"route.{place}" for place in range(len(conditions))]
    ids = iter(all_leads() if lead_ids is None else sorted(set(lead_ids)))
    while batch := list(islice(ids, BATCH)):
        for scores in scores_of(made, [Moment(lead_id, at, at) for lead_id in batch]):
            yield Held(scores.lead_id, tuple(scores.truths[name] for name in names))


_kept: OrderedDict[tuple[str, int], tuple[Document | None, PostgresText]] = OrderedDict()
_keeping = Lock()


def text_of(conditions: tuple[Condition, ...], document: Document | None) -> PostgresText:
    """The compiled text, remembered for these conditions and as long as the document is the same
    object (which is kept beside it, so that its id is nobody else's)."""
    key = (repr((settings.TIME_ZONE, conditions)), id(document))
    with _keeping:
        found = _kept.get(key)
        if found is None:
            made = PostgresText(_asking(conditions, document), settings.TIME_ZONE)
            found = _kept[key] = (document, made)
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found[1]


def _asking(conditions: tuple[Condition, ...], document: Document | None) -> Document:
    """An agreement with these conditions for its routes, and with signals only if they are read."""
    reads_scores = any(subjects(each) & _SCORED for each in conditions)
    base = document if document is not None and reads_scores else bare()
    routes = tuple(
        Route(name="Asked", team="Asked").model_copy(update={"when": each}) for each in conditions
    )
    lists = document.lists if document is not None else {}
    return base.model_copy(update={"routes": routes, "lists": lists, "mql": bare().mql,
                                   "sql": Sql()})  # fmt: skip


__all__ = ["Held", "holding", "text_of"]
