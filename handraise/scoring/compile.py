"""One agreement as relations: what counted, what each signal contributed, each lead's scores.

The only place where a score is defined. Engines run these relations; tests compare them with a
reference that knows nothing of them. docs/scoring.md says the same in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import ibis

from handraise.agreement.conditions import FADING, Did, Operator
from handraise.agreement.document import Document
from handraise.leads.decide import Stage
from handraise.scoring import known
from handraise.scoring.engines import Engine, Functions
from handraise.scoring.inputs import ASKED, LISTS, MOMENTS, SIGNALS
from handraise.scoring.known import beside
from handraise.scoring.matched import activities, doubted, hits, matched, types_read
from handraise.scoring.plan import AS_SHOWN, COMPANY, CONSENT, Plan, plan
from handraise.scoring.truth import Context, Subject, truth_of

KEY = ["lead_id", "at"]


@dataclass(frozen=True, slots=True)
class Relations:
    """The compiled agreement, unbound.

    matched:        lead_id, at, number, activity_id, occurred_at, points
    contributions:  lead_id, at, number, kind, points (capped), count, latest
    facts:          lead_id, at, name, fact_id, … (None if the agreement reads no fact)
    scores:         lead_id, at, fit, interest, intent, priority, grade, company_interest,
                    company_intent, signal_<n> (truth of fit signal n), numbers, points, counts,
                    latest (arrays: one place for each contribution), truth_<i> (criterion i),
                    did_<n> (what `did` n counted)
    details:        lead_id, at, did_<n>, signal_<n>, and node_<i>: the truth of every part of
                    every criterion, in the order of `plan.nodes`
    """

    plan: Plan
    matched: Any
    contributions: Any
    facts: Any
    scores: Any
    details: Any


@dataclass(frozen=True, slots=True)
class Compiled:
    """An agreement compiled for one engine's functions. It serves every call of that engine."""

    document: Document
    zone: str
    relations: Relations


def compiled(document: Document, engine: Engine, zone: str) -> Compiled:
    """`document` for `engine`. `zone` is where a day begins and ends. Raises CompileError."""
    return Compiled(document, zone, relations(document, engine.functions, zone))


def relations(
    document: Document,
    functions: Functions,
    zone: str,
    *,
    found: Any | None = None,
    doubts: Any | None = None,
) -> Relations:
    """Compile `document`. `zone` is where a day begins and ends. Raises CompileError.

    `found` and `doubts`: tables that keep the rows of `all_hits` and `all_doubts`, to read from.
    """
    made = plan(document)
    owned = known.identities(ASKED)
    placed = known.companies(MOMENTS, owned) if needs_company(made) else None
    told = known.facts(MOMENTS, owned, placed, made.facts) if made.facts else None
    people, everyone, colleagues = MOMENTS, owned, None
    if document.company:
        colleagues = known.colleagues(placed)
        people = MOMENTS.union(colleagues.select(*MOMENTS.columns), distinct=True)
        everyone = known.identities(ASKED.union(colleagues.select("lead_id"), distinct=True))
    given = known.consents(people, everyone, made.purposes) if made.purposes else None
    if found is None:
        found = hits(activities(everyone, made, functions), made)
    if doubts is None:
        doubts = doubted(None if functions.reads_verdicts_whole else everyone)
    counted = matched(found, people, doubts, given, made, functions, zone)
    contributed = contributions(counted)
    summed = sums(contributed, made, functions)
    company = None if colleagues is None else _company(summed, colleagues, document)
    row = standing(made, summed, told, given, company)
    return Relations(made, counted, contributed, told, _scores(row, made), _details(row, made))


def all_hits(made: Plan, functions: Functions) -> Any:
    """`matched.hits` of the leads that are asked about."""
    return hits(activities(known.identities(ASKED), made, functions), made)


def all_doubts() -> Any:
    """`matched.doubted` of everybody, which is whom a search asks for."""
    return doubted(None)


def standing(made: Plan, sums: Any, told: Any, given: Any, company: Any) -> Any:
    """Everything that criteria read, scores included, side by side for each lead and moment."""
    return _scored(made, _row(made, sums, None if told is None else _wide(told, made), given,
                              company))  # fmt: skip


def needs_company(made: Plan) -> bool:
    return made.document.company is not None or any(n.startswith(COMPANY) for n in made.facts)


