"""Make weekly mails that are due: what the last weeks say, their charts, the three things to talk
about. Each mail and its row's `made_at` are of one transaction, so whoever is killed sends none
twice; one that fails holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from handraise.feedback.forms import USUAL_DAYS, days
from handraise.feedback.reports.catalogue import TABLES, Audience, audience
from handraise.feedback.reports.drawing import as_png
from handraise.feedback.reports.models import MailedReport, ReportWish
from handraise.feedback.reports.queries import LATE, place_of
from handraise.feedback.reports.things import Thing, things
from handraise.feedback.standing.queries import one_look
from handraise.feedback.tabular import Table
from handraise.leads.decide import Refused
from handraise.leads.outage import is_outage
from handraise.post.actions import named, post_mail
from handraise.team.decide import Permission
from handraise.team.queries import may

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Written:
    """What all readers of one audience are told of the days since..until, both included."""

    since: date
    until: date
    tables: tuple[Table, ...]
    things: tuple[Thing, ...]
    pictures: dict[str, bytes]


def make(
    code: str, report_ids: Sequence[int], *, at: datetime,
    must_stop: Callable[[], bool] = lambda: False,
) -> bool:  # fmt: skip
    """Put these reports of one audience and week into the outbox, but those settled already.
    Whether some are left, since `must_stop` said so. Safe to call again, and by two at once."""
    waiting = MailedReport.objects.filter(pk__in=report_ids, made_at=None, error="")
    left, wanted = list(waiting.order_by("pk")), audience(code)
    if not left or wanted is None:
        return False
    told = written(wanted, left[0].week, at=at)
    for one in left:
        if must_stop():
            return True
        try:
            _mail(one.pk, wanted, told, at)
        except Exception as fault:
            if is_outage(fault):
                raise
            log.warning("feedback.report_failed", person=one.person_id, error=str(fault))
            fail([one.pk], f"It could not be made ({type(fault).__name__}); the log has it.")
    return False


def fail(report_ids: Sequence[int], why: str) -> None:
    """Note that these came to nothing, with the sentence that says why."""
    MailedReport.objects.filter(pk__in=report_ids, made_at=None, error="").update(error=why)


def written(wanted: Audience, week: date, *, at: datetime) -> Written:
    """The tables of an audience, what to talk about, and the charts by the code of their table:
    of the days up to the last Sunday, as the page shows them for those days."""
    last = week - timedelta(days=1)
    first = last - timedelta(days=USUAL_DAYS - 1)
    period = days(first, last, at=at)
    with one_look(at=at):
        tables, told = tuple(TABLES[code](period) for code in wanted.tables), things(period)
    pictures = {table.code: drawn for table in tables if (drawn := as_png(table))}
    return Written(first, last, tables, tuple(told), pictures)


@transaction.atomic
def _mail(report_id: int, wanted: Audience, told: Written, at: datetime) -> None:
    """The row is locked: whoever comes second to it finds it settled."""
    one = MailedReport.objects.select_for_update(of=("self",)).select_related("person")
    report = one.get(pk=report_id)
    if report.made_at is not None or report.error:
        return
    try:
        _post(report, wanted, told, at)
    except Refused as refused:  # the page shows the figures all the same
        log.warning("feedback.report_refused", person=report.person_id, why=str(refused))
        report.error = str(refused)
    else:
        report.made_at = at
    report.save(update_fields=["error", "made_at"])


def _post(report: MailedReport, wanted: Audience, told: Written, at: datetime) -> None:
    """Raises Refused for who is no longer to get it, or cannot."""
    person, zone = report.person, place_of(report.person)
    is_wished = ReportWish.objects.filter(person=person).exists()
    if not (is_wished and person.is_active and may(person, Permission.SEE)):
        raise Refused("It was not wished for any more, or not allowed.")
    if at >= report.at + LATE:
        raise Refused("It could not be made for two days, so it was left out.")
    is_elsewhere = str(zone) != person.zone
    if is_elsewhere:
        log.warning("feedback.report_zone_unreadable", person=person.pk, zone=person.zone)
    context = {
        "person": person, "audience": wanted, "told": told, "address": settings.ADDRESS,
        "drawn": set(told.pictures), "is_elsewhere": is_elsewhere,
    }  # fmt: skip
    with timezone.override(zone):
        text = render_to_string("feedback/reports/mail.txt", context)
        html = render_to_string("feedback/reports/mail.html", context)
    post_mail(
        to=[named(person.name, person.email)], subject=_subject(told.things), text=text, html=html,
        pictures=told.pictures, sender=None, about=f"feedback.report:{report.pk}", at=at,
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip


def _subject(told: Iterable[Thing]) -> str:
    count = len(list(told))
    if not count:
        return "Handraise: the week, and nothing that stands out"
    return f"Handraise: {'one thing' if count == 1 else f'{count} things'} to talk about this week"
