"""The worker of Procrastinate jobs, in a thread of its own, until it is told to stop.

Jobs run over a connection pool of this worker's own. The app that steps defer to keeps Django's
connection, so that a job is deferred in the transaction that wants it, in this process too.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from threading import Event

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app as deferring
from procrastinate.contrib.django.utils import connector_params

from handraise.feedback.evidence_queue import EVIDENCE
from handraise.kit.clock import now
from handraise.lists.decide import QUEUE as ASKED

log = structlog.get_logger()
# An import does not wait for rehearsals, nor they for it, and what a person waits for for neither.
QUEUES = ("default", EVIDENCE, ASKED)
POLL = 0.25  # seconds between looks at the stop event
FETCH = 5.0  # seconds between looks for jobs whose notification was lost
STALLED_AFTER = 60.0  # seconds without a heartbeat of its worker
STALLED_ROUND = 30.0
GRACE = 5.0  # seconds that a running job has to finish when the worker stops


def run_jobs(stop: Event) -> None:
    """Run jobs until `stop` is set. Raises when the database goes away: call it again."""
    asyncio.run(_run(stop))


def job_app() -> App:
    """The same tasks over a pool of their own."""
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=6, timeout=10.0)
    return deferring.with_connector(connector)


async def _run(stop: Event) -> None:
    async with job_app().open_async() as app:
        working = [asyncio.create_task(_work(app, queue)) for queue in QUEUES]
        try:
            await _watch(app, working, stop)
        finally:
            for one in working:
                one.cancel()
            ends = await asyncio.gather(*working, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end


async def _work(app: App, queue: str) -> None:
    """One job after the other, of one queue."""
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=1,
        fetch_job_polling_interval=FETCH,
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE,
    )


async def _watch(app: App, working: list[asyncio.Task[None]], stop: Event) -> None:
    """Until one of them ends or all are told to: put stalled jobs back every half minute."""
    looked = 0.0
    while not stop.is_set() and not any(one.done() for one in working):
        if time.monotonic() - looked >= STALLED_ROUND:
            looked = time.monotonic()
            await retry_stalled(app, at=now())
        await asyncio.sleep(POLL)


async def retry_stalled(app: App, *, at: datetime) -> int:
    """Put jobs back whose worker was killed while at them; how many. Jobs are idempotent."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER))
    for job in stalled:
        log.warning("flow.job_put_back", job=job.id, task=job.task_name)
        await app.job_manager.retry_job(job, retry_at=at)
    return len(stalled)
