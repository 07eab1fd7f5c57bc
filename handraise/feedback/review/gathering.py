"""Gather the evidence on an agreement over a period, by an engine: each lead at one instant.

A lead is judged when it first became MQL, so that what sales saw is judged by what came of it; or,
where too few did, everybody at the last news before anything came of them. Nothing that was known
later is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from handraise.agreement.document import Document
from handraise.feedback.anchors import Population, population
from handraise.feedback.dimensions import DIMENSIONS as TOLD_APART
from handraise.feedback.rehearsal import outcomes, suspecting
from handraise.feedback.rehearsal.decide import NEVER, History, Outcome
from handraise.feedback.rehearsal.figures import DAY, Instants, Truths
from handraise.feedback.rehearsal.replaying import at_rest, micros
from handraise.feedback.rehearsal.report import Flag
from handraise.feedback.rehearsal.running import refuse_period
from handraise.feedback.rehearsal.suspecting import AFTER, FEW, judged_before, sampled
from handraise.feedback.rehearsal.suspicion import LATE, LATE_CASES
from handraise.feedback.rehearsal.weighing import Span, ripenings
from handraise.feedback.review import known_then
from handraise.feedback.review.evidence import Candidate, Evidence, Rejected, Signal
from handraise.feedback.review.known_then import Asking
from handraise.feedback.review.labels import Coded
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused
from handraise.scoring.compile import compiled
from handraise.scoring.engines import Engine

Progress = Callable[[str], None]
KINDS = ("fit", "interest", "intent")
HELD = 10  # an activity is counted so often at most
# What the mix of leads is told by, and the facts that tell it.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {one.code: one.facts for one in TOLD_APART if one.facts}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be reviewed: a document over begin..end (end left out), as known at `at`.

    `outcome`: by which to judge (None: the furthest of which there is enough). `ripening_days`:
    None takes history's own.
    """

    document: Document
    begin: datetime
    end: datetime
    at: datetime
    zone: str
    outcome: Outcome | None = None
    ripening_days: float | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence, how long its outcome takes to come, and what is suspected of knowing it."""

    evidence: Evidence
    ripening_days: float
    suspicions: tuple[Flag, ...]


def gathered(wish: Wish, engine: Engine, *, progress: Progress = lambda _: None) -> Gathered:
    """Everything that a review looks at. Raises Refused with a sentence where there is nothing."""
    refuse_period(wish.begin, wish.end, at=wish.at)
    progress("Reading what became of the leads")
    history = outcomes.history(at=wish.at, end=wish.end)
    chosen = _population(wish, history, engine)
    made = compiled(wish.document, engine, wish.zone)
    asking = Asking(engine, made, chosen.lead_ids, chosen.at)
    progress("Reading what each signal gave")
    scored = known_then.scores(asking)
    signals = known_then.signals(asking, scored)
    progress("Reading what was known besides")
    told = _told(asking)
    progress("Looking for what came too late")
    unused = _unused(asking, list(told))
    late = _late(asking, history, chosen, unused, at=micros(wish.at))
    candidates = [*_facts(told, unused, late), *_deeds(asking, unused, late)]
    suspicions = _suspicions(wish, engine, history, chosen)
    evidence = Evidence(
        population=chosen.kind,
        outcome_name=chosen.outcome.label,
        lead_ids=chosen.lead_ids,
        at=chosen.at,
        outcome=chosen.came,
        priority=scored["priority"],
        scores={kind: scored[kind] for kind in KINDS},
        signals=signals,
        candidates=tuple(candidates),
        dimensions=_dimensions(told),
        rejections=_rejections(wish, chosen, signals),
        unripe=chosen.unripe,
        weights={kind: getattr(wish.document.priority, kind) for kind in KINDS},
    )
    return Gathered(_by_time(evidence), chosen.ripening.micros / DAY, tuple(suspicions))


def _population(wish: Wish, history: History, engine: Engine) -> Population:
    span = Span(micros(wish.begin), micros(wish.end), micros(wish.at))
    times = ripenings(history, given=wish.ripening_days)
    came = [kind for kind, when in history.outcomes.items() if (when != NEVER).any()]
    times = {kind: time for kind, time in times.items() if kind in came}
    if not len(history):
        raise Refused("Nobody has come in yet, so there is nothing to review the agreement by.")
    if not times:
        raise Refused(
            "Nobody was accepted, became SQL or was won yet: there is nothing to review the"
            " agreement by. Come back when sales has answered some offers."
        )
    if wish.outcome is not None and wish.outcome not in times:
        raise Refused(f"No lead {wish.outcome.became} yet: choose another outcome.")

    def rest() -> Instants:
        return at_rest(engine, wish.document, history, end=span.end, zone=wish.zone)

    found = population(history, times, span, rest=rest, asked=wish.outcome)
    if found is None:
        days = min(time.micros for time in times.values()) / DAY
        raise Refused(
            "Nobody who came into question in this period has had the time yet that an outcome"
            f" takes ({days:,.0f} days): choose an earlier period."
        )
    return found


def _told(asking: Asking) -> dict[str, Coded]:
    """Every fact that is told of enough people, as known at their instants."""
    names = known_then.fact_names(asking.engine, asking.made)
    wanted = {name for facts in DIMENSIONS.values() for name in facts}
    used = set(asking.made.relations.plan.facts) - wanted
    return dict(known_then.facts(asking, [name for name in names if name not in used]))


def _dimensions(
    told: Mapping[str, Coded],
) -> dict[str, tuple[NDArray[np.int64], tuple[str, ...]]]:
    found = {}
    for name, facts in DIMENSIONS.items():
        best = max(
            (told[fact] for fact in facts if fact in told),
            key=lambda coded: int((coded.codes >= 0).sum()),
            default=None,
        )
        if best is not None and (best.codes >= 0).any():
            found[name] = (best.codes, best.labels)
    return found


@dataclass(frozen=True, slots=True)
class _Unused:
    """The facts and activities that the agreement does not read."""

    facts: list[str]
    events: list[str]


def _unused(asking: Asking, told: list[str]) -> _Unused:
    plan = asking.made.relations.plan
    read, watched = set(plan.facts), {one.event for one in plan.watched}
    events = known_then.event_names(asking.engine, asking.made)
    return _Unused(
        [name for name in told if name not in read],
        [name for name in events if name not in watched],
    )


def _facts(
    told: Mapping[str, Coded], unused: _Unused, late: frozenset[tuple[str, str]]
) -> Iterator[Candidate]:
    for name in unused.facts:
        if (told[name].codes >= 0).any():
            is_late = ("fact", name) in late
            yield Candidate("fact", name, told[name].codes, told[name].labels, is_late)


def _deeds(
    asking: Asking, unused: _Unused, late: frozenset[tuple[str, str]]
) -> Iterator[Candidate]:
    for event, often in known_then.done(asking, unused.events).items():
        if often.any():
            held = np.minimum(often, HELD)
            yield Candidate("activity", event, held, (), ("activity", event) in late)


def _late(
    asking: Asking, history: History, chosen: Population, unused: _Unused, *, at: int
) -> frozenset[tuple[str, str]]:
    """What most of those with the outcome had only with it or after it, by the rule of rehearsals:
    what it said in the end it did not say a day before (nor when they became MQL)."""
    places = sampled(chosen.places[chosen.came], FEW)
    ids, then, before = judged_before(history, chosen.outcome, places)
    early = Asking(asking.engine, asking.made, ids, before)
    found = set()
    ends = Asking(asking.engine, asking.made, ids, np.minimum(then + AFTER, at))
    first = dict(known_then.texts(early, unused.facts))
    for name, said in known_then.texts(ends, unused.facts):
        if _is_late((said != "") & (said != first[name]), said != ""):
            found.add(("fact", name))
    if chosen.outcome is not Outcome.ACCEPTED:  # who has been accepted goes on reading
        soon = replace(ends, at=np.minimum(then + DAY, at))
        found |= set(_late_deeds(early, soon, unused.events))
    return frozenset(found)


def _late_deeds(early: Asking, ends: Asking, events: list[str]) -> Iterator[tuple[str, str]]:
    first = known_then.done(early, events)
    for event, often in known_then.done(ends, events).items():
        if _is_late((often > 0) & (first[event] == 0), often > 0):
            yield "activity", event


def _is_late(late: Truths, has: Truths) -> bool:
    return int(has.sum()) >= LATE_CASES and float(late.sum()) >= LATE * float(has.sum())


def _suspicions(wish: Wish, engine: Engine, history: History, chosen: Population) -> Iterator[Flag]:
    """What of the agreement itself may know the outcome, as a rehearsal would say it."""
    is_chosen = np.zeros(len(history), dtype=bool)
    is_chosen[chosen.places] = True
    yield from suspecting.late_flags(
        engine, wish.document, history, is_chosen, at=micros(wish.at), zone=wish.zone
    )
    if suspecting.undated_share(engine, wish.document, wish.zone):
        rest = np.full(len(history), NEVER, dtype=np.int64)
        rest[chosen.places] = chosen.at
        yield from suspecting.strong_flags(
            engine, wish.document, history, is_chosen, rest, outcome=chosen.outcome, zone=wish.zone
        )


_ANSWERED = """
select face.canonical_id, coalesce(rejection.reason, '')
from handover_handover handover
join leads_lead face on face.id = handover.lead_id
left join handover_rejection rejection on rejection.handover_id = handover.id
left join handover_acceptance acceptance on acceptance.handover_id = handover.id
where coalesce(rejection.at, acceptance.at) between %(begin)s and %(at)s
"""


def _rejections(
    wish: Wish, chosen: Population, signals: tuple[Signal, ...]
) -> tuple[Rejected, ...]:
    """Of the answered offers of those judged, the reasons that ask for a change, commonest first,
    each with how many of its leads every signal had fired for."""
    answered = rows_of(_ANSWERED, {"begin": wish.begin, "at": wish.at})
    ids = np.array([row[0] for row in answered], dtype=np.int64)
    reasons = np.array([row[1] for row in answered], dtype=object)
    inside = np.isin(ids, chosen.lead_ids)
    where = np.searchsorted(chosen.lead_ids, ids[inside])
    asking = _asking_for_change(wish.document)
    made = []
    for reason, count in Counter(reasons[inside].tolist()).most_common():
        if reason not in asking:
            continue
        here = where[reasons[inside] == reason]
        shared = {one.name: round(float(one.fired[here].mean()), 4) for one in signals}
        made.append(Rejected(reason, count, int(inside.sum()), shared))
    return tuple(made)


def _asking_for_change(document: Document) -> frozenset[str]:
    """Reasons that say that the lead should not have been offered, or not so; a lead that comes
    too early may be nobody's fault, unless somebody is asked about it."""
    return frozenset(
        reason.name
        for reason in document.reasons
        if reason.consequence not in {"recycle", "more work"} or reason.answer_by != "nobody"
    )


def _by_time(evidence: Evidence) -> Evidence:
    """The same with its places in the order of `at`."""
    order = np.lexsort((evidence.lead_ids, evidence.at))
    signals = tuple(
        Signal(one.kind, one.name, one.points, one.at_most, one.fired[order], one.given[order],
               one.raw[order])
        for one in evidence.signals
    )  # fmt: skip
    candidates = tuple(
        Candidate(one.what, one.of, one.values[order], one.labels, one.is_late)
        for one in evidence.candidates
    )
    return Evidence(
        evidence.population, evidence.outcome_name, evidence.lead_ids[order], evidence.at[order],
        evidence.outcome[order], evidence.priority[order],
        {kind: values[order] for kind, values in evidence.scores.items()},
        signals, candidates,
        {name: (codes[order], labels) for name, (codes, labels) in evidence.dimensions.items()},
        evidence.rejections, evidence.unripe, evidence.weights,
    )  # fmt: skip
