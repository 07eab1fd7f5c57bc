"""One definition, on a cluster: a sample of generated agreements, a master and two workers.

The cases of a job are one union: a plan of Spark's takes longer to make than to run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from handraise.agreement.document import Document
from handraise.scoring.compile import Compiled, compiled
from handraise.scoring.engines import handed
from handraise.scoring.engines.moments import Moments
from handraise.scoring.inputs import LISTS, SIGNALS
from handraise.scoring.lake.syncing import sync
from tests.scoring.agreements import agreements
from tests.scoring.conftest import agreement
from tests.scoring.histories import LISTED, NOW, Histories
from tests.scoring.reference import Reference
from tests.scoring.spark_cluster import cluster, needs_java
from tests.scoring.test_against_the_reference import instants
from tests.scoring.test_engines_agree import part, same

ZONE = "America/New_York"
CASES = 4
ARRAYS = ("numbers", "points", "counts", "latest")
SMALL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "640m",
    "spark.executor.memory": "512m",
    "spark.sql.shuffle.partitions": "2",
    # Generated code pays for millions of rows; here compiling it would be all the work.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@pytest.fixture
def master(tmp_path: Path) -> Iterator[str]:
    needs_java()
    with cluster(tmp_path) as address:
        yield address


# PySpark leaves the socket on which it received a result to the garbage collector.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_a_cluster_comes_to_the_same(master: str, tmp_path: Path) -> None:
    compare([agreement(lists={"partners": LISTED["partners"]})], master, tmp_path)


@pytest.mark.slow
def test_a_cluster_comes_to_the_same_for_a_sample(master: str, tmp_path: Path) -> None:
    compare(drawn(CASES), master, tmp_path)


def compare(documents: list[Document], master: str, folder: Path) -> None:
    """Two jobs: half of the agreements as known then, the other half with hindsight."""
    from handraise.scoring.engines.spark import SparkEngine

    histories = Histories(7, 12, {"partners": LISTED["partners"]})
    sync(folder / "lake", at=NOW)
    asked = [(lead, at) for lead in histories.world.leads for at in instants(histories)]
    with closing(SparkEngine(folder / "lake", master, options=SMALL)) as engine:
        for hindsight in (False, True):
            moments = Moments.of([(n, at, None if hindsight else at) for n, at in asked])
            chosen = documents[hindsight::2]
            found = together(engine, chosen, moments) if chosen else {}
            for place, document in enumerate(chosen):
                for lead, at in asked:
                    known_by = None if hindsight else at
                    oracle = Reference(document, histories.world, at, known_by, ZONE)
                    same(part(found[place, lead, at], document), oracle.score(lead), document)


def together(
    engine: Any, documents: Sequence[Document], moments: Moments
) -> dict[tuple[int, int, datetime], dict[str, Any]]:
    """The scores under each document, by its place, lead and instant, from one job."""
    cases = [compiled(document, engine, ZONE) for document in documents]
    relations = [case_of(engine, made, place) for place, made in enumerate(cases)]
    rows = engine.table(cases[0], ibis.union(*relations), moments).to_pylist()
    return {(row["place"], row["lead_id"], row["at"]): widened(row) for row in rows}


def case_of(engine: Any, made: Compiled, place: int) -> Any:
    """One document's scores, of one shape for all, reading signals and lists of its own."""
    session = engine.session
    signals, lists = f"signals_{place}", f"lists_{place}"
    session.createDataFrame(handed.signals(made.relations.plan)).createOrReplaceTempView(signals)
    own = session.createDataFrame(handed.own_lists(made.document))
    stored = session.table("agreement_listentry").select("list", "value")
    own.unionAll(stored.where("list <> 'partners'")).createOrReplaceTempView(lists)
    rows = made.relations.scores
    shaped = rows.select(
        "lead_id", "at", "fit", "interest", "intent", "priority", "grade", *ARRAYS,
        place=ibis.literal(place).cast("int64"),
        signals=ibis.array([rows[name] for name in rows.columns if name.startswith("signal_")]),
        truths=ibis.array([rows[name] for name in rows.columns if name.startswith("truth_")]),
    )  # fmt: skip
    other = {
        SIGNALS.op(): ibis.table(SIGNALS.schema(), name=signals).op(),
        LISTS.op(): ibis.table(LISTS.schema(), name=lists).op(),
    }
    return shaped.op().replace(other).to_expr()


def widened(row: dict[str, Any]) -> dict[str, Any]:
    signals = {f"signal_{n}": truth for n, truth in enumerate(row["signals"])}
    return {**row, **signals, **{f"truth_{n}": truth for n, truth in enumerate(row["truths"])}}


def drawn(count: int) -> list[Document]:
    """The same agreements each time, without the first, which is always the plainest."""
    found: list[Document] = []

    @seed(20260304)
    @settings(
        max_examples=count + 1, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(agreements())
    def draw(document: Document) -> None:
        found.append(document)

    draw()
    return found[1:]
