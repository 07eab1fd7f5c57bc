"""Puts together an Explanation: reads what stands behind a score, evaluates nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.agreement import wording
from handraise.agreement.conditions import Condition, Did, Joined
from handraise.agreement.document import Behaviour, FitSignal
from handraise.leads.entry import Json
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment, PostgresText
from handraise.scoring.explanation import (
    Behind,
    Counted,
    Criterion,
    Explanation,
    Kind,
    Part,
    Reason,
)
from handraise.scoring.plan import Plan, tests_in
from handraise.scoring.scores import Scores


@dataclass(frozen=True, slots=True)
class _Evidence:
    activities: Mapping[int, tuple[Counted, ...]]  # by the number of the signal
    facts: Mapping[str, Behind]  # by subject
    dids: Mapping[int, float]
    nodes: list[bool | None]
    fit: list[bool | None]


def explanation(made: PostgresText, moment: Moment, scores: Scores) -> Explanation:
    """Everything behind `scores`, which are those of `moment`."""
    plan = made.relations.plan
    evidence = _evidence(made, moment)
    return Explanation(
        scores, tuple(_kinds(plan, scores, evidence)), tuple(_criteria(plan, scores, evidence))
    )


def _evidence(made: PostgresText, moment: Moment) -> _Evidence:
    ((counts, nodes, fit),) = postgres.run(made, made.detailing, [moment])
    return _Evidence(
        activities=_activities(made, moment),
        facts=_facts(made, moment),
        dids=dict(zip(made.relations.plan.did_numbers.values(), counts, strict=True)),
        nodes=nodes,
        fit=fit,
    )


def _activities(made: PostgresText, moment: Moment) -> dict[int, tuple[Counted, ...]]:
    found: dict[int, list[Counted]] = defaultdict(list)
    for lead_id, number, pk, points, name, at in postgres.run(made, made.counting, [moment]):
        if lead_id == moment.lead_id:
            found[number].append(Counted(pk, name, at, points))
    return {number: tuple(counted) for number, counted in found.items()}


def _facts(made: PostgresText, moment: Moment) -> dict[str, Behind]:
    return {
        one.subject: Behind(one.id, _label(one.subject), one.value, one.holds_from)
        for one in postgres.facts_told(made, moment)
    }


def _label(subject: str) -> str:
    return wording.capital(wording.subject_words(subject))


# Signals


def _kinds(plan: Plan, scores: Scores, evidence: _Evidence) -> Iterator[Kind]:
    document = plan.document
    place = 0
    kinds: tuple[tuple[str, Sequence[FitSignal | Behaviour], float, float], ...] = (
        ("fit", document.fit, scores.fit, 0.0),
        ("interest", document.interest, scores.interest, scores.company_interest),
        ("intent", document.intent, scores.intent, scores.company_intent),
    )
    for name, signals, score, from_colleagues in kinds:
        reasons = [
            _reason(signal, number, scores, evidence)
            for number, signal in enumerate(signals, start=place)
        ]
        place += len(signals)
        yield Kind(name, score, from_colleagues, tuple(sorted(reasons, key=_weight)))


def _weight(reason: Reason) -> tuple[float, bool]:
    return -abs(reason.points or 0), reason.points is None


def _reason(
    signal: FitSignal | Behaviour, number: int, scores: Scores, evidence: _Evidence
) -> Reason:
    points = scores.contributions[number]
    if isinstance(signal, FitSignal):
        subjects = dict.fromkeys(test.subject for test in tests_in(signal.when))
        facts = tuple(evidence.facts[name] for name in subjects if name in evidence.facts)
        truth = evidence.fit[number]
        return Reason(signal.name, points, truth, _told(list(subjects), evidence), facts=facts)
    activities = evidence.activities.get(number, ())
    detail = _counted(len(activities), scores.latest[number])
    terms = wording.terms(signal)
    return Reason(signal.name, points, bool(activities), detail, terms, activities)


def _told(subjects: list[str], evidence: _Evidence) -> str:
    """`Title: VP Operations`; what nobody told is said too, as it may be worth finding out."""
    said = []
    for subject in subjects:
        fact = evidence.facts.get(subject)
        is_told = fact is not None and fact.value not in (None, "")
        value = _value_words(fact.value) if fact is not None and is_told else "not known"
        said.append(f"{_label(subject)}: {value}")
    return "; ".join(said)


def _value_words(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return wording.number_words(value) if isinstance(value, int | float) else str(value)


def _counted(count: int, latest: datetime | None) -> str:
    if latest is None:
        return "Nothing counts now"
    newest = f"{latest.day} {latest:%B %Y}"
    return f"Once, on {newest}" if count == 1 else f"{count:,} times, the newest on {newest}"


# Criteria


def _criteria(plan: Plan, scores: Scores, evidence: _Evidence) -> Iterator[Criterion]:
    truths = iter(evidence.nodes)
    for key, condition in plan.criteria.items():
        part = None if isinstance(condition, bool) else _part(condition, plan, truths, evidence)
        yield Criterion(key, scores.truths[key], part)


def _part(
    condition: Condition, plan: Plan, truths: Iterator[bool | None], evidence: _Evidence
) -> Part:
    words = wording.capital(wording.condition_words(condition))
    truth = next(truths)
    counted = evidence.dids[plan.did_number(condition)] if isinstance(condition, Did) else None
    inner = condition.parts if isinstance(condition, Joined) else ()
    return Part(words, truth, counted, tuple(_part(p, plan, truths, evidence) for p in inner))
