"""The job that learns. It may be killed and run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.agreement.faults import AgreementError
from handraise.feedback.evidence_queue import EVIDENCE
from handraise.feedback.learned.learning import LackingError
from handraise.feedback.learned.making import run
from handraise.feedback.learned.models import Learning
from handraise.kit.clock import now
from handraise.leads.decide import Refused
from handraise.leads.long_jobs import LONG, endure
from handraise.scoring.lake import LakeError
from handraise.scoring.plan import CompileError


@app.task(name="feedback.learned.run", queue=EVIDENCE, **LONG)
def run_learning(context: JobContext, learning_id: int) -> None:
    """Learn anew; when the worker stops, from the beginning by the next one."""
    endure(
        context,
        lambda must_stop: run(learning_id, at=now(), must_stop=must_stop).is_under_way,
        fail=lambda why: Learning.fail(learning_id, why, at=now()),
        refusals=dict.fromkeys(
            (Refused, LackingError, AgreementError, CompileError, LakeError), "{}"
        ),
    )
