"""Histories in the database with known causes: who asked for a demo, and whose firm makes steel,
becomes SQL more often; and a note that is written only once they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from handraise.leads.decide import Stage
from handraise.leads.models import Activity, Fact, Identity, Lead, Source, StageMove
from tests.personas import NOON

DAY = timedelta(days=1)
NOW = NOON + 400 * DAY
FIRST = 50_000  # ids far from those of other rows


@dataclass
class Rows:
    """What is written at the end, all at once."""

    leads: list[Lead] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    moves: list[StageMove] = field(default_factory=list)


class History:
    """People who come in over a year; `offered`: whether sales was offered those who asked."""

    def __init__(self, seed: int, *, offered: bool = True, is_dated: bool = True) -> None:
        self.chance, self.rows = Random(seed), Rows()
        self.offered, self.is_dated = offered, is_dated
        self.source, _ = Source.objects.get_or_create(name="Test", kind="hand", created_at=NOON)

    def write(self, count: int, *, won: float | None = None) -> list[Lead]:
        for number in range(count):
            self._person(FIRST + number, won)
        rows = self.rows
        for each in (rows.leads, rows.identities, rows.activities, rows.facts, rows.moves):
            if each:
                type(each[0])._default_manager.bulk_create(each)  # type: ignore[arg-type]
        return rows.leads

    def _person(self, pk: int, won: float | None) -> None:
        chance = self.chance
        born = NOON + chance.uniform(0, 380) * DAY
        lead = Lead(
            pk=pk, canonical_id=pk, stage=Stage.LEAD, stage_since=born, created_at=born,
            name=f"Person {pk}", email=f"p{pk}@firm.example", last_seen_at=born,
        )  # fmt: skip
        self.rows.leads.append(lead)
        self.rows.identities.append(
            Identity(pk=pk, lead=lead, kind="email", value=f"p{pk}@firm.example", created_at=born)
        )
        industry = chance.choice(["steel", "glass", "paper"])
        asked, pages = chance.random() < 0.5, chance.randrange(4)
        self.fact(lead, "industry", industry, born)
        self.fact(lead, "title", chance.choice(["Head of Sales", "Clerk"]), born)
        self.fact(lead, "seats", float(chance.randrange(1, 90)), born)
        for _ in range(pages):
            self.did(lead, "page", born + chance.random() * DAY)
        if asked:
            self.did(lead, "Demo Requested", born + DAY)
        likely = 0.1 + 0.45 * asked + 0.35 * (industry == "steel")
        came = chance.random() < (likely if won is None else won)
        if self.offered or came:
            self.moved(lead, "MARKETING_QUALIFIED", born + 2 * DAY)
        if came and born + 8 * DAY < NOW:
            then = born + (3 + chance.random() * 5) * DAY
            self.moved(lead, "SALES_QUALIFIED", then)
            lead.stage, lead.stage_since = Stage.SALES_QUALIFIED, then
            self.fact(lead, "sales_note", "good talk", then + DAY / 24)
            self.did(lead, "Contract Opened", then + DAY / 24)
        if not self.is_dated:
            self.fact(lead, "talked", "yes" if came else "no", born)

    def fact(self, lead: Lead, name: str, value: Any, at: datetime) -> None:
        is_text = isinstance(value, str)
        self.rows.facts.append(
            Fact(identity_id=lead.pk, name=name, value=value, text=value if is_text else None,
                 words=f" {value.lower()} " if is_text else None,
                 number=None if is_text else value, holds_from=at, known_at=at,
                 is_known_at_assumed=not self.is_dated, source=self.source)
        )  # fmt: skip

    def did(self, lead: Lead, name: str, at: datetime) -> None:
        self.rows.activities.append(
            Activity(identity_id=lead.pk, name=name, occurred_at=at, known_at=at,
                     match={"path": "/pricing"}, source=self.source,
                     is_known_at_assumed=not self.is_dated,
                     message_id=f"{len(self.rows.activities)}")
        )  # fmt: skip

    def moved(self, lead: Lead, after: str, at: datetime) -> None:
        self.rows.moves.append(
            StageMove(lead=lead, before="LEAD", after=after, at=at, known_at=at, version=1,
                      reason="", scores={})
        )  # fmt: skip
