"""First crossings: candidate instants are found, bounds strike out most, the relations decide."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from handraise.agreement.document import Document
from handraise.scoring.compile import Compiled, all_hits, compiled, relations
from handraise.scoring.crossing import news
from handraise.scoring.crossing.criterion import bare, qualifies, refuse_falling
from handraise.scoring.engines import Engine
from handraise.scoring.engines.keeping import Keeping
from handraise.scoring.engines.moments import HINDSIGHT, Moments
from handraise.scoring.inputs import LEAD
from handraise.scoring.known import beside

SCORES = ("fit", "interest", "intent", "priority", "grade")


def first_crossings(
    engine: Engine,
    document: Document,
    *,
    begin: datetime,
    end: datetime,
    zone: str,
    hindsight: bool = False,
) -> pa.Table:
    """The first instant from `begin` on and before `end` at which each lead qualifies.

    Qualifies: `mql.when` and every need true, `mql.never` not, as known at that instant or,
    with `hindsight`, today. Gives lead_id, at, fit, interest, intent, priority, grade (the scores
    at that instant) and had_qualified (at `begin` already). Leads that do not qualify have no
    row. Stages are history's; `again_after` is not simulated. Raises CompileError.
    """
    made = compiled(bare(document), engine, zone)
    refuse_falling(made.relations.plan)
    with engine.keeping(made) as kept:
        search = Search(engine, made, kept, begin, end, hindsight)
        return search.crossings()


def scores_then(engine: Engine, document: Document, moments: Moments, *, zone: str) -> pa.Table:
    """lead_id, at, fit, interest, intent, priority, grade of each lead at its own instant."""
    made = compiled(bare(document), engine, zone)
    return engine.table(made, made.relations.scores.select("lead_id", "at", *SCORES), moments)


class Search:
    """One search, its tables kept in the engine."""

    def __init__(self, engine: Engine, made: Compiled, kept: Keeping, begin: datetime,
                 end: datetime, hindsight: bool) -> None:  # fmt: skip
        self.engine = engine
        self.made = made
        self.plan = made.relations.plan
        self.kept = kept
        self.begin, self.end, self.hindsight = begin, end, hindsight

    def keep(self, name: str, rows: Any) -> Any:
        """The kept rows, to read from."""
        self.kept.keep(name, rows)
        return ibis.table(rows.schema(), name=name)

    def crossings(self) -> pa.Table:
        everybody = LEAD.filter(LEAD.canonical_id == LEAD.id, LEAD.withdrawn_at.isnull())
        asked = self.keep("asked", everybody.select(lead_id=everybody.id))
        found = self.keep("hits", all_hits(self.plan, self.engine.functions))
        exact = relations(self.made.document, self.engine.functions, self.made.zone, found).scores
        self.exact = exact.filter(qualifies(exact, self.plan)).select("lead_id", "at", *SCORES)
        self.keep("moments", self._known_by(self._candidates(asked, found)))
        crossed = self.keep("crossed", earliest(self.exact))
        return self.kept.read(beside(crossed, self._before(crossed), {"lead_id": "lead_id"},
                                     how="left", had_qualified="had_qualified")
                              .mutate(had_qualified=_.had_qualified.fill_null(False)))  # fmt: skip

    def _candidates(self, asked: Any, found: Any) -> Any:
        told = news.changes(self.plan, found, hindsight=self.hindsight)
        rows = told.union(news.activities(self.plan, found, hindsight=self.hindsight))
        if self.plan.document.company:
            rows = rows.union(news.of_colleagues(rows))
        rows = rows.filter(rows["at"] > instant(self.begin), rows["at"] < instant(self.end))
        begins = asked.select("lead_id", at=instant(self.begin))
        return rows.select("lead_id", "at").distinct().union(begins)

    def _before(self, crossed: Any) -> Any:
        """Who qualified just before the period began, of those who do when it begins."""
        first = crossed.filter(crossed["at"] == instant(self.begin))
        before = instant(self.begin - timedelta(microseconds=1))
        self.keep("moments", self._known_by(first.select("lead_id", at=before)))
        return self.keep("before", self.exact.select("lead_id", had_qualified=True))

    def _known_by(self, moments: Any) -> Any:
        known_by = instant(HINDSIGHT) if self.hindsight else moments["at"]
        return moments.mutate(known_by=known_by)


def earliest(rows: Any) -> Any:
    """The earliest row of each lead."""
    place = ibis.row_number().over(group_by=rows.lead_id, order_by=rows["at"])
    return rows.mutate(place=place).filter(_.place == 0).drop("place")


def instant(value: datetime) -> Any:
    return ibis.literal(value, type="timestamp('UTC')")
