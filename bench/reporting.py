"""How long the pages of figures take, with 100,000 leads, 2 M activities, and what came of them.

Run: `python -m bench.reporting [--leads N] [--activities N] [--requests N]`. A database of its own
with campaigns, offers, deals and purchases, standings and touchpoints made, one review and one
learned score; a real server on 127.0.0.1, one signed-in person of marketing asking for one page
after another. Prints the median and the 95th percentile in milliseconds. Target: 500.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bench.installation import Installation
from bench.pages import Visitor, measure

_TARGET_MS = 500
_YEAR = "since=2000-01-01&until=2099-12-31&judged=ripe&by=campaign"
_CAME = "who=came&before=LEAD&after=MARKETING_QUALIFIED"
_PAGES = {
    "overview": "",
    "targets": "targets/",
    "funnel": "funnel/",
    "funnel, all of it, ripe": f"funnel/?{_YEAR}",
    "funnel, compared": f"funnel/compare/?{_YEAR}",
    "funnel, leads behind": f"funnel/leads/?{_YEAR}&{_CAME}",
    "velocity": "velocity/",
    "sleeping stock": "velocity/sleeping/",
    "speed to touch": "velocity/touch/",
    "clock keeping": "keeping/",
    "value": "value/",
    "attribution": "attribution/",
    "attribution, by campaign": "attribution/?by=campaign&since=2000-01-01&until=2099-12-31",
    "report for both": "reports/both/",
    "rest, both": "reports/both/rest/",
    "report for marketing": "reports/marketing/",
    "rest, marketing": "reports/marketing/rest/",
    "report for sales": "reports/sales/",
    "rest, sales": "reports/sales/rest/",
    "report for the board": "reports/board/",
    "rest, the board": "reports/board/rest/",
    "reviews": "review/",
    "a review": "review/1/",
    "learned score": "learned/",
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--activities", type=int, default=2_000_000)
    asked.add_argument("--requests", type=int, default=40)
    options = asked.parse_args()
    with Installation() as house:
        house.people()
        from bench.filled import fill
        from bench.outcomes import come_of_it
        from handraise.kit.clock import now

        fill(leads=options.leads, activities=options.activities)
        come_of_it()
        _made(now())
        with house.serving() as port:
            visitor = Visitor(port)
            visitor.sign_in("mark@bench.example", house.password)
            _report(visitor, options.requests)


def _made(at: datetime) -> None:
    """What the worker makes beforehand, each with its seconds."""
    from handraise.feedback.attribution import refreshing as touchpoints
    from handraise.feedback.learned import making as learnings
    from handraise.feedback.learned.models import Learning
    from handraise.feedback.rehearsal.decide import Outcome
    from handraise.feedback.review import actions as reviews
    from handraise.feedback.review.making import run as review
    from handraise.feedback.standing import refreshing as standings
    from handraise.leads.decide import Via
    from handraise.team.models import User

    _timed("touchpoints", lambda: touchpoints.refresh(at=at))
    _timed("standings", lambda: standings.refresh(at=at))
    mark = User.objects.get(email="mark@bench.example")
    wish = reviews.Asked(at - timedelta(days=365), at)
    asked = reviews.ask(wish, by=mark, at=at, via=Via.SHELL)
    _timed("a review, the lake included", lambda: review(asked.pk, at=at))
    learning = Learning.objects.create(outcome=Outcome.SALES_QUALIFIED, by=mark, at=at)
    _timed("learned score of everybody", lambda: learnings.run(learning.pk, at=at))


def _timed(name: str, work: Callable[[], object]) -> None:
    begun = time.perf_counter()
    work()
    print(f"{time.perf_counter() - begun:8.1f} s  {name}", flush=True)


def _report(visitor: Visitor, requests: int) -> None:
    print(f"{'page':28} {'median ms':>10} {'95th ms':>10}")
    for name, path in _PAGES.items():
        times = measure(visitor, [f"/feedback/{path}"] * requests)
        slow = statistics.quantiles(times, n=20)[-1]
        verdict = "" if slow < _TARGET_MS else f"  above {_TARGET_MS} ms"
        print(f"{name:28} {statistics.median(times):10.1f} {slow:10.1f}{verdict}", flush=True)


if __name__ == "__main__":
    main()
