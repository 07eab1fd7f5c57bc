"""How many messages a second one process makes ready to send.

Run: `python -m bench.rendering [--leads N]`. A database of its own; each shipped message is said to
every lead, links wrapped and both parts made. Printed: what it takes to gather what is known of
them, the pace of the slowest message, and how many times that is what compiling the MJML for each
lead anew would do. Target: 200 a second.
"""

from __future__ import annotations

import argparse
import sys
import time

from bench.installation import Installation

TARGET = 200  # a second
BATCH = 500


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=5000)
    options = asked.parse_args()
    with Installation() as house:
        house.people()
        from bench.filled import fill

        fill(leads=options.leads, activities=options.leads * 20)
        slowest = _report(options.leads)
    sys.exit(f"Slower than {TARGET} a second." if slowest < TARGET else 0)


def _report(count: int) -> float:
    from handraise.kit.clock import now
    from handraise.leads.models import Lead
    from handraise.messaging.decide import Utm
    from handraise.messaging.rendering import Footing, made_ready
    from handraise.messaging.starting import starts
    from handraise.messaging.values import values_for

    began = time.perf_counter()
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:count])
    values = list(values_for(ids, at=now()).values())
    print(f"values of {len(values):,} leads: {time.perf_counter() - began:.2f} s")
    utm = Utm("journey", "email", "bench")
    footing = Footing("https://h.example/u/a/", "https://h.example/p/a/", "https://h.example/o/a",
                      lambda _, place: f"https://h.example/c/{place}")  # fmt: skip
    paces = []
    for code, start in starts().items():
        made = made_ready(start.words, has_purpose=True, utm=utm)
        began = time.perf_counter()
        for one in values[:BATCH]:
            size = len(made.render(one, footing).html)
        paces.append(BATCH / (time.perf_counter() - began))
        began = time.perf_counter()
        for one in values[: BATCH // 10]:
            made_ready(start.words, has_purpose=True, utm=utm).render(one, footing)
        anew = BATCH / 10 / (time.perf_counter() - began)
        print(f"{code}: {paces[-1]:,.0f} a second of {size:,} characters, "
              f"{paces[-1] / anew:.1f} × compiling each anew")  # fmt: skip
    print(f"slowest: {min(paces):,.0f} a second; target {TARGET}")
    return min(paces)


if __name__ == "__main__":
    main()
