"""The job that makes reviews. It may be killed and run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.agreement.faults import AgreementError
from handraise.feedback.evidence_queue import EVIDENCE
from handraise.feedback.review.making import run
from handraise.feedback.review.models import Review
from handraise.kit.clock import now
from handraise.leads.decide import Refused
from handraise.leads.long_jobs import LONG, endure
from handraise.scoring.lake import LakeError
from handraise.scoring.plan import CompileError


@app.task(name="feedback.review.run", queue=EVIDENCE, **LONG)
def run_review(context: JobContext, review_id: int) -> None:
    """Make a review; when the worker stops, from the beginning by the next one."""
    endure(
        context,
        lambda must_stop: run(review_id, at=now(), must_stop=must_stop).is_under_way,
        fail=lambda why: Review.fail(review_id, why, at=now()),
        refusals=dict.fromkeys((Refused, AgreementError, CompileError, LakeError), "{}"),
    )
