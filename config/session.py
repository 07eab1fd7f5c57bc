"""What every command needs first: the data directory, a running database, Django, who acts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from config import family
from config.embedded import EmbeddedPostgres, product_settings, url

if TYPE_CHECKING:
    from handraise.team.decide import Permission
    from handraise.team.models import User

OLDEST_POSTGRES = 15
_MIGRATING = 4_829_114_001  # the advisory lock under which the database is brought up to date


class Refused(ValueError):
    """A person asked for what cannot be done; the sentence says why."""


def choose_data(data: Path) -> Path:
    """Make `data` the data directory of this process and its children, before settings load."""
    data = data.resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"The data directory {data} cannot be made: {error.strerror}.") from None
    os.environ["HANDRAISE_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    return data


def is_external() -> bool:
    return bool(os.environ.get("HANDRAISE_DATABASE_URL"))


def is_supervised() -> bool:
    """Whether `handraise up` started this process (and cares for the database)."""
    return os.environ.get(family.PARENT) == str(os.getppid())


@contextmanager
def session(data: Path) -> Iterator[None]:
    """Inside, the database answers, is up to date, and Django is ready.

    An embedded database that a command had to start ends with the last command that uses it.
    """
    data = choose_data(data)
    server = None if is_external() or is_supervised() else EmbeddedPostgres(data)
    if server is not None:
        server.start(*product_settings(), outlive=True)
    try:
        set_up()
        yield
    finally:
        disconnect()
        if server is not None:
            server.leave()


def set_up() -> None:
    """Ready Django and the database for this process; migrates under a lock where needed."""
    import django
    from django.conf import settings

    if is_supervised():  # the supervisor did the rest
        django.setup()
        return
    check_version(settings.DATABASE_URL)
    django.setup()
    migrate()


def check_version(address: str) -> None:
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        raise Refused(f"The database does not answer: {str(error).strip()}") from None
    if version < OLDEST_POSTGRES * 10_000:
        raise Refused(
            f"PostgreSQL {version // 10_000} is too old:"
            f" Handraise needs {OLDEST_POSTGRES} or newer."
        )


def migrate() -> bool:
    """Apply what is missing; of many that start at once, one does it and the others wait.

    Gives whether anything was applied.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as lock:
        lock.execute("select pg_advisory_lock(%s)", [_MIGRATING])
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            call_command("migrate", interactive=False, verbosity=0)
    return bool(plan)


def acting(email: str | None, permission: Permission) -> User:
    """The person in whose name a command acts: named by --as, the only administrator, or else the
    only one who may."""
    from handraise.team.decide import Permission
    from handraise.team.models import User
    from handraise.team.queries import may

    if email:
        found = named(email)
        if not may(found, permission):
            raise Refused(
                f"{found.name} ({found.role_label.lower()}) may not do this:"
                f" it takes the permission to {permission.value.replace('_', ' ')}."
            )
        return found
    able = [user for user in User.objects.filter(is_active=True) if may(user, permission)]
    # Who can reach the data directory can do what an administrator can.
    able = [user for user in able if may(user, Permission.ADMINISTER)] or able
    if len(able) == 1:
        print(f"Acting as {able[0].name} <{able[0].email}>.", file=sys.stderr)
        return able[0]
    if not able:
        raise Refused(
            f"Nobody here may {permission.value.replace('_', ' ')} yet: add somebody with"
            " `handraise user add`."
        )
    raise Refused(f"{len(able)} people may do this: say who acts with --as EMAIL.")


def named(email: str) -> User:
    """Whoever signs in with this address."""
    from handraise.team.models import User

    found = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise Refused(f"Nobody here signs in as {email}. See who does with `handraise user list`.")
    return found


def disconnect() -> None:
    """Let go of every connection, also those kept in the pool."""
    from django.db import connections

    if not connections.settings:  # pragma: no cover - settings were never read
        return
    for alias in connections:
        connection = connections[alias]
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def address_of(data: Path) -> str:
    """The database's address as the children of this process will find it."""
    return os.environ.get("HANDRAISE_DATABASE_URL") or url(data)
