"""A day is a day of the zone on every engine, in the hours that clocks skip and repeat too."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis
import pyarrow as pa
import pytest
from django.db import connection

from handraise.scoring.engines.duckdb import connected
from handraise.scoring.engines.duckdb_functions import DuckDBFunctions
from handraise.scoring.engines.moments import INSTANT
from handraise.scoring.engines.postgres_functions import PostgresFunctions
from handraise.scoring.engines.texts import text_of

# Around midnight there, on the days on which clocks change, and before 1970.
EDGES = {
    "Europe/Amsterdam": [
        "2026-03-28T22:59:59.999999", "2026-03-28T23:00:00", "2026-03-29T21:59:59.999999",
        "2026-03-29T22:00:00", "2026-10-24T22:00:00", "2026-10-25T22:59:59.999999",
        "2026-10-25T23:00:00", "1969-12-31T22:59:59.999999", "1969-12-31T23:00:00",
    ],
    "America/Sao_Paulo": ["2018-11-04T02:59:59.999999", "2018-11-04T03:00:00"],
    "Asia/Kolkata": ["2026-01-01T18:29:59.999999", "2026-01-01T18:30:00"],
    "Australia/Lord_Howe": ["2026-04-04T12:59:59", "2026-04-04T13:00:00", "2026-04-05T13:30:00"],
}  # fmt: skip
ROWS = ibis.table({"instant": "timestamp('UTC')"}, name="instants")


@pytest.mark.django_db
@pytest.mark.parametrize("zone", EDGES)
def test_days_and_microseconds_are_the_same(zone: str) -> None:
    from zoneinfo import ZoneInfo

    instants = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in EDGES[zone]]
    expected = [(moment.astimezone(ZoneInfo(zone)).date(), _micros(moment)) for moment in instants]

    assert on_duckdb(instants, zone) == expected
    assert on_postgres(instants, zone) == expected


def on_duckdb(instants: list[datetime], zone: str) -> list[tuple[object, ...]]:
    with connected(threads=1) as duck:
        duck.register("instants", pa.table({"instant": pa.array(instants, INSTANT)}))
        functions = DuckDBFunctions()
        asked = ROWS.select(
            day=functions.day(ROWS.instant, zone), micros=functions.micros(ROWS.instant)
        )
        return duck.execute(text_of(asked, "duckdb")).fetchall()


def on_postgres(instants: list[datetime], zone: str) -> list[tuple[object, ...]]:
    functions = PostgresFunctions()
    asked = ROWS.select(
        day=functions.day(ROWS.instant, zone), micros=functions.micros(ROWS.instant)
    )
    text = str(ibis.to_sql(asked, dialect="postgres"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH instants(instant) AS (SELECT unnest(%s::timestamptz[])) {text}", [instants]
        )
        return cursor.fetchall()


def _micros(moment: datetime) -> int:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds
