"""First crossings: candidate instants are found, bounds strike out most, the relations decide."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from handraise.agreement.document import Document
from handraise.scoring.compile import Compiled, all_doubts, all_hits, compiled, relations
from handraise.scoring.crossing import news
from handraise.scoring.crossing.criterion import bare, qualifies, refuse_falling, telling
from handraise.scoring.crossing.reach import STRETCHES, promising
from handraise.scoring.engines import Engine
from handraise.scoring.engines.keeping import Keeping
from handraise.scoring.engines.moments import HINDSIGHT, Moments
from handraise.scoring.inputs import ASKED, LEAD
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
    at that instant) and had_qualified: whether the lead did just before `begin` (`at` is then
    `begin`). Leads that do not qualify have no row. Stages are history's; `again_after` is not
    simulated. Raises CompileError.
    """
    made = compiled(bare(document), engine, zone)
    refuse_falling(made.relations.plan)
    with engine.keeping(made) as kept:
        return _Search(engine, made, kept, begin, end, hindsight).crossings()


def scores_then(engine: Engine, document: Document, moments: Moments, *, zone: str) -> pa.Table:
    """lead_id, at, fit, interest, intent, priority, grade of each lead at its own instants."""
    made = compiled(bare(document), engine, zone)
    return engine.table(made, made.relations.scores.select("lead_id", "at", *SCORES), moments)


