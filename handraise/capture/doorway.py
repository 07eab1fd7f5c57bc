"""The door's own connection to the database: asynchronous, beside Django's."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connections


async def connect() -> psycopg.AsyncConnection[tuple[object, ...]]:
    """A new connection with the settings of Django's default database, in autocommit."""
    told = connections["default"].settings_dict
    given: dict[str, Any] = {
        "host": told["HOST"], "port": told["PORT"], "user": told["USER"],
        "password": told["PASSWORD"], "dbname": told["NAME"],
    }  # fmt: skip
    options = {name: value for name, value in told["OPTIONS"].items() if name != "pool"}
    return await psycopg.AsyncConnection.connect(
        **{name: value for name, value in given.items() if value},
        **options,
        autocommit=True,
        connect_timeout=5,
        application_name="handraise capture",
    )
