"""Reviews of real leads: import, review, proposal, and whether the proposal does better later.

Run: `python -m bench.real_reviews [xeducation bank olist b2b_deals]`, with the shared data beside
the project. A hand-made agreement is reviewed on the earlier half of the leads; every sure change
goes into its text; both then score the later half, and their AUCs are compared by DeLong's paired
interval. Where that holds 0, they cannot be told apart. Last a score is learned of all that is
known: from the earlier leads, tested on the latest fifth.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.installation import Installation

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
YEAR = timedelta(days=365)
AFTERWARDS = {
    "Tags": "tags", "Lead Quality": "lead_quality", "Lead Profile": "lead_profile",
    "Last Notable Activity": "last_notable_activity",
}  # fmt: skip
_END = """
priority: {fit: 1, interest: 0, intent: 0}
grades: {A: 50, B: 20}
mql: {when: {priority: {at_least: 35}}}
reasons: [{name: Not now, consequence: recycle}]
"""
_SCHOOL = """
name: Online school
fit:
  - {name: Added by hand, points: 45, when: {lead_origin: lead add form}}
  - {name: Works, points: 40, when: {occupation: working professional}}
  - {name: Read long, points: 20, when: {seconds_on_site: {at_least: 500}}}
  - {name: Read very long, points: 15, when: {seconds_on_site: {at_least: 1000}}}
  - {name: Got a text message, points: 15, when: {last_activity: sms sent}}
  - {name: Came by chat, points: -10, when: {source: olark chat}}
"""
_CHEATS = """
  - {name: Will come back, points: 50, when: {tags: will revert after reading the email}}
  - {name: Sales thinks well of it, points: 40, when: {lead_quality: [high in relevance, might be]}}
  - {name: Closed, points: 50, when: {tags: [closed by horizzon, lost to eins]}}
"""
_BANK = """
name: Bank
fit:
  - {name: Bought before, points: 50, when: {poutcome: success}}
  - {name: Retired or student, points: 20, when: {job: [retired, student]}}
  - {name: By mobile phone, points: 15, when: {contact: cellular}}
  - {name: Called often, points: -10, when: {campaign: {at_least: 5}}}
"""
_MARKET = """
name: Marketplace
fit:
  - {name: Came by search, points: 40, when: {source: [organic_search, paid_search]}}
  - {name: Came directly, points: 40, when: {source: direct_traffic}}
  - {name: Came by social media, points: 20, when: {source: social}}
"""
_DEALS = """
name: Software deals
fit:
  - {name: Has a budget, points: 30, when: {has_budget: true}}
  - {name: Knows what it needs, points: 30, when: {has_defined_needs: true}}
  - {name: Authority, points: 20, when: {authority: high}}
  - {name: Formal tender, points: 10, when: {is_formal_tender: true}}
  - {name: Has competitors, points: -10, when: {has_competitors: true}}
