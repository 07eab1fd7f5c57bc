"""What a user would otherwise do: the same interest and intent by pandas, and by a loop."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import bulk_lake

SAMPLE = 10  # one lead in so many
LOOPED = 200


def report(lake: Path, leads: int) -> None:
    begun = time.perf_counter()
    by_pandas(lake)
    seconds = (time.perf_counter() - begun) * SAMPLE
    print(f"pandas, interest and intent only: {seconds:,.0f} s for everybody, from one lead in"
          f" {SAMPLE}")  # fmt: skip
    each = by_loop()
    print(f"loop and ORM, 7 signals, interest and intent only: {each * leads:,.0f} s for everybody,"
          f" from {LOOPED} leads with 25 activities each")  # fmt: skip


def by_pandas(lake: Path) -> Any:
    """(lead_id, interest, intent) of a sample of leads, signal by signal."""
    import pandas as pd

    from bench.bulk import AGREEMENT

    at = pd.Timestamp(bulk_lake.AT)
    rows = _known(lake, at)
    matches = rows.match.map(json.loads)
    rows["path"] = matches.map(lambda match: match.get("path"))
    rows["seconds"] = matches.map(lambda match: match.get("seconds"))
    rows["days"] = (at - rows.occurred_at) / timedelta(days=1)
    kinds = {}
    for kind in ("interest", "intent"):
        sums = [_signal(rows, signal) for signal in AGREEMENT[kind]]
        kinds[kind] = pd.concat(sums, axis=1).fillna(0).sum(axis=1).clip(0, 100)
    return pd.DataFrame(kinds)


def _known(lake: Path, at: Any) -> Any:
    import pandas as pd

    def read(name: str) -> Any:
        return pd.read_parquet(lake / name / "0.parquet")

    owned = read("leads_identity").merge(read("leads_lead"), left_on="lead_id", right_on="id")
    owned = owned[owned.canonical_id % SAMPLE == 1][["id_x", "canonical_id"]]
    rows = read("leads_activity").merge(owned, left_on="identity_id", right_on="id_x")
    rows = rows[(rows.occurred_at <= at) & (rows.known_at <= at)]
    verdicts = read("leads_judgement").sort_values(["known_at", "id"])
    held = verdicts.groupby(["activity_id", "doubt"]).counts.last()
    doubted = held[~held].index.get_level_values(0)
    return rows[~rows.id.isin(doubted)].copy()


def _signal(rows: Any, signal: dict[str, Any]) -> Any:
    found = rows[rows.name == signal["event"]]
    for test in _tests(signal.get("where")):
        ((name, wanted),) = test.items()
        if isinstance(wanted, str):
            found = found[found[name] == wanted]
        elif "starts_with" in wanted:
            found = found[found[name].str.startswith(wanted["starts_with"])]
        else:
            found = found[found[name] >= wanted["at_least"]]
    if signal.get("once_per"):
        days = found.occurred_at.dt.tz_convert("Europe/Amsterdam").dt.date
        found = found.assign(day=days).sort_values("occurred_at")
        found = found.drop_duplicates(["canonical_id", "day"])
    points = signal["points"] * 0.5 ** (found.days / int(signal["half_life"].split()[0]))
    if "each" in signal:
        points = points * found.seconds / signal["each"]["per"]
    summed = points.groupby(found.canonical_id).sum()
    return summed.clip(upper=signal.get("at_most"))


def _tests(where: dict[str, Any] | None) -> list[dict[str, Any]]:
    if where is None:
        return []
    every: list[dict[str, Any]] = where.get("all", [where])
    return every


def by_loop() -> float:
    """Seconds a lead."""
    from bench.installation import Installation

    with Installation():
        from bench.filled import fill
        from bench.scoring import by_hand
        from handraise.kit.clock import now
        from handraise.leads.models import Lead

        fill(leads=2_000, activities=50_000)
        ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:LOOPED])
        begun = time.perf_counter()
        for lead in ids:
            by_hand(lead, now())
        return (time.perf_counter() - begun) / len(ids)
