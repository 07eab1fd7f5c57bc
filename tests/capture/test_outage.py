"""The database goes away under the door: nothing is acknowledged that is not committed."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from config.embedded import EmbeddedPostgres
from handraise.capture import keys
from handraise.capture.decide import Refusal
from handraise.capture.models import Drop, Inbox
from handraise.capture.writing import Accepted, RefusedItem, Unstorable, Writer
from handraise.leads.decide import SourceKind
from tests.capture.conftest import Server, free_port, start, stop
from tests.personas import NOON

TRACK = {"userId": "u1", "event": "Demo Requested", "messageId": "m1"}
TABLES = """
CREATE TABLE capture_writekey (digest bytea, source_id bigint, revoked_at timestamptz);
CREATE TABLE capture_inbox (id bigserial PRIMARY KEY, received_at timestamptz, source_id bigint,
                            endpoint varchar(16), agent text, body bytea);
CREATE TABLE leads_source (id bigint, kind varchar(16));
INSERT INTO leads_source VALUES (1, 'api');
INSERT INTO capture_writekey VALUES (sha256('hr_key'), 1, NULL);
"""


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    """A database of its own, with the tables that the door writes, to be stopped at will."""
    data = Path(tempfile.mkdtemp(prefix="handraise-outage-"))
    data.chmod(0o755)
    database = EmbeddedPostgres(data)
    database.start()
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(TABLES)
    yield database
    database.stop()
    shutil.rmtree(data, ignore_errors=True)


def test_an_outage_is_answered_503_and_ends_with_the_database_s_return(
    postgres: EmbeddedPostgres,
) -> None:
    port = free_port()
    process = start(postgres.url, port)
    server = Server(port, process, "hr_key")
    try:
        assert server.post("/v1/track", TRACK).status == 200
        postgres.stop()

        answer = server.post("/v1/track", TRACK)

        assert (answer.status, answer.json["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        postgres.start()
        deadline = time.monotonic() + 20
        while (again := server.post("/v1/track", TRACK).status) == 503:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert again == 200
        with psycopg.connect(postgres.url) as connection:
            kept = connection.execute("SELECT count(*) FROM capture_inbox").fetchone()
        assert kept == (2,)
    finally:
        stop(process)


def accepted(source: int, endpoint: str = "track", *refused: RefusedItem) -> Accepted:
    return Accepted(NOON, source, endpoint, "", b'{"x": 1}', refused)


def test_a_call_that_cannot_be_stored_harms_nobody_in_its_group(transactional_db: None) -> None:
    source = keys.create_key(kind=SourceKind.API, name="Website", by=None, at=NOON)[0].source_id
    unstorable = accepted(source, "x" * 17)  # longer than the column
    drop = RefusedItem(Refusal.NAME_MISSING, "event is missing.", "m1", "track", b"{}")
    taken = [accepted(source), accepted(source, "page", drop), accepted(source)]
    calls = [taken[0], unstorable, taken[1], taken[2], unstorable]

    async def store() -> list[BaseException | None]:
        writer = Writer()
        became = await asyncio.gather(*map(writer.store, calls), return_exceptions=True)
        await writer.close()
        return became

    with ThreadPoolExecutor(1) as thread:  # a browser test may have left a loop in this one
        became = thread.submit(asyncio.run, store()).result()

    assert [type(error) for error in became if error] == [Unstorable, Unstorable]
    assert [error is None for error in became] == [True, False, True, True, False]
    assert sorted(Inbox.objects.values_list("endpoint", flat=True)) == ["page", "track", "track"]
    assert Drop.objects.get().detail == "event is missing."
