"""Verbs: ask for fresher figures."""

from __future__ import annotations

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from handraise.feedback.standing.tasks import refresh_standings
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


def ask(*, by: User) -> bool:
    """Have the standings made anew by the worker. False if that waits already. Nothing that people
    know changes by it, so nothing is written into the journal."""
    require(by, Permission.SEE)
    try:
        with transaction.atomic():
            refresh_standings.configure(queueing_lock="feedback.standing").defer()
    except AlreadyEnqueued:
        return False
    return True
