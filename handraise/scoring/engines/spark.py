"""Spark: for a history that outgrew one machine. An extra: `pip install 'handraise[spark]'`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from handraise.scoring import inputs
from handraise.scoring.compile import Compiled
from handraise.scoring.engines import handed
from handraise.scoring.engines.keeping import Keeping
from handraise.scoring.engines.moments import Moments
from handraise.scoring.engines.spark_functions import SparkFunctions
from handraise.scoring.engines.texts import text_of
from handraise.scoring.lake.manifest import files_of

# The driver's clock and zone must not colour any result; broken input must not become null
# unseen; nothing listens on a port for people to look at.
_OPTIONS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


# Ibis compiles for Spark only once it has loaded what it knows of it. It is never connected.
_ibis = ibis.pyspark


class SparkEngine:
    """See `engines.Engine`. Reads a lake that driver and workers see under the same path.

    `master`: `spark://host:port` of a cluster, or `local[n]`. `options` are Spark's own and win
    over ours. Close it (`contextlib.closing`) to give its executors back.
    """

    name = "spark"

    def __init__(
        self, lake: Path, master: str, *, options: Mapping[str, str] | None = None
    ) -> None:
        self.functions = SparkFunctions()
        builder = SparkSession.builder.appName("Handraise").master(master)
        for name, value in {**_OPTIONS, **(options or {})}.items():
            builder = builder.config(name, value)
        self.session = builder.getOrCreate()
        try:
            self.session.sparkContext.setLogLevel("ERROR")
            self._show(lake)
        except BaseException:
            self.close()
            raise

    def _show(self, lake: Path) -> None:
        for table in inputs.STORED:
            files = [str(path) for path in files_of(lake, table.get_name())]
            rows = self.session.read.parquet(*files).select(*table.columns)
            rows.createOrReplaceTempView(table.get_name())

    def table(self, made: Compiled, expression: Any, moments: Moments) -> pa.Table:
        self._hand_in(moments)
        self._hand_in_signals(made)
        return _read(self.session, expression)

    @contextmanager
    def keeping(self, made: Compiled) -> Iterator[Keeping]:
        kept = _Kept(self.session)
        self._hand_in_signals(made)
        try:
            yield kept
        finally:
            kept.forget()

    def close(self) -> None:
        """Give back what the cluster lent."""
        self.session.stop()

    def _hand_in(self, moments: Moments) -> None:
        if moments.rows is None:
            leads = self.session.table("leads_lead")
            rows = leads.where("canonical_id = id AND withdrawn_at IS NULL").select(
                leads.id.alias("lead_id"),
                sf.lit(moments.at).cast("timestamp").alias("at"),
                sf.lit(moments.known_by).cast("timestamp").alias("known_by"),
            )
        else:
            rows = self._rows(moments.rows)
        rows.createOrReplaceTempView("moments")
        rows.select("lead_id").distinct().createOrReplaceTempView("asked")

    def _hand_in_signals(self, made: Compiled) -> None:
        self._rows(handed.signals(made.relations.plan)).createOrReplaceTempView("signals")
        entries = self.session.table("agreement_listentry").select("list", "value")
        others = entries.where(~entries.list.isin(sorted(made.document.lists)))
        own = self._rows(handed.own_lists(made.document))
        own.unionAll(others).createOrReplaceTempView("lists")

    def _rows(self, rows: pa.Table) -> DataFrame:
        return self.session.createDataFrame(rows)


class _Kept:
    """See `keeping.Keeping`. What is kept lies with the executors, cut off from how it was made."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._held: dict[str, DataFrame] = {}

    def keep(self, name: str, rows: Any) -> int:
        made = self._session.sql(text_of(rows, "pyspark")).localCheckpoint(eager=True)
        made.createOrReplaceTempView(name)
        self._held[name] = made
        return made.count()

    def read(self, rows: Any) -> pa.Table:
        return _read(self._session, rows)

    def forget(self) -> None:
        for name in self._held:
            self._session.catalog.dropTempView(name)
        self._held.clear()


def _read(session: SparkSession, expression: Any) -> pa.Table:
    return (
        session.sql(text_of(expression, "pyspark")).toArrow().cast(expression.schema().to_pyarrow())
    )


__all__ = ["SparkEngine"]