class _Search:
    """One search. Each step keeps in the engine what later ones read."""

    def __init__(
        self,
        engine: Engine,
        made: Compiled,
        kept: Keeping,
        begin: datetime,
        end: datetime,
        hindsight: bool,
    ) -> None:
        self.functions, self.made, self.kept = engine.functions, made, kept
        self.plan = made.relations.plan
        self.begin, self.end, self.hindsight = begin, end, hindsight

    def crossings(self) -> pa.Table:
        self._read()
        leads = self._promising_leads()
        instants = self._instants(leads)
        crossed = self._crossed(instants, self._promising_runs(instants))
        return self._told(crossed)

    def _keep(self, name: str, rows: Any) -> Any:
        """The kept rows, to read from."""
        self.kept.keep(name, rows)
        return ibis.table(rows.schema(), name=name)

    # What is read

    def _read(self) -> None:
        """What does not depend on the instant, once; and the relation that decides at any."""
        everybody = LEAD.filter(LEAD.canonical_id == LEAD.id, LEAD.withdrawn_at.isnull())
        self._keep("asked", everybody.select(lead_id=everybody.id))
        self.hits = self._keep("hits", all_hits(self.plan, self.functions))
        self.doubts = self._keep("doubts", all_doubts())
        told = news.changes(self.plan, self.hits, self.doubts, hindsight=self.hindsight)
        self.changes = self._keep("changes", self._within_period(told))
        # A criterion that does not ask for intent need not wait for intent to be summed.
        read = [one.number for one in telling(self.plan)]
        self.telling = self._keep("telling", self.hits.filter(self.hits.number.isin(read)))
        exact = self._scores(self.telling)
        qualified = exact.filter(qualifies(exact, self.plan))
        self.first_qualified = qualified.group_by("lead_id").agg(at=qualified["at"].min())

    def _scores(self, found: Any) -> Any:
        document, zone = self.made.document, self.made.zone
        made = relations(document, self.functions, zone, found=found, doubts=self.doubts)
        return made.scores

    # Striking out

    def _promising_leads(self) -> Any:
        """Who may qualify at all: the whole period is one stretch."""
        kinds = self.changes.group_by("lead_id").agg(kinds=_.kind.bit_or())
        rows = beside(ASKED, kinds, {"lead_id": "lead_id"}, how="left", kinds="kinds")
        whole = {"run": 0, "at": _instant(self.begin), "until": _instant(self.end)}
        return self._promising("leads", rows.mutate(kinds=_.kinds.fill_null(0), **whole))

    def _instants(self, leads: Any) -> Any:
        """(lead_id, at, kinds, run, is_first): a lead's n candidates, in runs of about √n / 2.

        Striking out runs and then looking into one costs about the same with √n; with shorter
        runs, in which less can fade, more are struck out. A half is what took the least time.
        """
        did = news.activities(self.plan, self.telling, hindsight=self.hindsight)
        rows = self.changes.union(self._within_period(did))
        if self.plan.document.company:
            rows = rows.union(news.of_colleagues(rows))
        begins = leads.select("lead_id", at=_instant(self.begin), kind=_whole(0))
        rows = rows.semi_join(leads, "lead_id").union(begins)
        rows = rows.group_by(["lead_id", "at"]).agg(kinds=_.kind.bit_or())
        rows = rows.mutate(
            place=ibis.row_number().over(group_by=rows.lead_id, order_by=rows["at"]),
            size=(rows.count().over(group_by=rows.lead_id).sqrt() / 2).ceil().cast("int64"),
        )
        numbered = rows.mutate(
            run=(rows.place // rows["size"]).cast("int64"), is_first=rows.place % rows["size"] == 0
        )
        return self._keep("instants", numbered.drop("place", "size"))

    def _promising_runs(self, instants: Any) -> Any:
        later = instants.kinds.bit_or(where=~instants.is_first)
        rows = instants.group_by(["lead_id", "run"]).agg(
            at=instants["at"].min(), until=instants["at"].max(), kinds=later.fill_null(0)
        )
        return self._promising("runs", rows)

    def _promising(self, name: str, stretches: Any) -> Any:
        rows = self._known_by(stretches)
        rows = rows.mutate(known_until=_instant(HINDSIGHT) if self.hindsight else rows.until)
        kept = self._keep("stretches", rows.select(*STRETCHES.columns).cast(STRETCHES.schema()))
        self._keep("moments", kept.select("lead_id", "at", "known_by"))
        zone = self.made.zone
        return self._keep(
            name, promising(self.telling, self.doubts, self.plan, self.functions, zone)
        )

    # Deciding

    def _crossed(self, instants: Any, runs: Any) -> Any:
        """(lead_id, at): the first run of each lead is decided, then the next two, then four, …
        until everybody has crossed or has no run left."""
        place = ibis.row_number().over(group_by=runs.lead_id, order_by=runs.run)
        left = self._keep("left_0", runs.mutate(place=place.cast("int64")))
        crossed: list[Any] = []
        while True:
            turn = len(crossed)
            some = left.filter(left.place < 2 ** (turn + 1) - 1)
            moments = instants.semi_join(some, ["lead_id", "run"]).select("lead_id", "at")
            if not self.kept.keep("moments", self._known_by(moments)) and crossed:
                break
            crossed.append(self._keep(f"crossed_{turn}", self.first_qualified))
            rest = left.filter(left.place >= 2 ** (turn + 1) - 1)
            left = self._keep(f"left_{turn + 1}", rest.anti_join(crossed[-1], "lead_id"))
        return self._keep("crossed", reduce(lambda some, more: some.union(more), crossed))

    def _told(self, crossed: Any) -> pa.Table:
        """Everybody who crossed, with the scores then."""
        first = crossed.filter(crossed["at"] == _instant(self.begin))
        before = _instant(self.begin - timedelta(microseconds=1))
        self._keep("moments", self._known_by(first.select("lead_id", at=before)))
        had = self._keep("had", self.first_qualified).select("lead_id", had_qualified=True)
        self._keep("moments", self._known_by(crossed))
        scores = self._scores(self.hits).select("lead_id", "at", *SCORES)
        rows = beside(
            scores, had, {"lead_id": "lead_id"}, how="left", had_qualified="had_qualified"
        )
        return self.kept.read(rows.mutate(had_qualified=rows.had_qualified.fill_null(False)))

    def _within_period(self, rows: Any) -> Any:
        """Without what lies outside of it; `begin` is a candidate of everybody's anyway."""
        return rows.filter(rows["at"] > _instant(self.begin), rows["at"] < _instant(self.end))

    def _known_by(self, rows: Any) -> Any:
        return rows.mutate(known_by=_instant(HINDSIGHT) if self.hindsight else rows["at"])


def _instant(value: datetime) -> Any:
    return ibis.literal(value, type="timestamp('UTC')")


def _whole(value: int) -> Any:
    return ibis.literal(value, "int64")


__all__ = ["first_crossings", "scores_then"]
