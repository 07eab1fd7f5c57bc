"""Random histories, and a second reading of the funnel from the raw rows, by pandas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pandas as pd

from handraise.leads.decide import PATH, SourceKind, Stage
from handraise.leads.models import Company, Fact, Identity, Lead, Source, StageMove

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
AT = BEGIN + timedelta(days=200)
SOURCES = ["webinar", "fair", "search", ""]


def a_history(seed: int, leads: int = 90) -> None:
    """Leads who come, skip stages, fall back, are merged, are told of late or in disorder."""
    random = Random(seed)
    source = Source.objects.create(name="Test", kind=SourceKind.API, created_at=BEGIN)
    firms = [
        Company.objects.create(
            name=f"Firm {place}", industry=random.choice(["Retail", "Food", ""]),
            employees=random.choice([5, 60, 4000, None]), created_at=BEGIN,
        )
        for place in range(6)
    ]  # fmt: skip
    made = [_lead(random, firms, place) for place in range(leads)]
    for lead in made:
        _facts(random, lead, source)
        _moves(random, lead)
    for lead in random.sample(made, leads // 10):
        Lead.objects.filter(pk=lead.pk).update(canonical=random.choice(made[:5]))


def _lead(random: Random, firms: list[Company], place: int) -> Lead:
    born = BEGIN + timedelta(days=random.uniform(0, 195))
    pk = 5000 + place
    return Lead.objects.create(
        id=pk, canonical_id=pk, stage=random.choice(list(Stage)), stage_since=born,
        created_at=born, name=f"Person {place}", country=random.choice(["Denmark", "France", ""]),
        company=random.choice([*firms, None]),
    )  # fmt: skip


def _facts(random: Random, lead: Lead, source: Source) -> None:
    identity = Identity.objects.create(
        lead=lead, kind="email", value=f"{lead.pk}@firm.example", created_at=lead.created_at
    )
    for _ in range(random.randint(0, 2)):
        told = lead.created_at + timedelta(days=random.uniform(0, 40))
        text = random.choice(SOURCES)
        Fact.objects.create(
            identity=identity, name="source", value=text, text=text, words=f" {text} ",
            holds_from=told, known_at=told, source=source,
        )  # fmt: skip


def _moves(random: Random, lead: Lead) -> None:
    at = lead.created_at
    for after in PATH[1:]:
        if random.random() < 0.35:
            if random.random() < 0.6:
                _move(random, lead, random.choice([Stage.NURTURE, Stage.DISQUALIFIED]), at)
            return
        if random.random() < 0.15:
            continue  # skipped
        at += timedelta(days=random.expovariate(1 / 12) - (3 if random.random() < 0.1 else 0))
        _move(random, lead, after, at)


def _move(random: Random, lead: Lead, after: Stage, at: datetime) -> None:
    is_withdrawn = random.random() < 0.08
    StageMove.objects.create(
        lead=lead, before=Stage.LEAD, after=after, at=at, known_at=at,
        version=random.choice([1, 2, None]), reason="", scores={"grade": random.choice("ABC")},
        withdrawn_at=at if is_withdrawn else None,
    )  # fmt: skip


def reckoned(at: datetime = AT) -> pd.DataFrame:
    """A row a current lead with the instant at which it first reached each stage, NaT if never."""
    leads = pd.DataFrame(Lead.objects.values("id", "canonical_id", "created_at", "stage"))
    moves = pd.DataFrame(
        StageMove.objects.filter(withdrawn_at=None, at__lte=at).values(
            "id", "lead_id", "after", "at", "version"
        )
    )
    moves = moves.merge(leads[["id", "canonical_id"]], left_on="lead_id", right_on="id")
    table = pd.DataFrame(index=sorted(leads.loc[leads.id == leads.canonical_id, "id"]))
    born = leads.groupby("canonical_id").created_at.min()
    for place, stage in enumerate(PATH):
        later = moves[moves.after.isin([one.value for one in PATH[max(place, 1) :]])]
        table[stage] = later.groupby("canonical_id")["at"].min()
    table[Stage.LEAD] = pd.concat([table[Stage.LEAD], born.reindex(table.index)], axis=1).min(
        axis=1
    )
    first = moves[moves.after == Stage.MARKETING_QUALIFIED].sort_values(["at", "id_x"])
    table["version"] = first.groupby("canonical_id").version.apply(lambda each: each.iloc[0])
    table["source"] = _first_sources(leads, at).reindex(table.index)
    return table[table[Stage.LEAD] <= at]


def _first_sources(leads: pd.DataFrame, at: datetime) -> Any:
    facts = pd.DataFrame(
        Fact.objects.exclude(text="").filter(name="source", known_at__lte=at).values(
            "id", "identity__lead_id", "text", "holds_from"
        )
    )  # fmt: skip
    facts = facts.merge(leads[["id", "canonical_id"]], left_on="identity__lead_id", right_on="id")
    ordered = facts.sort_values(["holds_from", "id_x"])
    return ordered.groupby("canonical_id").text.first()
