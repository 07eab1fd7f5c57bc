"""The job that does and undoes bulks. It may be killed and run again."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.desk.bulk.running import fail, run
from handraise.kit.clock import now
from handraise.leads.long_jobs import LONG, endure
from handraise.lists.decide import QUEUE


@app.task(name="desk.bulk.run", queue=QUEUE, **LONG)
def run_bulk(context: JobContext, bulk_id: int) -> None:
    """Go on with a bulk from where it was left; when the worker stops, again by the next one."""
    endure(
        context,
        lambda must_stop: run(bulk_id, now=now, must_stop=must_stop).is_under_way,
        fail=lambda why: fail(bulk_id, why, at=now()),
        refusals={PermissionDenied: "{}"},
    )