def contributions(counted: Any) -> Any:
    """What each signal comes to, capped, and each `did`."""
    summed = counted.group_by([*KEY, "number"]).agg(
        points=counted.points.sum(), count=counted.count(), latest=counted.occurred_at.max()
    )
    summed = beside(summed, SIGNALS, {"number": "number"}, kind="kind", at_most="at_most")
    capped = ibis.ifelse(
        summed.at_most.isnull(), summed.points, ibis.least(summed.points, summed.at_most)
    )
    return summed.select(*KEY, "number", "kind", "count", "latest", points=capped)


def sums(contributed: Any, made: Plan, functions: Functions) -> Any:
    """One row for each lead and moment in which anything counted."""
    c = contributed
    told = {"numbers": c.number, "points": c.points, "counts": c["count"], "latest": c.latest}
    dids = {f"did_{n}": c.points.sum(where=c.number == n) for n in made.did_numbers.values()}
    summed = c.group_by(KEY).agg(
        own_interest=c.points.sum(where=c.kind == "interest"),
        own_intent=c.points.sum(where=c.kind == "intent"),
        **dids,
        **functions.gathered(told),
    )
    return summed.select(
        *KEY, "own_interest", "own_intent", *dids, **functions.laid_out(summed, list(told))
    )


def _company(sums: Any, colleagues: Any, document: Document) -> Any:
    """(lead_id, at, company_interest, company_intent): one sum each, weighted, then capped."""
    assert document.company is not None
    weight, at_most = document.company.weight, document.company.at_most
    theirs = beside(
        colleagues, sums, {"lead_id": "lead_id", "at": "at"},
        own_interest="own_interest", own_intent="own_intent",
    )  # fmt: skip
    theirs = theirs.select(
        "at", lead_id=theirs.of_lead_id,
        interest=_within(theirs.own_interest), intent=_within(theirs.own_intent),
    )  # fmt: skip
    return theirs.group_by(KEY).agg(
        company_interest=ibis.least(theirs.interest.sum() * weight, at_most),
        company_intent=ibis.least(theirs.intent.sum() * weight, at_most),
    )


def _wide(told: Any, made: Plan) -> Any:
    """One row for each lead and moment: fact_<i>_<type> for every type that is read."""
    columns = {}
    for place, types in enumerate(_fact_types(made)):
        for kind in sorted(types):
            is_this = told.name == made.facts[place]
            the_one = told[kind].any if kind in {"truth", "is_known"} else told[kind].max
            columns[f"fact_{place}_{kind}"] = the_one(where=is_this)
    return told.group_by(KEY).agg(**columns)


def _fact_types(made: Plan) -> list[set[str]]:
    types: dict[str, set[str]] = {name: set() for name in made.facts}
    for test in made.tests():
        if test.subject in types:
            types[test.subject] |= types_read(test)
    return list(types.values())


def _row(made: Plan, sums: Any, facts: Any, given: Any, company: Any) -> Any:
    """Everything that conditions and scores read, side by side, for each lead and moment."""
    parts = [part for part in (sums, facts, given, company) if part is not None]
    if made.is_stage_read:
        parts.append(known.stages(MOMENTS))
    row = MOMENTS
    for part in parts:
        taken = {name: name for name in part.columns if name not in KEY}
        row = beside(row, part, {"lead_id": "lead_id", "at": "at"}, how="left", **taken)
    for place, (subject, name) in enumerate(_listed(made)):
        # A join and not IN (…), so that an index serves one lead and a hash serves many.
        entries = LISTS.filter(LISTS.list == name)
        text = f"fact_{made.facts.index(subject)}_text"
        row = beside(row, entries, {text: "value"}, how="left", **{f"listed_{place}": "value"})
    return row


def _listed(made: Plan) -> list[tuple[str, str]]:
    found = {
        (test.subject, str(value))
        for test in made.tests()
        if test.operator is Operator.IN_LIST and test.subject in made.facts
        for value in test.values
    }
    return sorted(found)


def _scored(made: Plan, row: Any) -> Any:
    """The row with its fit, interest, intent, grade and priority."""
    document = made.document
    fit = {
        f"signal_{n}": truth_of(signal.when, context(row, made))
        for n, signal in enumerate(document.fit)
    }
    row = row.mutate(
        **fit,
        company_interest=_or_zero(row, "company_interest"),
        company_intent=_or_zero(row, "company_intent"),
    )
    given = [
        ibis.ifelse(row[f"signal_{n}"], _number(signal.points), _number(0))
        for n, signal in enumerate(document.fit)
    ]
    row = row.mutate(
        fit=_within(reduce(add, given) if given else _number(0)),
        interest=_within(_or_zero(row, "own_interest") + row.company_interest),
        intent=_within(_or_zero(row, "own_intent") + row.company_intent),
    )
    return row.mutate(grade=_grade(row.fit, document), priority=_priority(row, document))


