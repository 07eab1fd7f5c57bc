"""A history with causes that are known: who attended a webinar buys more often."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.feedback.review.gathering import Gathered, Wish, gathered
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.leads.moves import Move
from handraise.leads.moves import write as write_moves
from handraise.leads.record import record
from handraise.scoring.engines.duckdb import DuckDBEngine
from handraise.scoring.lake.syncing import sync
from handraise.team.models import User
from tests.leads.said import did, facts
from tests.personas import NOON
from tests.world import AGREEMENT, in_force

DAY = timedelta(days=1)
BEGIN, NOW = NOON - 10 * DAY, NOON + 200 * DAY
STAGES = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.CUSTOMER)


@pytest.fixture
def published(mark: User, mia: User) -> Published:
    return in_force(mark, mia, at=NOON - 300 * DAY)


def planted(count: int, *, seed: int = 1, reach: int = 4, won: bool = False) -> None:
    """So many MQLs over a hundred days, each with what it did on the day before it became MQL.

    A webinar, which the agreement does not know, makes almost half more of them buy within three
    weeks, a demo a fifth, a title a tenth. Downloads, which give points, tell nothing. `reach`:
    how far the best go; `won`: all go so far.
    """
    chance = Random(seed)
    entries, moves = [], []
    for number in range(count):
        email, came = f"p{number}@acme.example", NOON + chance.uniform(0, 100) * DAY
        traits = {
            "name": f"Person {number}",
            "title": chance.choice(("Head of Sales", "Clerk")),
            "region": chance.choice(("North", "South", "East")),
            "team_size": chance.randrange(1, 200),
            "source": chance.choice(("Fair", "Search")),
        }
        entries.append(facts(traits, email=email, at=came))
        has_watched = chance.random() < 0.25
        deeds = ["Webinar Attended"] * has_watched + ["Content Downloaded"] * chance.randrange(6)
        has_asked = chance.random() < 0.3
        deeds += ["Demo Requested"] * has_asked
        entries += [did(deed, email=email, at=came + chance.random() * DAY) for deed in deeds]
        likely = 0.08 + 0.45 * has_watched + 0.2 * has_asked
        is_won = won or chance.random() < likely + 0.1 * (traits["title"] == "Head of Sales")
        moves.append((email, came + DAY, chance.uniform(3, 20), reach if is_won else 1))
    record(entries, at=NOW)
    ids = dict(Lead.objects.filter(canonical_id__isnull=False).values_list("email", "pk"))
    by_instant = sorted(
        (at + step * days / 3 * DAY, ids[email], step)
        for email, at, days, steps in moves
        for step in range(steps)
    )
    path = (Stage.LEAD, *STAGES)
    write_moves(
        [Move(pk, path[step], path[step + 1], 1, "Test", occurred_at=at)
         for at, pk, step in by_instant],
        at=NOW, via=Via.WORKER,
    )  # fmt: skip


Gather = Callable[..., Gathered]


@pytest.fixture
def gather(tmp_path: Path) -> Gather:
    """Gather the evidence on the small agreement, by DuckDB on a lake of now."""

    def run(text: str = AGREEMENT, **changes: Any) -> Gathered:
        lake = tmp_path / "lake"
        sync(lake, at=NOW)
        wish = Wish(read(text), BEGIN, NOW, NOW, "UTC")
        with closing(DuckDBEngine(lake)) as engine:
            return gathered(replace(wish, **changes), engine)

    return run
