"""Loaded before Django is set up (`-p` in pyproject.toml): a database of this run's own.

`HANDRAISE_TEST_DATABASE_URL` names another server (CI runs the suite on Debian's PostgreSQL too).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "HANDRAISE_TEST_DATABASE_URL" in os.environ:
    os.environ["HANDRAISE_DATABASE_URL"] = os.environ["HANDRAISE_TEST_DATABASE_URL"]
elif "PYTEST_XDIST_WORKER" not in os.environ:
    from config.embedded import EmbeddedPostgres

    _data = Path(tempfile.mkdtemp(prefix="handraise-test-"))
    _data.chmod(0o755)
    _postgres = EmbeddedPostgres(_data)
    # A vacuum between tests finds tables empty that the next test fills within one transaction:
    # PostgreSQL would then plan for one row and take minutes. Little is kept to recover from, as
    # nothing is recovered: the suite shall fit on a small disk.
    _postgres.start(
        "fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off",
        "min_wal_size=32MB", "max_wal_size=128MB",
    )  # fmt: skip
    os.environ["HANDRAISE_DATABASE_URL"] = _postgres.url

    def _end() -> None:
        _postgres.stop()
        shutil.rmtree(_data, ignore_errors=True)

    atexit.register(_end)

os.environ.setdefault("HANDRAISE_SECRET_KEY", "only-for-tests")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # live browser tests hold a loop
