"""The job that does and undoes bulks. It may be killed and run again."""

from __future__ import annotations

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from handraise.desk.bulk.running import fail, run
from handraise.kit.clock import now
from handraise.leads.outage import is_outage
from handraise.lists.decide import QUEUE

log = structlog.get_logger()
ATTEMPTS = 100


@app.task(
    name="desk.bulk.run",
    queue=QUEUE,
    pass_context=True,
    retry=RetryStrategy(max_attempts=ATTEMPTS, wait=5),
)
def run_bulk(context: JobContext, bulk_id: int) -> None:
    """Go on with a bulk from where it was left; when the worker stops, again by the next one."""
    close_old_connections()
    try:
        bulk = run(bulk_id, now=now, must_stop=context.should_abort)
    except PermissionDenied as denied:
        fail(bulk_id, str(denied), at=now())
        return
    except (OperationalError, InterfaceError) as error:
        if is_outage(error) and context.job.attempts < ATTEMPTS - 1:
            raise  # the database is away: again in a moment
        fail(bulk_id, f"The database gave up: {type(error.__cause__).__name__}.", at=now())
        return
    except Exception as error:
        log.exception("desk.bulk_failed", bulk_id=bulk_id)
        said = f"Something went wrong that nobody foresaw ({type(error).__name__}); the log has it."
        fail(bulk_id, said, at=now())
        return
    finally:
        close_old_connections()
    if bulk.is_under_way and context.should_abort():
        raise JobAborted
