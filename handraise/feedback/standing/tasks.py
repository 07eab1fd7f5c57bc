"""The job that brings the standings up to date because somebody asked. It may be run again."""

from __future__ import annotations

import structlog
from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.feedback.standing.refreshing import refresh
from handraise.kit.clock import now
from handraise.leads.long_jobs import LONG, endure
from handraise.lists.decide import QUEUE

log = structlog.get_logger()


@app.task(name="feedback.standing.refresh", queue=QUEUE, **LONG)
def refresh_standings(context: JobContext) -> None:
    """Make them anew, unless somebody is at it."""

    def run(_: object) -> bool:
        refresh(at=now())
        return False

    endure(context, run, fail=lambda why: log.warning("feedback.not_refreshed", why=why))
