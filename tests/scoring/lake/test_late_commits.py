"""No row is ever missed, in whatever order ids are drawn and transactions commit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from django.db import connection

from handraise.leads.models import Activity, Lead, Source
from handraise.leads.record import record
from handraise.scoring.lake import read_manifest
from handraise.scoring.lake.verifying import verify
from tests.leads.said import did
from tests.personas import NOON
from tests.scoring.lake.conftest import ACTIVITY, ids, in_database, in_lake, synced

pytestmark = pytest.mark.django_db(transaction=True)
_INSERT = (
    "INSERT INTO leads_activity (id, identity_id, name, occurred_at, known_at, is_known_at_assumed,"
    " properties, match, source_id, message_id)"
    " SELECT coalesce(%(id)s, nextval('leads_activity_id_seq')), identity_id, name, occurred_at,"
    " known_at, false, properties, match, source_id, 'm' || random()"
    " FROM leads_activity ORDER BY id LIMIT 1 RETURNING id"
)


class Writer:
    """Somebody else with a connection of their own."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def run(self, sql: str) -> int:
        return int(self._connection.execute(sql).fetchone()[0])  # type: ignore[index]

    def insert(self, pk: int | None = None) -> int:
        return int(self._connection.execute(_INSERT, {"id": pk}).fetchone()[0])  # type: ignore[index]

    def commit(self) -> None:
        self._connection.commit()

    def roll_back(self) -> None:
        self._connection.rollback()

    def savepoint(self) -> None:
        self._connection.execute("SAVEPOINT inner_one")

    def release(self) -> None:
        self._connection.execute("RELEASE inner_one")


@pytest.fixture
def others(website: Source) -> Iterator[list[Writer]]:
    """Four writers, and one activity to copy."""
    record([did(source=website, user_id="ada")], at=NOON)
    parameters = connection.get_connection_params()
    told = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port")
            if parameters.get(name)}  # fmt: skip
    with ExitStack() as stack:
        yield [Writer(stack.enter_context(psycopg.connect(**told))) for _ in range(4)]


def test_a_row_drawn_before_and_committed_after_a_sync(lake: Path, others: list[Writer]) -> None:
    early, late = others[:2]
    drawn_first = late.insert()
    drawn_second = early.insert()
    early.commit()

    synced(lake)
    assert drawn_second in ids(lake)
    assert drawn_first not in ids(lake)
    late.commit()
    synced(lake)

    assert drawn_first < drawn_second
    assert in_lake(lake, ACTIVITY) == in_database(ACTIVITY)


def test_a_row_written_in_a_savepoint(lake: Path, others: list[Writer]) -> None:
    """Its transaction number is above that of a transaction which has ended at the sync."""
    early, late = others[:2]
    late.run("SELECT pg_current_xact_id()::text")
    late.savepoint()
    drawn_first = late.insert()
    late.release()
    early.insert()
    early.commit()

    synced(lake)
    assert drawn_first not in ids(lake)
    late.commit()
    assert verify(lake) == []
    synced(lake)

    assert drawn_first in ids(lake)
    assert in_lake(lake, ACTIVITY) == in_database(ACTIVITY)


def test_an_id_drawn_outside_of_the_transaction_that_uses_it(
    lake: Path, others: list[Writer]
) -> None:
    """No transaction that runs at the sync betrays that the id is still to come."""
    one = others[0]
    drawn = one.run("SELECT nextval('leads_activity_id_seq')")
    one.insert()
    one.commit()
    synced(lake)

    one.insert(drawn)
    one.commit()
    synced(lake)

    assert drawn in ids(lake)
    assert in_lake(lake, ACTIVITY) == in_database(ACTIVITY)


def test_numbers_that_were_rolled_back_stay_gaps(lake: Path, others: list[Writer]) -> None:
    one, two = others[:2]
    for _ in range(5):
        one.insert()
        two.insert()
        two.roll_back()
        one.commit()
        synced(lake)

    assert len(read_manifest(lake).tables["leads_activity"].spans) >= 5
    assert verify(lake) == []


def test_a_sync_sees_one_moment_of_all_tables(lake: Path, others: list[Writer]) -> None:
    """A lead who comes while the sync runs is in all of its tables, or in none."""
    source = Source.objects.get()
    stop = Event()

    def keep_coming() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            record([did(source=source, user_id=f"n{number}")], at=NOON)
        connection.close()

    coming = Thread(target=keep_coming)
    coming.start()
    try:
        for _ in range(5):
            synced(lake)
            identities = set(ids(lake, "leads_identity"))
            assert {row["identity_id"] for row in in_lake(lake, ACTIVITY)} == identities
    finally:
        stop.set()
        coming.join()
    assert Lead.objects.count() > 5


@pytest.mark.parametrize("seed", range(3))
def test_writers_who_end_in_any_order(lake: Path, others: list[Writer], seed: int) -> None:
    """Whatever they do, each sync has the rows of its moment, each once, and the last one all."""
    chance = random.Random(seed)
    for _ in range(60):
        one = chance.choice(others)
        match chance.randrange(8):
            case 0:
                one.roll_back()
            case 1 | 2:
                one.commit()
            case 3:
                one.savepoint()
                one.insert()
                one.release()
            case 4:
                synced(lake)
                assert ids(lake) == list(
                    Activity.objects.order_by("pk").values_list("pk", flat=True)
                )
            case _:
                for _ in range(chance.randrange(1, 4)):
                    one.insert()
    for one in chance.sample(others, len(others)):
        one.commit()
        synced(lake)

    assert in_lake(lake, ACTIVITY) == in_database(ACTIVITY)
    assert verify(lake) == []
