"""Verbs: ask for a rehearsal of routes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.agreement.models import Version
from handraise.agreement.reading import read
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.routing.queries import basis_now
from handraise.feedback.routing.replaying import refuse
from handraise.feedback.tasks import run_route_rehearsal
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants rehearsed: the period's first instant and the one after its last, how
    often each lead comes, and whether those who are away today are taken to be there."""

    begin: datetime
    end: datetime
    times: int = 1
    everybody_there: bool = False


@transaction.atomic
def ask(version: Version, asked: Asked, *, by: User, at: datetime, via: Via) -> RouteRehearsal:
    """Have the routes of a version rehearsed by the worker.

    One at a time for a version: who asks while one is under way gets that one. Raises
    AgreementError with all faults of a text that is no agreement, Refused, PermissionDenied.
    """
    require(by, Permission.PROPOSE)
    locked = Version.objects.select_for_update(no_key=True).get(pk=version.pk)
    read(locked.text)
    refuse(asked.begin, asked.end, asked.times, at=at)
    under_way = RouteRehearsal.objects.filter(version=locked, finished_at=None).first()
    if under_way is not None:
        return under_way
    held = agreements.published()
    made = RouteRehearsal.objects.create(
        version=locked, text=locked.text, basis=basis_now(),
        against=None if held is None else held.number, begin=asked.begin, end=min(asked.end, at),
        times=asked.times, everybody_there=asked.everybody_there, at=at, by=by,
    )  # fmt: skip
    run_route_rehearsal.defer(rehearsal_id=made.pk)
    said = f"{by} had the routes of version {locked.number} rehearsed."
    journal.write("feedback.routes_asked", at=at, via=via, by=by, said=said,
                  data={"version": locked.number, "rehearsal": made.pk})  # fmt: skip
    return made
