"""The job that works lists out. It may be killed and run again."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from handraise.kit.clock import now
from handraise.leads.outage import is_outage
from handraise.lists.decide import QUEUE
from handraise.lists.working_out import fail, work_out

log = structlog.get_logger()
ATTEMPTS = 100


@app.task(
    name="lists.work_out",
    queue=QUEUE,
    pass_context=True,
    retry=RetryStrategy(max_attempts=ATTEMPTS, wait=5),
)
def work_out_list(context: JobContext, list_id: int) -> None:
    """Work a list out; when the worker stops, from the beginning by the next one."""
    close_old_connections()
    try:
        made = work_out(list_id, at=now(), must_stop=context.should_abort)
    except (OperationalError, InterfaceError) as error:
        if is_outage(error) and context.job.attempts < ATTEMPTS - 1:
            raise  # the database is away: again in a moment
        fail(list_id, f"The database gave up: {type(error.__cause__).__name__}.", at=now())
        return
    except Exception as error:
        log.exception("lists.work_out_failed", list_id=list_id)
        said = f"Something went wrong that nobody foresaw ({type(error).__name__}); the log has it."
        fail(list_id, said, at=now())
        return
    finally:
        close_old_connections()
    if made is None and context.should_abort():
        raise JobAborted
