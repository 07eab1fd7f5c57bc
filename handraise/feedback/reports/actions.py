"""Verbs: wish for a report by mail, or none any more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.feedback.reports.catalogue import audience
from handraise.feedback.reports.models import ReportWish
from handraise.leads.decide import Refused
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def wish(code: str, *, by: User, at: datetime) -> None:
    """Have the report of this audience mailed each Monday; an empty code ends it.

    Raises PermissionDenied; Refused for an audience that there is not.
    """
    require(by, Permission.SEE)
    if not code:
        ReportWish.objects.filter(person=by).delete()
        return
    if audience(code) is None:
        raise Refused("There is no such report.")
    ReportWish.objects.update_or_create(person=by, defaults={"audience": code, "since": at})
