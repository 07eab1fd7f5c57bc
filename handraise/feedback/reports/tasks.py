"""The job that makes weekly mails. It may be killed and run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from handraise.feedback.evidence_queue import EVIDENCE
from handraise.feedback.reports.mailing import fail, make
from handraise.kit.clock import now
from handraise.leads.long_jobs import LONG, endure


@app.task(name="feedback.reports.mail", queue=EVIDENCE, **LONG)
def mail_reports(context: JobContext, audience: str, report_ids: list[int]) -> None:
    """Mail these reports; when the worker stops, the rest by the next one."""
    endure(
        context,
        lambda must_stop: make(audience, report_ids, at=now(), must_stop=must_stop),
        fail=lambda why: fail(report_ids, why),
    )
