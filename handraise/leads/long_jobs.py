"""What every long job does when the database goes away, the worker stops, or something breaks.

A job is a row that says how far it is; it may be killed and run again, by any worker. Each step
registers its own with Procrastinate (`LONG` are the settings) and lets `endure` run it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.exceptions import JobAborted

from handraise.leads.outage import is_outage

log = structlog.get_logger()
ATTEMPTS = 100
LONG: dict[str, Any] = {
    "pass_context": True,
    "retry": RetryStrategy(max_attempts=ATTEMPTS, wait=5),
}

MustStop = Callable[[], bool]


def endure(
    context: JobContext, run: Callable[[MustStop], bool], *, fail: Callable[[str], None],
    refusals: dict[type[Exception], str] | None = None,
) -> None:  # fmt: skip
    """Run a job; `run` says whether it is still under way.

    Raises the outage of the database, to be tried again in a moment, and JobAborted where the
    worker stopped it. Whatever else is raised ends in `fail` with a sentence: that of `refusals`
    (`{}` stands for the error), else that nobody foresaw it.
    """
    close_old_connections()
    try:
        is_under_way = run(context.should_abort)
    except Exception as error:
        if is_outage(error) and context.job.attempts < ATTEMPTS - 1:
            raise
        fail(_sentence(error, refusals or {}, context.job.task_name))
        return
    finally:
        close_old_connections()
    if is_under_way and context.should_abort():
        raise JobAborted


def _sentence(error: Exception, refusals: dict[type[Exception], str], job: str) -> str:
    for kind, said in refusals.items():
        if isinstance(error, kind):
            return said.format(error)
    if isinstance(error, OperationalError | InterfaceError):
        return f"The database gave up: {type(error.__cause__).__name__}."
    log.exception("job_failed", job=job)
    return f"Something went wrong that nobody foresaw ({type(error).__name__}); the log has it."


__all__ = ["LONG", "endure"]
