"""The job that plays journeys. It may be killed and run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.agreement.faults import AgreementError
from handraise.kit.clock import now
from handraise.leads.long_jobs import LONG, endure
from handraise.lists.decide import QUEUE
from handraise.nurture.gathering import Blocked
from handraise.nurture.simulating.making import fail, run
from handraise.scoring.plan import CompileError


@app.task(name="nurture.simulate", queue=QUEUE, **LONG)
def run_simulation(context: JobContext, simulation_id: int) -> None:
    """Play it; when the worker stops, from the beginning by the next one."""
    endure(
        context,
        lambda must_stop: run(simulation_id, at=now(), must_stop=must_stop).is_under_way,
        fail=lambda why: fail(simulation_id, why, at=now()),
        refusals=dict.fromkeys((AgreementError, CompileError, Blocked), "{}"),
    )
