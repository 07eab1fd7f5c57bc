"""The job that makes previews. It may be killed and run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.agreement.faults import AgreementError
from handraise.feedback.evidence_queue import EVIDENCE
from handraise.feedback.preview.models import Preview
from handraise.feedback.preview.running import run
from handraise.kit.clock import now
from handraise.leads.long_jobs import LONG, endure


@app.task(name="feedback.preview.run", queue=EVIDENCE, **LONG)
def run_preview(context: JobContext, preview_id: int) -> None:
    """Make a preview; when the worker stops, from the beginning by the next one."""
    endure(
        context,
        lambda must_stop: run(preview_id, at=now(), must_stop=must_stop).is_under_way,
        fail=lambda why: Preview.fail(preview_id, why, at=now()),
        refusals={AgreementError: "The text is no agreement: {}"},
    )
