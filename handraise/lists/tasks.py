"""The job that works lists out. It may be killed and run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.kit.clock import now
from handraise.leads.long_jobs import LONG, endure
from handraise.lists.decide import QUEUE
from handraise.lists.working_out import fail, work_out


@app.task(name="lists.work_out", queue=QUEUE, **LONG)
def work_out_list(context: JobContext, list_id: int) -> None:
    """Work a list out; when the worker stops, from the beginning by the next one."""
    endure(
        context,
        lambda must_stop: work_out(list_id, at=now(), must_stop=must_stop) is None,
        fail=lambda why: fail(list_id, why, at=now()),
    )
