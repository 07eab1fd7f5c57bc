"""How far a lead can come within a stretch of time: what strikes out most candidate instants.

A stretch begins at one candidate of a lead and ends with another. It gets the best that may be:
whatever is done within it counts from its beginning and does not fade, of the activities of a day
the best one counts, consents are given, colleagues give all they may. These are summed, capped
and compared by the same compiled relations as scores. What the criterion tests besides is read at
the beginning, and taken as unknown if it changes within the stretch. Where the criterion comes
out false no instant of the stretch qualifies; where it does not, the exact relations decide.
"""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Any

import ibis

from handraise.agreement.conditions import FADING, Did, Test
from handraise.scoring import known
from handraise.scoring.compile import KEY, context, contributions, needs_company, standing, sums
from handraise.scoring.crossing.news import News
from handraise.scoring.engines import Functions
from handraise.scoring.inputs import ASKED, MOMENTS
from handraise.scoring.known import beside
from handraise.scoring.matched import faded, undoubted
from handraise.scoring.plan import CONSENT, Plan
from handraise.scoring.truth import UNKNOWN, Context, joined, truth_of

_INSTANT = "timestamp('UTC')"

# Known by `known_by` at its beginning, by `known_until` at its end; `kinds`: the News within it.
STRETCHES = ibis.table(
    {
        "lead_id": "int64",
        "run": "int64",
        "at": _INSTANT,
        "known_by": _INSTANT,
        "until": _INSTANT,
        "known_until": _INSTANT,
        "kinds": "int64",
    },
    name="stretches",
)


def promising(found: Any, doubts: Any, plan: Plan, functions: Functions, zone: str) -> Any:
    """(lead_id, run): the stretches in which the lead may qualify. `moments`: their beginnings."""
    owned = known.identities(ASKED)
    placed = known.companies(MOMENTS, owned) if needs_company(plan) else None
    told = known.facts(MOMENTS, owned, placed, plan.facts) if plan.facts else None
    given = known.consents(MOMENTS, owned, plan.purposes) if plan.purposes else None
    reached = _reached(found, doubts, plan, functions, zone)
    best = sums(contributions(reached), plan, functions)
    row = standing(plan, best, told, given, _all_of_colleagues(plan))
    row = beside(row, STRETCHES, {"lead_id": "lead_id", "at": "at"}, run="run", kinds="kinds")
    may = reduce(and_, [_may_pass(row, plan, part) for part in ("mql.when", "mql.needs")])
    return row.filter(may & _may_not_stop(row, plan)).select("lead_id", "run")


def _reached(found: Any, doubts: Any, plan: Plan, functions: Functions, zone: str) -> Any:
    """Like `matched`, the best that may be within the stretch that begins at `at`."""
    daily = [one.number for one in plan.watched if one.is_daily]
    if not daily:
        return _counting(found, doubts, plan, functions)
    # Parted before they are joined with stretches: they are many times as many after it, and an
    # engine would put all of them by to read them twice.
    limited, others = (
        found.filter(found.number.isin(daily)),
        found.filter(~found.number.isin(daily)),
    )
    best = _best_of_day(_counting(limited, doubts, plan, functions), functions, zone)
    return best.union(_counting(others, doubts, plan, functions))


def _counting(found: Any, doubts: Any, plan: Plan, functions: Functions) -> Any:
    """What may count within the stretch, each as if it were as fresh as it can be then."""
    taken = {name: name for name in ("at", "known_by", "until", "known_until")}
    rows = beside(found, STRETCHES, {"lead_id": "lead_id"}, **taken)
    rows = rows.filter(rows.occurred_at <= rows.until, rows.known_at <= rows.known_until)
    rows = rows.filter((rows.points > 0) | _stands(rows, plan))
    age = functions.micros(rows["at"]) - functions.micros(rows.occurred_at)
    rows = rows.mutate(age=ibis.greatest(age, 0))
    rows = rows.filter(rows.age < rows.horizon)
    rows = rows.select(
        "lead_id", "at", "known_by", "number", "activity_id", "occurred_at", points=faded(rows)
    )
    return undoubted(rows, doubts).drop("known_by")


def _stands(rows: Any, plan: Plan) -> Any:
    """What takes points away, for certain and throughout: it is there when the stretch begins."""
    lasting = [one.number for one in plan.watched if one.kind != "did" and not one.purpose]
    is_there = (rows.occurred_at <= rows["at"]) & (rows.known_at <= rows.known_by)
    return rows.number.isin(lasting) & is_there


def _best_of_day(rows: Any, functions: Functions, zone: str) -> Any:
    dated = rows.mutate(day=functions.day(rows.occurred_at, zone))
    place = ibis.row_number().over(
        group_by=[dated[name] for name in (*KEY, "number", "day")],
        order_by=ibis.desc(dated.points),
    )
    return dated.mutate(place=place).filter(lambda t: t.place == 0).select(*rows.columns)


def _all_of_colleagues(plan: Plan) -> Any:
    share = plan.document.company
    if share is None:
        return None
    most = ibis.literal(float(share.at_most)).cast("float64")
    return MOMENTS.select(*KEY, company_interest=most, company_intent=most)


def _may_pass(row: Any, plan: Plan, part: str) -> Any:
    """Whether a criterion that must be true may be. What is not known does not make it true."""
    condition = plan.criteria[part]
    if isinstance(condition, bool):
        return ibis.literal(condition)
    where = context(row, plan)
    found = joined(condition, lambda leaf: _leaf(leaf, row, where, is_asked=True))
    return found.fill_null(True)


def _may_not_stop(row: Any, plan: Plan) -> Any:
    """Whether `never` may be something else than true."""
    condition = plan.criteria["mql.never"]
    if isinstance(condition, bool):
        return ibis.literal(not condition)
    where = context(row, plan)
    found = joined(condition, lambda leaf: _leaf(leaf, row, where, is_asked=False))
    return ~found.fill_null(False)


def _leaf(leaf: Test | Did, row: Any, where: Context, *, is_asked: bool) -> Any:
    """What a test comes to throughout the stretch; null where that is not certain."""
    truth = truth_of(leaf, where)
    if isinstance(leaf, Did) or leaf.subject in FADING:
        is_upward = leaf.at_most is None if isinstance(leaf, Did) else _is_at_least(leaf)
        # `row` holds the most it may be: what that does not reach, or exceed, is certain.
        truth = (
            ibis.ifelse(truth, UNKNOWN, False) if is_upward else ibis.ifelse(truth, True, UNKNOWN)
        )
    elif is_asked:
        # Unknown throughout. Read as false: then no more leads are struck out than should be,
        # for what is true of an unknown value is true of every value (Kleene).
        truth = truth.fill_null(False)
    return ibis.ifelse((row.kinds & int(_unsettling(leaf))) != 0, UNKNOWN, truth)


def _is_at_least(leaf: Test) -> bool:
    return leaf.operator == "at_least"


def _unsettling(leaf: Test | Did) -> News:
    """The news after which a test may come out otherwise."""
    if isinstance(leaf, Did):
        return News.VERDICT
    if leaf.subject in FADING:
        return News.VERDICT | (News.FACT if leaf.subject == "priority" else News.ACTIVITY)
    if leaf.subject == "stage":
        return News.STAGE
    return News.CONSENT if leaf.subject.startswith(CONSENT) else News.FACT


__all__ = ["STRETCHES", "promising"]
