"""Statements that may look at everything, but not for long: pages ask them as people type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TooLong(Exception):
    """The database was stopped before it had an answer."""


@contextmanager
def limited(milliseconds: int) -> Iterator[None]:
    """Each statement inside may take so long. Raises TooLong."""
    try:
        with transaction.atomic():
            before = _set(str(milliseconds))
            yield
            _set(before)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooLong from None
        raise


def _set(timeout: str) -> str:
    """The timeout before, in milliseconds. Set for the transaction: a savepoint gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.setting, set_config('statement_timeout', %s, true)"
            " FROM pg_settings s WHERE s.name = 'statement_timeout'",
            [timeout],
        )
        (before, _) = cursor.fetchone() or ("0", "")
    return str(before)


def rows(sql: str, parameters: Sequence[Any], *, milliseconds: int) -> list[tuple[Any, ...]]:
    """The rows of one statement; none for a text that PostgreSQL cannot hold. Raises TooLong."""
    if any(isinstance(given, str) and "\0" in given for given in parameters):
        return []
    with limited(milliseconds), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
