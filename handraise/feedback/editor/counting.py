"""Reads: how many leads a condition holds for, or did what a signal looks for.

Counted by the compiled agreement and nothing else. Everybody where they are few; else those who
did anything of the kind, if they are few; else a sample, and then the figure is an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from handraise.agreement.conditions import SCORES, Condition, subjects
from handraise.agreement.document import Behaviour, Document, FitSignal, Mql, Sql
from handraise.agreement.reading import bare
from handraise.leads import limits, sampling
from handraise.leads.limits import TooLong
from handraise.leads.sampling import Count, of_all
from handraise.scoring.engines.postgres import Moment, PostgresText
from handraise.scoring.plan import CompileError
from handraise.scoring.queries import scores_of
from handraise.scoring.scores import Scores

QUICK = 600  # milliseconds
PATIENT = 4_000
SHORT, LONG = timedelta(days=30), timedelta(days=90)
_SCORED = SCORES | {"grade"}


def of_behaviour(
    signal: Behaviour, *, lists: Mapping[str, tuple[str, ...]], at: datetime
) -> Count | None:
    """Leads with an activity that this signal counts, in 30 and in 90 days. None: too slow."""
    signals = tuple(_windowed(signal, days) for days in (SHORT, LONG))
    document = _alone(lists, interest=signals)
    total = sampling.total()
    ids, is_everybody = _who(_candidates(signal.event, at), total)
    scored = _scored(document, ids, at)
    if scored is None:
        return None
    looked_at = total if is_everybody else len(ids)
    recent, found = (sum(1 for each in scored if each.matched[n]) for n in (0, 1))
    return Count(of_all(found, looked_at, total), total, looked_at,
                 recent=of_all(recent, looked_at, total))  # fmt: skip


def of_fit(
    signal: FitSignal, *, lists: Mapping[str, tuple[str, ...]], at: datetime
) -> Count | None:
    """Leads for whom the facts that are known make the signal true. None: too slow."""
    document = _alone(lists, fit=(signal.model_copy(update={"points": 1.0}),))
    return _of(document, at, lambda each: _truth_of_points(each.contributions[0]))


def of_condition(
    condition: Condition, draft: Document | None, *, lists: Mapping[str, tuple[str, ...]],
    at: datetime,
) -> Count | None:  # fmt: skip
    """Leads for whom the condition is true now, their scores being the draft's.

    None: too slow, or it asks for scores that a faulty draft (None) cannot say.
    """
    asks_scores = bool(subjects(condition) & _SCORED)
    if asks_scores and draft is None:
        return None
    mql = Mql(when={"email": {"is_known": True}}).model_copy(update={"when": condition})
    rest = {"mql": mql, "sql": Sql(), "routes": ()}
    base = draft if asks_scores and draft is not None else _alone(lists)
    document = base.model_copy(update=rest)
    return _of(document, at, lambda each: each.truths["mql.when"])


def _of(document: Document, at: datetime, truth: object) -> Count | None:
    total = sampling.total()
    ids, _ = _who(None, total)
    scored = _scored(document, ids, at)
    if scored is None:
        return None
    assert callable(truth)
    truths = [truth(each) for each in scored]
    found, unknown = truths.count(True), truths.count(None)
    looked_at = total if len(ids) >= total else len(ids)
    return Count(of_all(found, looked_at, total), total, looked_at,
                 unknown=of_all(unknown, looked_at, total))  # fmt: skip


def _truth_of_points(points: float | None) -> bool | None:
    return None if points is None else points > 0


def _windowed(signal: Behaviour, days: timedelta) -> Behaviour:
    """The signal as far as it says what counts: once, for so many days at the most."""
    within = min(signal.within, days) if signal.within else days
    plain = {"name": f"{days.days}", "points": 1.0, "within": within, "at_most": None}
    return signal.model_copy(update=plain)


def _alone(lists: Mapping[str, tuple[str, ...]], **parts: object) -> Document:
    return bare().model_copy(update={"lists": dict(lists), **parts})


def _candidates(event: str, at: datetime) -> list[int] | None:
    """Who did anything of this name in 90 days, if that is quickly said and they are few."""
    try:
        found = limits.rows(
            "SELECT DISTINCT c.id FROM leads_activity a"
            " JOIN leads_identity i ON i.id = a.identity_id"
            " JOIN leads_lead l ON l.id = i.lead_id"
            " JOIN leads_lead c ON c.id = l.canonical_id AND c.is_current"
            " WHERE a.name = %s AND a.occurred_at > %s AND a.occurred_at <= %s LIMIT %s",
            [event, at - LONG, at, sampling.FEW + 1], milliseconds=QUICK,
        )  # fmt: skip
    except TooLong:
        return None
    return [lead_id for (lead_id,) in found] if len(found) <= sampling.FEW else None


def _who(candidates: list[int] | None, total: int) -> tuple[list[int], bool]:
    """Whom to look at, and whether nobody else can be meant."""
    if candidates is not None:
        return candidates, True
    return sampling.sample(total), total <= sampling.FEW


def _scored(document: Document, ids: Sequence[int], at: datetime) -> list[Scores] | None:
    try:
        made = PostgresText(document, settings.TIME_ZONE)
        with limits.limited(PATIENT):
            return scores_of(made, [Moment(lead_id, at, at) for lead_id in ids])
    except (TooLong, CompileError):
        return None
