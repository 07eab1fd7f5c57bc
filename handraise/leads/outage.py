"""Whether the database is to blame, so that trying again helps, or what was asked of it."""

from __future__ import annotations

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError


def is_outage(error: Exception) -> bool:
    """Whether the database is away, shutting down, full or deadlocked.

    A limit exceeded (class 54: a value too large for an index, a statement too complex) is not:
    the same will be refused again.
    """
    cause = error.__cause__ if isinstance(error, DatabaseError) else error  # COPY is not wrapped
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return not (cause.sqlstate or "").startswith("54")
    return isinstance(error, OperationalError | InterfaceError)
