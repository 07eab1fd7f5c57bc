"""How fast leads are scored: many at once, one alone, and against a loop over leads in Python.

Run: `python -m bench.scoring [--leads N] [--activities N]`. A database of its own. The agreement is
the one below; the loop reads each lead's rows through the ORM and adds up its interest and intent
in Python, which is less than what is compared with it does (fit, grade, criteria, storing). Both
must come to the same. Targets: 5,000 leads a second in batches of 5,000, and 3 ms for one lead.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bench.installation import Installation

BATCH = 5_000
AGREEMENT: dict[str, Any] = {
    "name": "Bench",
    "fit": [
        {"name": "Decision maker", "points": 25,
         "when": {"title": {"contains_word": ["vp", "head", "owner"]}}},
        {"name": "Our size", "points": 20, "when": {"company.employees": {"between": [50, 2000]}}},
        {"name": "Free mailbox", "points": -15,
         "when": {"email_domain": {"in_list": "free_email"}}},
    ],
    "interest": [
        {"name": "Downloaded a guide", "event": "Content Downloaded", "points": 10,
         "half_life": "30 days", "at_most": 30},
        {"name": "Came to a webinar", "event": "Webinar Attended", "points": 15,
         "half_life": "45 days"},
        {"name": "Watched a demo", "event": "Video Watched", "points": 12, "half_life": "30 days"},
        {"name": "Read the blog", "event": "page", "where": {"path": {"starts_with": "/blog"}},
         "points": 2, "half_life": "30 days", "at_most": 10},
    ],
    "intent": [
        {"name": "Studied pricing", "event": "page", "where": {"path": {"starts_with": "/pricing"}},
         "points": 8, "half_life": "7 days", "at_most": 24},
        {"name": "Asked for a demo", "event": "Demo Requested", "points": 60,
         "half_life": "30 days"},
        {"name": "Stayed on the site", "event": "page", "points": 1,
         "each": {"of": "seconds", "per": 60}, "half_life": "7 days", "at_most": 10},
    ],
    "mql": {
        "when": {"any": [
            {"all": [{"fit": {"at_least": 30}}, {"interest": {"at_least": 40}}]},
            {"did": {"event": "Demo Requested", "within": "30 days"}},
        ]},
        "needs": ["email"],
        "never": {"any": [{"is_competitor": True}, {"stage": ["CUSTOMER", "DISQUALIFIED"]}]},
    },
    "reasons": [{"name": "Not now", "consequence": "recycle"}],
}  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--activities", type=int, default=2_000_000)
    options = asked.parse_args()
    with Installation():
        from bench.filled import fill
        from handraise.kit.clock import now
        from handraise.leads.models import Lead

        fill(leads=options.leads, activities=options.activities)
        ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
        _report(ids, now(), options.activities / options.leads)


def _report(ids: Sequence[int], at: datetime, each: float) -> None:
    from handraise.agreement.document import Document
    from handraise.agreement.queries import Published
    from handraise.scoring.actions import rescore

    published = Published(1, Document(**AGREEMENT), at)
    rescore(ids[:1], published=published, at=at)  # compiles

    def score(leads: Sequence[int]) -> None:
        rescore(leads, published=published, at=at)

    batches = [ids[place : place + BATCH] for place in range(0, len(ids), BATCH)][:8]
    batch = _median(score, batches) / len(batches[0])
    one = _median(score, [[lead] for lead in ids[:: max(len(ids) // 300, 1)]])
    loop = _median(lambda lead: by_hand(lead, at), ids[:: max(len(ids) // 200, 1)])
    _compare(ids[:50], at)
    busy = _median(score, [[lead] for lead in _with_a_hundred(each)])
    print(f"{len(ids):,} leads with {each:.0f} activities each")
    print(f"many at once  {1 / batch:8,.0f} leads/s   target 5,000: {_met(1 / batch >= 5_000)}")
    print(f"one alone     {one * 1000:8.1f} ms")
    print(f"one with 100  {busy * 1000:8.1f} ms        target 3: {_met(busy <= 0.003)}")
    print(f"loop and ORM  {1 / loop:8,.0f} leads/s   many at once is {loop / batch:.0f} × as fast")


_GATHER = """
    with placed as (
        select id, row_number() over (order by id) - 1 as place from leads_identity
        where kind = 'anonymous_id' order by id limit %(many)s
    )
    update leads_activity set identity_id = first.id
    from placed one join placed first on first.place = one.place - one.place %% %(together)s
    where leads_activity.identity_id = one.id and one.id <> first.id
