"""Jobs of this step. Each may be killed and run again."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from handraise.capture.decide import ImportState
from handraise.capture.imports import ImportRefused
from handraise.capture.imports.running import fail, run
from handraise.capture.models import Import
from handraise.kit.clock import now

log = structlog.get_logger()


@app.task(
    name="capture.tasks.run_import",
    pass_context=True,
    retry=RetryStrategy(max_attempts=100, wait=5),
)
def run_import(context: JobContext, import_id: int) -> None:
    """Bring an import in from where it was left; when the worker stops, again by the next one."""
    close_old_connections()
    try:
        done = run(import_id, at=now(), must_stop=context.should_abort)
    except ImportRefused:
        return  # undone before its turn came
    except (OperationalError, InterfaceError):
        raise  # the database is away: again in a moment
    except Exception as error:
        log.exception("capture.import_failed", import_id=import_id)
        failed = Import.objects.select_related("by").get(pk=import_id)
        fail(failed, f"Something went wrong that nobody foresaw ({error}).", at=now())
        return
    finally:
        close_old_connections()
    if done.state == ImportState.RUNNING and context.should_abort():
        raise JobAborted