def _scores(row: Any, made: Plan) -> Any:
    where = context(row, made)
    truths = {
        f"truth_{place}": ibis.literal(condition)
        if isinstance(condition, bool)
        else truth_of(condition, where)
        for place, condition in enumerate(made.criteria.values())
    }
    return row.select(
        *KEY, "fit", "interest", "intent", "priority", "grade",
        "company_interest", "company_intent",
        *[f"signal_{n}" for n in range(len(made.document.fit))],
        "numbers", "points", "counts", "latest", *_did_columns(row, made), **truths,
    )  # fmt: skip


def _details(row: Any, made: Plan) -> Any:
    where = context(row, made)
    nodes = {f"node_{place}": truth_of(node, where) for place, node in enumerate(made.nodes)}
    fit = [f"signal_{place}" for place in range(len(made.document.fit))]
    return row.select(*KEY, *_did_columns(row, made), *fit, **nodes)


def _did_columns(row: Any, made: Plan) -> list[Any]:
    return [
        row[f"did_{n}"].fill_null(_number(0)).name(f"did_{n}") for n in made.did_numbers.values()
    ]


def _number(value: float) -> Any:
    # Cast, for PostgreSQL reads 0.5 as a decimal and would reckon (slowly) in decimals.
    return ibis.literal(repr(float(value))).cast("float64")


def _or_zero(row: Any, name: str) -> Any:
    return row[name].fill_null(_number(0)) if name in row.columns else _number(0)


def _within(value: Any) -> Any:
    return ibis.least(ibis.greatest(value.fill_null(_number(0)), 0.0), 100.0)


def _grade(fit: Any, document: Document) -> Any:
    steps = sorted(document.grades.items(), key=lambda step: -step[1])
    branches = [(fit >= bar, ibis.literal(name)) for name, bar in steps]
    return ibis.cases(*branches, else_="") if branches else ibis.literal("")


def _priority(row: Any, document: Document) -> Any:
    weights = document.priority
    total = weights.fit + weights.interest + weights.intent
    return (
        row.fit * weights.fit + row.interest * weights.interest + row.intent * weights.intent
    ) / total


def context(row: Any, made: Plan) -> Context:
    """Where conditions on a lead find what they read: in a row of `standing`."""
    listed = _listed(made)
    return Context(
        subject=lambda name: _subject(row, made, name),
        did=lambda did: _did(row, made, did),
        listed=lambda subject, name: (
            row[f"listed_{listed.index((subject, name))}"].notnull()
            if (subject, name) in listed
            else ibis.literal(False)
        ),
    )


def _subject(row: Any, made: Plan, name: str) -> Subject:
    if name == "fit":
        return Subject.of_number(row.fit)
    if name in FADING:
        return Subject.of_number(row[name], slack=AS_SHOWN)
    if name == "grade":
        return Subject.of_text(row.grade.lower())
    if name == "stage":
        # Both the stage's name and the word that pages print for it may be written.
        stage = row.stage.fill_null(Stage.LEAD)
        return Subject.of_text(stage.lower())
    if name.startswith(CONSENT):
        return Subject.of_truth(row[f"consent_{made.purposes.index(name.removeprefix(CONSENT))}"])
    place = made.facts.index(name)

    def column(kind: str) -> Any:
        key = f"fact_{place}_{kind}"
        return row[key] if key in row.columns else None

    is_known = column("is_known")
    return Subject(
        text=column("text"),
        words=column("words"),
        number=column("number"),
        truth=column("truth"),
        is_known=None if is_known is None else is_known.fill_null(False),
    )


def _did(row: Any, made: Plan, did: Did) -> Any:
    """Never unknown: nothing done counts 0."""
    count = row[f"did_{made.did_number(did)}"].fill_null(_number(0))
    if did.at_most is not None:
        return count <= did.at_most
    return count >= (1.0 if did.at_least is None else did.at_least)


__all__ = [
    "Compiled",
    "Relations",
    "all_doubts",
    "all_hits",
    "compiled",
    "context",
    "contributions",
    "needs_company",
    "relations",
    "standing",
    "sums",
]
