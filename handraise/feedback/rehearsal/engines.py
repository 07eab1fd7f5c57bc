"""Which engine replays, over what, and how fresh that is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from handraise.feedback.lake import TABLES
from handraise.feedback.rehearsal.decide import Name
from handraise.leads.decide import Refused
from handraise.scoring.engines import Engine
from handraise.scoring.lake import BusyLakeError, read_manifest
from handraise.scoring.lake.syncing import sync


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine at work. `lake_age`: seconds from the lake's instant to the one that was asked
    for, 0 if it is newer; None where the database itself is read."""

    engine: Engine
    lake_age: float | None


def refuse_missing(name: str) -> None:
    """Raise Refused for an engine that is unknown or not installed."""
    if name not in list(Name):
        raise Refused(f"There is no engine {name!r}; there is {', '.join(Name)}.")
    if name == Name.SPARK:
        if find_spec("pyspark") is None:
            raise Refused("Spark is not installed: pip install 'handraise[spark]'.")
        if shutil.which("java") is None:
            raise Refused("Spark needs a Java runtime (17 or newer), and there is none here.")


@contextmanager
def opened(
    name: str, *, at: datetime, asked_at: datetime, say: Callable[[str], None] = lambda _: None
) -> Iterator[Opened]:
    """The engine of that name, over a lake that was brought up to date (`at`: now) where it reads
    one.

    `say` is told what was done about the lake. Raises Refused, LakeError.
    """
    refuse_missing(name)
    if name == Name.POSTGRES:
        from handraise.scoring.engines.postgres_tables import PostgresEngine

        yield Opened(PostgresEngine(), None)
        return
    lake = Path(settings.DATA) / "lake"
    try:
        sync(lake, at=at, tables=TABLES)
        say(f"Brought the lake in {lake} up to date.")
    except BusyLakeError:  # it can be read meanwhile
        say(f"Somebody else is bringing the lake in {lake} up to date: read as it was before.")
    age = max((asked_at - read_manifest(lake).at).total_seconds(), 0.0)
    if name == Name.DUCKDB:
        from handraise.scoring.engines.duckdb import DuckDBEngine

        with closing(DuckDBEngine(lake)) as duck:
            yield Opened(duck, age)
        return
    from handraise.scoring.engines.spark import SparkEngine

    with closing(SparkEngine(lake, settings.SPARK)) as spark:
        yield Opened(spark, age)
