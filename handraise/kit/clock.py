"""The only place that asks the machine for the time. Everything else is told (`at=`)."""

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, with its zone. Called at the edges: views, jobs, commands."""
    return datetime.now(UTC)
