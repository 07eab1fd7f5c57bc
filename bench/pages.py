"""How long the pages take that people live in, with 100,000 leads, 2 M activities and 20,000 open
handovers of twenty people.

Run: `python -m bench.pages [--leads N] [--activities N] [--open N] [--requests N]`. A database of
its own, a real server on 127.0.0.1, one signed-in person asking for one page after another. Prints
the median and the 95th percentile in milliseconds, and the ratio to a page that reads nothing.
Target: 150. `bench.reporting` times the pages of figures.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import time
from datetime import UTC, datetime
from random import Random
from urllib.parse import urlencode

from bench.installation import Installation
from bench.offering import offered, people

_TARGET_MS = 150


class Visitor:
    """A browser's essentials: cookies, the sign-in form, a page's seconds."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read().decode()

    def sign_in(self, email: str, password: str) -> None:
        _, page = self.ask("GET", "/account/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            raise RuntimeError("The sign-in page has no form.")
        form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        status, _ = self.ask("POST", "/account/login/", urlencode(form))
        if status != 302:
            raise RuntimeError(f"Signing in was answered {status}.")


def measure(visitor: Visitor, paths: list[str]) -> list[float]:
    """Milliseconds of each request, the first two left out; anything but 200 ends the bench."""
    times = []
    for path in paths:
        begun = time.perf_counter()
        status, _ = visitor.ask("GET", path)
        times.append((time.perf_counter() - begun) * 1000)
        if status != 200:
            raise RuntimeError(f"{path} was answered {status}.")
    return times[2:]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--activities", type=int, default=2_000_000)
    asked.add_argument("--open", type=int, default=20_000)
    asked.add_argument("--requests", type=int, default=100)
    options = asked.parse_args()
    with Installation() as house:
        house.people()
        at = datetime.now(UTC)
        people(at)
        lead_ids = house.live(leads=options.leads, activities=options.activities, at=at)
        _open(options.open, at)
        with house.serving() as port:
            visitor = Visitor(port)
            visitor.sign_in("mia@bench.example", house.password)
            _report(visitor, lead_ids, options.requests)


def _open(count: int, at: datetime) -> None:
    """So many offers open, those of leads that did not qualify by themselves included."""
    from django.db import connection

    from handraise.handover.models import Handover
    from handraise.leads.models import Lead

    missing = count - Handover.objects.filter(ended_at=None).count()
    free = Lead.objects.filter(is_current=True, stage="LEAD").order_by("pk")
    ids = list(free.values_list("pk", flat=True)[: max(0, missing)])
    Lead.objects.filter(pk__in=ids).update(stage="MARKETING_QUALIFIED", stage_since=at)
    offered(ids, at)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    print(f"{Handover.objects.filter(ended_at=None).count():,} handovers open")


def _report(visitor: Visitor, lead_ids: list[int], requests: int) -> None:
    random = Random(1)
    sorts = ("priority", "-last_seen", "name", "fit", "interest", "intent")
    pages = {
        "a page that reads nothing": ["/account/password/change/"] * requests,
        "leads": [f"/leads/?sort={random.choice(sorts)}" for _ in range(requests)],
        "leads, stage filtered": ["/leads/?stage=MARKETING_QUALIFIED"] * requests,
        "leads, searched": [f"/leads/?q=person+{random.randrange(99999)}" for _ in range(requests)],
        "lead": [f"/lead/{random.choice(lead_ids)}/" for _ in range(requests)],
        "inbox": ["/inbox/"] * requests,
        "today": ["/"] * requests,
    }
    floor = 0.0
    print(f"{'page':28} {'median ms':>10} {'95th ms':>10} {'× nothing':>10}")
    for name, paths in pages.items():
        times = measure(visitor, paths)
        median, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        floor = floor or median
        verdict = "" if slow < _TARGET_MS else f"  above {_TARGET_MS} ms"
        print(f"{name:28} {median:10.1f} {slow:10.1f} {median / floor:10.1f}{verdict}")


if __name__ == "__main__":
    main()
