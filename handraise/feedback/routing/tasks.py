"""The job that makes rehearsals of routes. It may be killed and run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.agreement.faults import AgreementError
from handraise.feedback.evidence_queue import EVIDENCE
from handraise.feedback.routing.making import run
from handraise.feedback.routing.models import RouteRehearsal
from handraise.kit.clock import now
from handraise.leads.decide import Refused
from handraise.leads.long_jobs import LONG, endure
from handraise.scoring.plan import CompileError


@app.task(name="feedback.routing.run", queue=EVIDENCE, **LONG)
def run_route_rehearsal(context: JobContext, rehearsal_id: int) -> None:
    """Make it; when the worker stops, from the beginning by the next one."""
    endure(
        context,
        lambda must_stop: run(rehearsal_id, at=now(), must_stop=must_stop).is_under_way,
        fail=lambda why: RouteRehearsal.fail(rehearsal_id, why, at=now()),
        refusals=dict.fromkeys((Refused, AgreementError, CompileError), "{}"),
    )
