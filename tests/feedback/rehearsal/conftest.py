"""A small history to rehearse on: leads that did things, and what history made of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.feedback.rehearsal.report import Report
from handraise.feedback.rehearsal.running import Wish, rehearse
from handraise.leads.decide import PATH, Stage, Via
from handraise.leads.models import Lead
from handraise.leads.moves import Move
from handraise.leads.moves import write as write_moves
from handraise.leads.record import record
from handraise.scoring.engines.duckdb import DuckDBEngine
from handraise.scoring.lake.syncing import sync
from handraise.team.models import User
from tests.leads.said import did, facts, lead_of
from tests.personas import NOON
from tests.world import AGREEMENT, in_force

DAY = timedelta(days=1)
BEGIN, END, NOW = NOON, NOON + 70 * DAY, NOON + 100 * DAY
DRAFT = AGREEMENT.replace("{intent: {at_least: 20}}", "{intent: {at_least: 35}}")
LOOSE = AGREEMENT.replace("{intent: {at_least: 20}}", "{intent: {at_least: 8}}")


def told(name: str, days: float, *deeds: tuple[str, float], **traits: Any) -> Lead:
    """A lead that came in so many days after noon and did these things then."""
    email = f"{name.lower()}@acme.example"
    at = NOON + days * DAY
    record([facts({"name": name, **traits}, email=email, at=at)], at=at)
    for deed, when in sorted(deeds, key=lambda one: one[1]):
        then = NOON + when * DAY
        record(
            [did(deed, email=email, at=then, properties={"path": "/pricing"})],
            at=then,
        )
    return lead_of("email", email)


def went(lead: Lead, *steps: tuple[Stage, float]) -> None:
    """History made these moves, so many days after noon."""
    before = Stage.LEAD
    for after, days in steps:
        at = NOON + days * DAY
        write_moves(
            [Move(lead.pk, before, after, 1, "Test", occurred_at=at)], at=at, via=Via.WORKER
        )
        before = after


def one_who_was_sold_to() -> Lead:
    """Ada, who enters under the looser draft; history took her to SQL by hand."""
    lead = told("Ada", 1, ("page", 3), title="Head of Sales")
    went(lead, (Stage.MARKETING_QUALIFIED, 10), (Stage.SALES_ACCEPTED, 11),
         (Stage.SALES_QUALIFIED, 20))  # fmt: skip
    return lead


@pytest.fixture
def published(mark: User, mia: User) -> Published:
    return in_force(mark, mia, at=NOON - 300 * DAY)


Rehearse = Callable[..., Report]


@pytest.fixture
def rehearsed(tmp_path: Path) -> Rehearse:
    """Rehearse a text over the usual period, by DuckDB on a lake of now."""

    def run(text: str, published: Published | None = None, **changes: Any) -> Report:
        lake = tmp_path / "lake"
        sync(lake, at=NOW)
        wish = Wish(read(text), BEGIN, END, NOW, "UTC", levels=False)
        with closing(DuckDBEngine(lake)) as engine:
            return rehearse(replace(wish, **changes), published, engine)

    return run


def a_history(seed: int, count: int = 40) -> list[Lead]:
    """People who come in over a hundred days, visit, ask, and go some way."""
    chance = Random(seed)
    found = []
    for number in range(count):
        came = chance.uniform(-40, 68)
        deeds = [
            (chance.choice(("page", "page", "Demo Requested", "Content Downloaded")),
             came + chance.expovariate(1 / 12))
            for _ in range(chance.randrange(6))
        ]  # fmt: skip
        lead = told(
            f"Lead{number}", came, *[deed for deed in deeds if deed[1] < 99],
            title=chance.choice(("Head of Sales", "Clerk", "Director")),
        )  # fmt: skip
        steps, at = chance.choice((0, 0, 1, 2, 3, 5)), came
        path = []
        for stage in PATH[1 : steps + 1]:
            at += chance.expovariate(1 / 8)
            if at < 99:
                path.append((stage, at))
        went(lead, *path)
        found.append(lead)
    return found


def instant_of(micros: int) -> datetime:
    return datetime.fromtimestamp(0, NOON.tzinfo) + timedelta(microseconds=micros)
