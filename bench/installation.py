"""An installation for a bench: its own data folder, database and people; gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self


class Installation:
    """Use as a context: the database runs inside it, Django is set up on it, migrated."""

    password = secrets.token_urlsafe(12)

    def __enter__(self) -> Self:
        from config.embedded import EmbeddedPostgres, product_settings

        self.data = Path(tempfile.mkdtemp(prefix="handraise-bench-"))
        self.data.chmod(0o755)
        self.postgres = EmbeddedPostgres(self.data)
        self.postgres.start(*product_settings())
        os.environ |= {
            "HANDRAISE_DATA": str(self.data),
            "HANDRAISE_DATABASE_URL": self.postgres.url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from django.db import connections

        connections.close_all()
        self.postgres.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def people(self) -> None:
        """Four people in one sales team, one in marketing, and the shipped agreement signed."""
        from handraise.agreement import actions as agreement
        from handraise.agreement import shipped
        from handraise.kit.clock import now
        from handraise.leads.decide import Via
        from handraise.team import actions as team
        from handraise.team.decide import Role

        at = now()
        crew = team.add_team(name="Sales development", by=None, at=at)
        made = [
            team.add_user(
                email=f"{name}@bench.example", name=name.capitalize(), role=role,
                password=self.password, by=None, at=at,
                team=crew if role is Role.SALES_DEVELOPMENT else None,
            )
            for name, role in (
                ("mark", Role.MARKETING), ("mia", Role.SALES_DEVELOPMENT),
                ("nils", Role.SALES_DEVELOPMENT), ("tove", Role.SALES_DEVELOPMENT),
                ("olga", Role.SALES_DEVELOPMENT),
            )
        ]  # fmt: skip
        version = agreement.propose(shipped.text(), note="", by=made[0], at=at, via=Via.SHELL)
        agreement.sign(version, by=made[0], at=at, via=Via.SHELL)
        agreement.sign(version, by=made[1], at=at, via=Via.SHELL)

    def live(self, *, leads: int, activities: int, at: datetime) -> list[int]:
        """Fill with leads and activities, score and advance everybody; the ids of the leads."""
        from django.db import connection

        from bench.filled import fill
        from handraise.flow.advance import advance
        from handraise.leads.models import Lead

        fill(leads=leads, activities=activities)
        ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
        begun = time.perf_counter()
        for place in range(0, len(ids), 2000):
            advance(ids[place : place + 2000], at=at)
        print(f"advanced {len(ids)} leads in {time.perf_counter() - begun:.1f} s")
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")
        return ids

    @contextmanager
    def serving(self) -> Iterator[int]:
        """The web on a free port of 127.0.0.1, until the block ends."""
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "config.cli", "web", "--port", str(port)],
            start_new_session=True,
        )
        try:
            _until_answered(port)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_answered(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError("The web did not answer within a minute.")
