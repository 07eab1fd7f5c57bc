"""One moment of the database, seen by a whole sync or comparison."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from handraise.leads.bulk import rows_of


@dataclass(frozen=True, slots=True)
class Moment:
    """`database`: which one this is; `snapshot`: PostgreSQL's own `xmin:xmax:running`."""

    database: str
    snapshot: str

    @property
    def next_transaction(self) -> int:
        return int(self.snapshot.split(":")[1])


@contextmanager
def moment() -> Iterator[Moment]:
    """Inside, all statements see the same rows, whoever writes meanwhile, and nobody waits.

    Within a transaction of the caller's it is that one's isolation that counts.
    """
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        ((database, snapshot),) = rows_of(
            "SELECT system_identifier || '/' || (SELECT oid FROM pg_database"
            " WHERE datname = current_database()), pg_current_snapshot()::text"
            " FROM pg_control_system()"
        )
        yield Moment(database, snapshot)
