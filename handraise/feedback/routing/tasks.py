"""The job that makes rehearsals of routes. It may be killed and run again."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from handraise.agreement.faults import AgreementError
from handraise.feedback.evidence_queue import EVIDENCE
from handraise.feedback.routing.making import fail, run
from handraise.kit.clock import now
from handraise.leads.decide import Refused
from handraise.leads.outage import is_outage
from handraise.scoring.plan import CompileError

log = structlog.get_logger()
ATTEMPTS = 100


@app.task(
    name="feedback.routing.run",
    queue=EVIDENCE,
    pass_context=True,
    retry=RetryStrategy(max_attempts=ATTEMPTS, wait=5),
)
def run_route_rehearsal(context: JobContext, rehearsal_id: int) -> None:
    """Make it; when the worker stops, from the beginning by the next one."""
    close_old_connections()
    try:
        made = run(rehearsal_id, at=now(), must_stop=context.should_abort)
    except (OperationalError, InterfaceError) as error:
        if is_outage(error) and context.job.attempts < ATTEMPTS - 1:
            raise  # the database is away: again in a moment
        fail(rehearsal_id, f"The database gave up: {type(error.__cause__).__name__}.", at=now())
        return
    except (Refused, AgreementError, CompileError) as refused:
        fail(rehearsal_id, str(refused), at=now())
        return
    except Exception as error:
        log.exception("feedback.routing_failed", rehearsal_id=rehearsal_id)
        said = f"Something went wrong that nobody foresaw ({type(error).__name__}); the log has it."
        fail(rehearsal_id, said, at=now())
        return
    finally:
        close_old_connections()
    if made.is_under_way and context.should_abort():
        raise JobAborted
