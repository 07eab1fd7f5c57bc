"""The candidate instants: when something became true or known that can make a lead qualify.

Between two of them nothing happens but fading, and a criterion that `refuse_falling` let pass
does not come true by fading. Who tells two things at one instant has one row with both kinds.
"""

from __future__ import annotations

from enum import IntFlag
from functools import reduce
from typing import Any

import ibis

from handraise.scoring import known
from handraise.scoring.crossing.criterion import ending, may_lower, telling
from handraise.scoring.inputs import (
    ASKED,
    CONSENT,
    FACT,
    FACT_WITHDRAWAL,
    MEMBERSHIP,
    STAGE_MOVE,
)
from handraise.scoring.known import beside
from handraise.scoring.plan import COMPANY, Plan


class News(IntFlag):
    """What may change at an instant, beside what activities add."""

    ACTIVITY = 0
    FACT = 1
    STAGE = 2
    CONSENT = 4
    VERDICT = 8
    END = 16
    COLLEAGUE = 32


def changes(plan: Plan, found: Any, doubts: Any, *, hindsight: bool) -> Any:
    """(lead_id, at, kind): all news but activities themselves. `found`, `doubts`: kept rows."""
    owned = known.identities(ASKED)
    parts = [*_facts(plan, owned, hindsight), *_consents(plan, owned, hindsight)]
    parts += [_stages(hindsight)] if plan.is_stage_read else []
    parts += [_ends(plan, found)] if ending(plan) else []
    # With hindsight the last verdict is known from the beginning.
    parts += [] if hindsight else [_verdicts(found, doubts)]
    return _all(parts)


def activities(plan: Plan, found: Any, *, hindsight: bool) -> Any:
    """(lead_id, at, kind) of what leads did."""
    counted = [one.number for one in telling(plan)]
    any_points = [one.number for one in telling(plan) if one.kind == "did" or may_lower(one)]
    rows = found.filter(found.number.isin(counted))
    rows = rows.filter((rows.points > 0) | rows.number.isin(any_points))
    return _news(rows, _from(rows, rows.occurred_at, hindsight), News.ACTIVITY)


def of_colleagues(news: Any) -> Any:
    """The news of everybody for everybody who ever was in the same company, as theirs."""
    owned = known.identities(ASKED)
    placed = _placed(owned).select("lead_id", "company_id").distinct()
    pairs = beside(placed, placed.view(), {"company_id": "company_id"}, of_lead_id="lead_id")
    pairs = pairs.filter(pairs.lead_id != pairs.of_lead_id).select("lead_id", "of_lead_id")
    rows = beside(pairs.distinct(), news, {"lead_id": "lead_id"}, at="at")
    return rows.select("at", lead_id=rows.of_lead_id).select(
        "lead_id", "at", kind=_kind(News.COLLEAGUE)
    )


def _facts(plan: Plan, owned: Any, hindsight: bool) -> list[Any]:
    own = [name for name in plan.facts if not name.startswith(COMPANY)]
    of_company = [n.removeprefix(COMPANY) for n in plan.facts if n.startswith(COMPANY)]
    parts = []
    if own:
        parts += _told(owned, "identity_id", own, hindsight)
    if of_company or plan.document.company:
        placed = _placed(owned)
        kind = News.FACT | (News.COLLEAGUE if plan.document.company else News.FACT)
        parts.append(_news(placed, _from(placed, placed.holds_from, hindsight), kind))
        parts.append(_news(placed, placed.withdrawn_at, kind))
        if of_company:
            ever = placed.select("lead_id", "company_id").distinct()
            parts += _told(ever, "company_id", of_company, hindsight)
    return parts


def _placed(owned: Any) -> Any:
    return beside(
        owned, MEMBERSHIP, {"identity_id": "identity_id"}, company_id="company_id",
        holds_from="holds_from", known_at="known_at", withdrawn_at="withdrawn_at",
    )  # fmt: skip


def _told(holders: Any, holder: str, names: list[str], hindsight: bool) -> list[Any]:
    rows = beside(
        holders, FACT.filter(FACT.name.isin(names)), {holder: holder},
        fact_id="id", holds_from="holds_from", known_at="known_at",
    )  # fmt: skip
    withdrawn = beside(rows, FACT_WITHDRAWAL, {"fact_id": "fact_id"}, withdrawn_at="known_at")
    return [
        _news(rows, _from(rows, rows.holds_from, hindsight), News.FACT),
        _news(withdrawn, withdrawn.withdrawn_at, News.FACT),
    ]


def _consents(plan: Plan, owned: Any, hindsight: bool) -> list[Any]:
    if not plan.purposes:
        return []
    rows = beside(
        owned, CONSENT.filter(CONSENT.purpose.isin(plan.purposes)), {"identity_id": "identity_id"},
        holds_from="holds_from", known_at="known_at", withdrawn_at="withdrawn_at",
    )  # fmt: skip
    return [
        _news(rows, _from(rows, rows.holds_from, hindsight), News.CONSENT),
        _news(rows, rows.withdrawn_at, News.CONSENT),
    ]


def _stages(hindsight: bool) -> Any:
    rows = beside(ASKED, STAGE_MOVE, {"lead_id": "lead_id"}, holds_from="at", known_at="known_at",
                  withdrawn_at="withdrawn_at")  # fmt: skip
    begun = _news(rows, _from(rows, rows.holds_from, hindsight), News.STAGE)
    return begun.union(_news(rows, rows.withdrawn_at, News.STAGE))


def _ends(plan: Plan, found: Any) -> Any:
    parts = []
    for one in ending(plan):
        rows = found.filter(found.number == one.number)
        # To the microsecond, whatever clocks do in spring.
        end = rows.occurred_at + ibis.interval(microseconds=one.horizon)
        parts.append(_news(rows, end, News.END))
    return _all(parts)


def _verdicts(found: Any, doubts: Any) -> Any:
    rows = beside(doubts, found, {"doubted_id": "activity_id"}, lead_id="lead_id")
    begun = _news(rows, rows.since, News.VERDICT)
    return begun.union(_news(rows, rows.until, News.VERDICT))


def _from(rows: Any, begun: Any, hindsight: bool) -> Any:
    """From when something counted: when it had begun and, without hindsight, was known."""
    return begun if hindsight else ibis.greatest(begun, rows.known_at)


def _news(rows: Any, at: Any, kind: News) -> Any:
    found = rows.select("lead_id", at=at, kind=_kind(kind))
    return found.filter(found["at"].notnull())


def _kind(kind: News) -> Any:
    return ibis.literal(int(kind)).cast("int64")


def _all(parts: list[Any]) -> Any:
    return reduce(lambda left, right: left.union(right), parts)


__all__ = ["News", "activities", "changes", "of_colleagues"]
