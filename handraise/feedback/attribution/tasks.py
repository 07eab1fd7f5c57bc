"""The job that reads touchpoints anew. It may be killed and run again."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from handraise.feedback.attribution.refreshing import refresh
from handraise.feedback.evidence_queue import EVIDENCE
from handraise.kit.clock import now

_LOCK = "feedback.touchpoints"


@app.task(name="feedback.attribution.refresh", queue=EVIDENCE, queueing_lock=_LOCK)
def refresh_touchpoints() -> None:
    """Read the activities that came since."""
    refresh(at=now())


def ask() -> None:
    """Have touchpoints read by the worker; once, however many ask."""
    try:
        with transaction.atomic():  # the second asking must not spoil what surrounds it
            refresh_touchpoints.defer()
    except AlreadyEnqueued:
        return
