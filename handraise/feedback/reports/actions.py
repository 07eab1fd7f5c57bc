"""Verbs: wish for a report by mail, or none any more; have those that are due mailed."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby

from django.db import transaction

from handraise.feedback.reports.catalogue import audience
from handraise.feedback.reports.models import ReportWish
from handraise.feedback.reports.queries import Due, due
from handraise.feedback.reports.tasks import mail_reports
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

_CLAIM = """
    insert into feedback_mailed_report (person_id, week, at, error)
    select person_id, week, %s, '' from unnest(%s::bigint[], %s::date[]) as due (person_id, week)
    on conflict (person_id, week) do nothing returning id
"""


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


def ask_due(*, at: datetime) -> int:
    """Have every report that is due mailed by a job of the worker; for how many people.

    One job for each audience, which reads its figures once; each person and week once. Safe beside
    another worker's.
    """
    found = sorted(due(at=at), key=_what)
    return sum(_ask(*what, list(some), at) for what, some in groupby(found, _what))


def _what(one: Due) -> tuple[str, date]:
    return one.audience.code, one.week


@transaction.atomic
def _ask(code: str, week: date, some: list[Due], at: datetime) -> int:
    """The rows of the week and their job, or neither. Whoever comes second asks for nothing."""
    people = sorted(one.person.pk for one in some)  # of two at once, neither waits for the other
    made = [row for (row,) in rows_of(_CLAIM, [at, people, [week] * len(people)])]
    if made:
        mail_reports.defer(audience=code, report_ids=made)
    return len(made)
