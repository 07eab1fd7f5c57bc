"""The job that makes previews. It may be killed and run again."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from handraise.agreement.faults import AgreementError
from handraise.feedback.preview.running import fail, run
from handraise.kit.clock import now

log = structlog.get_logger()


@app.task(
    name="feedback.preview.run",
    pass_context=True,
    retry=RetryStrategy(max_attempts=100, wait=5),
)
def run_preview(context: JobContext, preview_id: int) -> None:
    """Make a preview; when the worker stops, from the beginning by the next one."""
    close_old_connections()
    try:
        made = run(preview_id, at=now(), must_stop=context.should_abort)
    except (OperationalError, InterfaceError):
        raise  # the database is away: again in a moment
    except AgreementError as fault:
        fail(preview_id, f"The text is no agreement: {fault}", at=now())
        return
    except Exception as error:
        log.exception("feedback.preview_failed", preview_id=preview_id)
        fail(preview_id, f"Something went wrong that nobody foresaw ({error}).", at=now())
        return
    finally:
        close_old_connections()
    if made.is_under_way and context.should_abort():
        raise JobAborted