"""


@dataclass(frozen=True)
class Case:
    """Files with their mappings, a hand-made agreement, what shows by strength what cheats."""

    files: tuple[tuple[str, str, dict[str, Any]], ...]
    agreement: str
    days: int
    cheat: str = ""


def _example(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "examples" / name).read_text(encoding="utf-8"))
    return told


def _school() -> dict[str, Any]:
    told = _example("xeducation.yaml")
    told["facts"] |= AFTERWARDS
    told["ignore"] = [name for name in told["ignore"] if name not in AFTERWARDS]
    return told


def _bank() -> dict[str, Any]:
    numbers = ("age", "campaign", "pdays", "previous")
    texts = ("job", "marital", "education", "default", "housing", "loan", "contact", "month",
             "day_of_week", "poutcome")  # fmt: skip
    facts: dict[str, Any] = {name: {"name": name, "type": "number"} for name in numbers}
    return {
        "kind": "leads", "name": "Bank", "unknown_when": ["unknown"],
        "identity": {"user_id": {"column": "row_id", "prefix": "bank-"}},
        "spread": {"over": "730 days", "by": "row_id"},
        "facts": facts | {name: name for name in texts},
        "outcome": {"column": "y", "values": {"yes": "CUSTOMER", "no": "none"}, "after": "7 days"},
        # The duration of the call is known only afterwards; the rest are figures of the economy.
        "ignore": ["duration", "emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m",
                   "nr.employed"],
    }  # fmt: skip


def cases() -> dict[str, Case]:
    """What can be run, in the order in which it matters."""
    return {
        "xeducation": Case((("xeducation/leads.csv", "LEADS", _school()),), _SCHOOL, 366,
                           _SCHOOL + _CHEATS),
        "bank": Case((("bank/contacts.csv", "LEADS", _bank()),), _BANK, 731),
        "olist": Case((("olist/mql.csv", "LEADS", _example("marketplace_leads.yaml")),
                       ("olist/closed_deals_asof_2018-03-15.csv", "OUTCOMES",
                        _example("marketplace_deals.yaml"))), _MARKET, 4000),
        "b2b_deals": Case((("b2b_deals/deals.csv", "LEADS", _example("software_deals.yaml")),),
                          _DEALS, 731),
    }  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", default=list(cases()))
    names = asked.parse_args().names
    if len(names) > 1:  # a database each, and so a process each
        for name in names:
            subprocess.run([sys.executable, "-m", "bench.real_reviews", name], check=True)
        return
    (name,) = names
    case = cases()[name]
    print(f"== {name}", flush=True)
    if not (DATA / case.files[0][0]).is_file():
        print(f"skipped: {DATA} is not here")
        return
    with Installation() as house:
        house.people()
        _run(case, house.data)


def _run(case: Case, folder: Path) -> None:
    from handraise.feedback.lake import TABLES
    from handraise.kit.clock import now
    from handraise.scoring.engines.duckdb import DuckDBEngine
    from handraise.scoring.lake.syncing import sync

    at, begun = now(), time.perf_counter()
    for file, kind, told in case.files:
        _bring_in(DATA / file, kind, told, at)
    sync(folder / "lake", at=at, tables=TABLES)
    print(f"imported in {time.perf_counter() - begun:.0f} s", flush=True)
    with closing(DuckDBEngine(folder / "lake")) as engine:
        _review(case.agreement + _END, engine, at - timedelta(days=case.days), at)
        _learn(case.agreement + _END, engine, at)
        if case.cheat:
            print("-- with the columns that people filled in afterwards", flush=True)
            _told(_judged(case.cheat + _END, engine, at - timedelta(days=case.days), at, at))


def _bring_in(file: Path, kind: str, told: dict[str, Any], at: datetime) -> None:
    from handraise.capture.decide import ImportKind
    from handraise.capture.imports import read_mapping, run, start
    from handraise.leads.decide import Via
    from handraise.team.models import User

    by = User.objects.filter(role="revenue operations").first() or User.objects.all()[0]
    made = start(file, kind=ImportKind[kind], mapping=read_mapping(yaml.safe_dump(told)), by=by,
                 at=at, via=Via.SHELL)  # fmt: skip
    done = run(made.pk, at=at)
    print(f"{file.name}: {done.taken_rows:,} rows taken, {done.refused_rows:,} refused")


def _judged(text: str, engine: Any, begin: datetime, end: datetime, at: datetime) -> Any:
    from handraise.agreement.reading import read
    from handraise.feedback.review.gathering import Wish
    from handraise.feedback.review.making import reviewed

    begun = time.perf_counter()
    found = reviewed(Wish(read(text), begin, end, at, "UTC"), engine)
    print(
        f"reviewed in {time.perf_counter() - begun:.1f} s: {found.leads:,} leads"
        f" ({found.population}), {found.outcomes:,} {found.outcome_name}",
        flush=True,
    )
    return found


def _told(report: Any) -> None:
    print(report.discrimination.sentence)
    for one in report.findings:
        print(f"  {'SURE' if one.is_sure else 'look'} {one.code}: {one.sentence}")


def _review(text: str, engine: Any, begin: datetime, at: datetime) -> None:
    """The whole, then the earlier half with a proposal, tried on the later half."""
    from handraise.agreement.reading import read
    from handraise.feedback.rehearsal.replaying import priorities
    from handraise.feedback.review.gathering import Wish, gathered

    whole = _judged(text, engine, begin, at, at)
    _told(whole)
    later = gathered(Wish(read(text), begin, at, at, "UTC"), engine).evidence
    middle = datetime.fromtimestamp(float(np.median(later.at)) / 1e6, at.tzinfo)
    print(f"-- proposed on the leads before {middle:%Y-%m-%d}, tried on those from then on")
    draft = _proposal(text, _judged(text, engine, begin, middle, at))
    rows = later.at >= np.median(later.at)
    ids, then, came = later.lead_ids[rows], later.at[rows], later.outcome[rows]
    order = np.argsort(ids)
    ids, then, came = ids[order], then[order], came[order]
    scores = [priorities(engine, read(one), ids, then, zone="UTC") for one in (text, draft)]
    print(compared(came, scores[0], scores[1]), flush=True)


def _learn(text: str, engine: Any, at: datetime) -> None:
    """What the learned score makes of them, beside the points of the agreement."""
    from handraise.agreement.queries import Published
    from handraise.agreement.reading import read
    from handraise.feedback.learned.learning import LackingError
    from handraise.feedback.learned.running import run_learning
    from handraise.feedback.rehearsal.decide import Outcome

    begun = time.perf_counter()
    try:
        report, _ = run_learning(
            engine, Published(1, read(text), at), Outcome.WON, at=at, zone="UTC",
            progress=lambda *_: None,
        )  # fmt: skip
    except LackingError as lacking:
        print(f"-- learned: {lacking}")
        return
    tested, gone = report.tested, ", ".join(one.words for one in report.left_out)
    print(f"-- learned in {time.perf_counter() - begun:.0f} s, {report.columns} columns; "
          f"tested on {tested.test:,} later leads, {tested.outcomes:,} of them won")  # fmt: skip
    for name, one in (("learned", tested.learned), ("points", tested.points)):
        print(f"   AUC {name} {one.value:.3f} ({one.low:.3f} to {one.high:.3f})")
    print(f"   {tested.finding}" + (f" Left out: {gone}." if gone else ""), flush=True)


def _proposal(text: str, report: Any) -> str:
    from handraise.feedback.review.proposing import proposed
    from handraise.feedback.review.queries import told_as
    from handraise.leads.decide import Refused

    draft = text
    for one in report.findings:
        if not one.is_sure or one.change is None:
            continue
        fact, kind = told_as(one.change.fact)
        try:
            made = proposed(draft, replace(one.change, fact=fact), reviewed=text, kind=kind)
        except Refused as refused:
            print(f"  not taken: {refused}")
            continue
        draft = made.text
        print(f"  taken: {made.what}")
    return draft


def compared(came: Any, held: Any, draft: Any) -> str:
    """Both AUCs and their difference, by DeLong, DeLong and Clarke-Pearson's paired variance."""
    from handraise.feedback.rehearsal.figures import auc, ranks

    first, second = auc(came, held), auc(came, draft)
    if first is None or second is None:
        return "Nothing to compare: all of the later leads came to the same."
    parts = [_placements(came, score, ranks) for score in (held, draft)]
    m, n = int(came.sum()), int((~came).sum())
    above, below = (np.cov(np.stack([one[kind] for one in parts])) for kind in (0, 1))
    spread = above / m + below / n
    reach = 1.96 * float(np.sqrt(max(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1], 0)))
    more = second.value - first.value
    said = f"AUC of the agreement {first.value:.3f}, of the proposal {second.value:.3f};"
    said += f" difference {more:+.3f} (95 % interval {more - reach:+.3f} to {more + reach:+.3f})"
    apart = more - reach > 0 or more + reach < 0
    return f"{said} on {len(came):,} later leads" + (
        "." if apart else ": they cannot be told apart."
    )


def _placements(came: Any, score: Any, ranks: Any) -> Sequence[Any]:
    both, m, n = ranks(score), int(came.sum()), int((~came).sum())
    return (both[came] - ranks(score[came])) / n, 1 - (both[~came] - ranks(score[~came])) / m


if __name__ == "__main__":
    main()
