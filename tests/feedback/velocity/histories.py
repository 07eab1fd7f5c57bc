"""Random histories: leads that come and go, with ties, merges, undone imports and the unborn."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pandas as pd

from handraise.leads.decide import PATH, Stage
from handraise.leads.models import Lead, StageMove
from tests.personas import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN, AT = NOON, NOON + 200 * DAY


def histories(seed: int, count: int = 60) -> None:
    """So many leads with moves of which some lie in the future, before their creation, at the same
    instant as another, or were withdrawn; every ninth lead is merged into the one before it."""
    chance = random.Random(seed)
    for number in range(count):
        born = BEGIN + chance.randrange(180 * 24) * HOUR
        made = Lead(stage_since=born, created_at=born, name=f"Lead{number}", stage=Stage.LEAD)
        made.pk = made.canonical_id = 10_000 + number
        made.save(force_insert=True)
        _moves(made, born - DAY if number % 13 == 5 else born, chance)
    for number in range(9, count, 9):
        Lead.objects.filter(pk=10_000 + number).update(canonical=10_000 + number - 1)
    Lead.objects.filter(pk=10_000 + count - 2).update(withdrawn_at=AT)


def _moves(lead: Lead, at: datetime, chance: random.Random) -> None:
    before, rows = Stage.LEAD, []
    for _ in range(chance.randrange(7)):
        at += chance.choice([0, 1, 5, 30, 200, 900]) * HOUR
        after = chance.choice([*PATH[1:4], *PATH, Stage.NURTURE, Stage.DISQUALIFIED])
        rows.append(
            StageMove(lead=lead, before=before, after=after, at=at, known_at=at, version=1,
                      reason="", withdrawn_at=AT if chance.random() < 0.1 else None)
        )  # fmt: skip
        before = after
    StageMove.objects.bulk_create(rows)
    if rows:
        Lead.objects.filter(pk=lead.pk).update(stage=before, stage_since=at)


def told(at: datetime = AT) -> pd.DataFrame:
    """Every stay there was, from the raw rows alone: one row each, with the sequence after it."""
    leads = pd.DataFrame(Lead.objects.values("id", "canonical_id", "is_current", "created_at"))
    moves = pd.DataFrame(
        StageMove.objects.filter(withdrawn_at=None, at__lte=at).values(
            "id", "lead_id", "after", "at"
        )
    )
    known = leads.set_index("id")
    moves["lead"] = moves.lead_id.map(known.canonical_id)
    born = leads.groupby("canonical_id").created_at.min()
    rows = []
    for lead in known.index[known.is_current]:
        own = moves[moves.lead == lead].sort_values(["at", "id"])
        steps = list(zip(own["at"], own["after"], strict=True))
        first = min((when for when, stage in steps if stage != "LEAD"), default=None)
        if born[lead] <= at and (first is None or born[lead] < first):
            steps = sorted([(born[lead], "LEAD"), *steps], key=lambda step: step[0])
        rows += _stays(lead, steps)
    return pd.DataFrame(rows, columns=["lead", "stage", "entered", "before", "onward"])


def _stays(lead: int, steps: list[tuple[pd.Timestamp, str]]) -> list[tuple[object, ...]]:
    kept: list[tuple[pd.Timestamp, str]] = []
    for when, stage in steps:
        if not kept or kept[-1][1] != stage:
            kept.append((when, stage))
    return [
        (lead, stage, when, kept[place - 1][1] if place else "", kept[place + 1 :])
        for place, (when, stage) in enumerate(kept)
    ]