"""
_BUSY = """
    select identity.lead_id from leads_activity activity
    join leads_identity identity on identity.id = activity.identity_id
    group by 1 having count(*) between 95 and 105 limit 100
"""


def _with_a_hundred(each: float) -> list[int]:
    """A hundred leads with about 100 activities: some were given those of their neighbours."""
    from django.db import connection

    together = max(round(100 / each), 1)
    with connection.cursor() as cursor:
        cursor.execute(_GATHER, {"many": 100 * together, "together": together})
        cursor.execute("vacuum analyze leads_activity")  # as activities are never updated
        cursor.execute(_BUSY)
        return [lead for (lead,) in cursor.fetchall()]


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def _median(what: Callable[[Any], object], over: Sequence[Any]) -> float:
    """Seconds for one, the median; the first is left out, for it fills caches."""
    times = []
    for each in over:
        begun = time.perf_counter()
        what(each)
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:] or times)


def by_hand(lead: int, at: datetime) -> tuple[float, float]:
    """Interest and intent of one lead, as a program without this product would add them up."""
    from handraise.leads.models import Activity

    sums: dict[str, float] = {}
    done = Activity.objects.filter(identity__lead__canonical_id=lead, occurred_at__lte=at)
    for activity in done.exclude(judgements__counts=False):
        days = (at - activity.occurred_at).total_seconds() / 86_400
        path = activity.match.get("path") or ""
        match activity.name:
            case "Content Downloaded":
                _add(sums, "guide", 10 * 0.5 ** (days / 30))
            case "Webinar Attended":
                _add(sums, "webinar", 15 * 0.5 ** (days / 45))
            case "Video Watched":
                _add(sums, "video", 12 * 0.5 ** (days / 30))
            case "Demo Requested":
                _add(sums, "demo", 60 * 0.5 ** (days / 30))
            case "page":
                if path.startswith("/blog"):
                    _add(sums, "blog", 2 * 0.5 ** (days / 30))
                if path.startswith("/pricing"):
                    _add(sums, "pricing", 8 * 0.5 ** (days / 7))
                _add(sums, "stayed", activity.match["seconds"] / 60 * 0.5 ** (days / 7))
    caps = {"guide": 30, "blog": 10, "pricing": 24, "stayed": 10}
    capped = {name: min(total, caps.get(name, total)) for name, total in sums.items()}
    interest = sum(capped.get(name, 0) for name in ("guide", "webinar", "video", "blog"))
    intent = sum(capped.get(name, 0) for name in ("demo", "pricing", "stayed"))
    return min(interest, 100), min(intent, 100)


def _add(sums: dict[str, float], name: str, points: float) -> None:
    sums[name] = sums.get(name, 0) + points


def _compare(ids: Sequence[int], at: datetime) -> None:
    from handraise.scoring.models import Score

    for score in Score.objects.filter(pk__in=ids):
        interest, intent = by_hand(score.pk, at)
        if abs(score.interest - interest) > 1e-6 or abs(score.intent - intent) > 1e-6:
            raise RuntimeError(f"Lead {score.pk}: {score.interest}, {score.intent} stored, "
                               f"{interest}, {intent} by hand.")  # fmt: skip


if __name__ == "__main__":
    main()
