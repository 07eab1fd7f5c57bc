"""The weekly mail: on Monday at seven where the reader is, once, with its charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.feedback.reports.actions import ask_due, wish
from handraise.feedback.reports.catalogue import TABLES
from handraise.feedback.reports.mailing import make
from handraise.feedback.reports.models import MailedReport
from handraise.feedback.reports.queries import due
from handraise.leads.decide import Refused, Stage
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.feedback.targets.test_targets import PLANNED, moved
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 30, tzinfo=UTC)  # the first one of summer time in Berlin
HOUR = timedelta(hours=1)


@pytest.fixture
def berliner(mark: User) -> User:
    mark.zone = "Europe/Berlin"
    mark.save()
    return mark


def test_it_is_due_on_monday_at_seven_where_the_reader_is(berliner: User) -> None:
    wish("marketing", by=berliner, at=MONDAY - timedelta(days=5))

    assert due(at=MONDAY + 4.9 * HOUR) == []
    assert [one.week.isoformat() for one in due(at=MONDAY + 5 * HOUR)] == ["2026-03-30"]
    assert due(at=MONDAY + 54 * HOUR) == []


def test_who_wishes_later_waits_for_the_next_monday(berliner: User) -> None:
    wish("marketing", by=berliner, at=MONDAY + 6 * HOUR)

    assert due(at=MONDAY + 7 * HOUR) == []
    assert len(due(at=MONDAY + timedelta(days=7, hours=6))) == 1


def test_a_week_is_mailed_once(berliner: User) -> None:
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))

    assert ask_due(at=MONDAY + 6 * HOUR) == 1
    assert ask_due(at=MONDAY + 7 * HOUR) == 0
    for _ in range(2):
        for job in jobs():
            make(*job, at=MONDAY + 6 * HOUR)
    assert (len(jobs()), MailedReport.objects.count(), Outgoing.objects.count()) == (1, 1, 1)


def jobs() -> list[tuple[str, list[int]]]:
    """The jobs that were asked for: the audience and the reports of each."""
    found = ProcrastinateJob.objects.filter(task_name="feedback.reports.mail").order_by("id")
    return [(job.args["audience"], job.args["report_ids"]) for job in found]


def mailed(*, at: datetime) -> None:
    """As the worker does it: asked for in its round, made by its job."""
    ask_due(at=at)
    for job in jobs():
        make(*job, at=at)


def test_asking_makes_no_figures(berliner: User) -> None:
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))

    with CaptureQueriesContext(connection) as read:
        ask_due(at=MONDAY + 6 * HOUR)

    assert not any("feedback_standing" in one["sql"] for one in read)
    assert not Outgoing.objects.exists()


def test_a_job_reads_the_figures_once_for_all_of_an_audience(mark: User, mia: User) -> None:
    wish("both", by=mark, at=MONDAY - timedelta(days=5))
    ask_due(at=MONDAY + 7 * HOUR)
    with CaptureQueriesContext(connection) as alone:
        make(*jobs()[0], at=MONDAY + 7 * HOUR)
    wish("both", by=mia, at=MONDAY)
    ask_due(at=MONDAY + timedelta(days=7) + 7 * HOUR)
    assert [len(reports) for _, reports in jobs()] == [1, 2]

    with CaptureQueriesContext(connection) as both:
        make(*jobs()[1], at=MONDAY + timedelta(days=7) + 7 * HOUR)

    assert Outgoing.objects.count() == 3
    assert len(both) - len(alone) < len(alone) / 4


def test_who_was_mailed_before_the_worker_was_killed_gets_no_second_one(
    mark: User, mia: User
) -> None:
    for one in (mark, mia):
        wish("both", by=one, at=MONDAY - timedelta(days=5))
    ask_due(at=MONDAY + 7 * HOUR)
    looks = iter([False])

    with pytest.raises(StopIteration):  # the kill: nothing is told any more
        make(*jobs()[0], at=MONDAY + 7 * HOUR, must_stop=lambda: next(looks))
    assert Outgoing.objects.count() == 1
    make(*jobs()[0], at=MONDAY + 8 * HOUR)

    assert sorted(about for (about,) in Outgoing.objects.values_list("about")) == sorted(
        f"feedback.report:{one.pk}" for one in MailedReport.objects.all()
    )


def test_a_worker_that_stops_leaves_the_rest_to_the_next(mark: User) -> None:
    wish("both", by=mark, at=MONDAY - timedelta(days=5))
    ask_due(at=MONDAY + 7 * HOUR)

    assert make(*jobs()[0], at=MONDAY + 7 * HOUR, must_stop=lambda: True)
    assert not Outgoing.objects.exists()
    assert not make(*jobs()[0], at=MONDAY + 7 * HOUR)
    assert Outgoing.objects.count() == 1


def test_who_has_an_unreadable_zone_is_told_and_stops_nobody(mark: User, mia: User) -> None:
    for one in (mark, mia):
        wish("both", by=one, at=MONDAY - timedelta(days=5))
    User.objects.filter(pk=mark.pk).update(zone="Europe/Atlantis")

    mailed(at=MONDAY + 7 * HOUR)

    texts = {one.recipients[0]: body(one) for one in Outgoing.objects.all()}
    assert len(texts) == 2
    assert ["Europe/Atlantis" in text for to, text in texts.items() if mark.email in to] == [True]
    assert ["cannot be read" in text for to, text in texts.items() if mia.email in to] == [False]


def test_one_that_cannot_be_made_stops_nobody_and_is_told(
    client: Client, mark: User, mia: User
) -> None:
    for one in (mark, mia):
        wish("both", by=one, at=MONDAY - timedelta(days=5))
    User.objects.filter(pk=mark.pk).update(email="no address")

    mailed(at=MONDAY + 7 * HOUR)

    assert Outgoing.objects.count() == 1
    why = MailedReport.objects.get(person=mark).error
    assert why
    client.force_login(mark)
    assert f"The mail of 30 March did not come: {why}" in unescape(
        client.get(reverse("report", args=["both"])).content.decode()
    )
    client.force_login(mia)
    assert "did not come" not in client.get(reverse("report", args=["both"])).content.decode()


def test_two_days_late_it_is_left_out(mark: User) -> None:
    wish("both", by=mark, at=MONDAY - timedelta(days=5))
    ask_due(at=MONDAY + 7 * HOUR)

    make(*jobs()[0], at=MONDAY + timedelta(days=2) + 7 * HOUR)

    assert not Outgoing.objects.exists()
    assert "two days" in MailedReport.objects.get().error


def body(one: Outgoing) -> str:
    """The plain text of a mail."""
    text = message_from_bytes(bytes(one.body), policy=policy.default).get_body(("plain",))
    assert text is not None
    return str(text.get_content())


def test_it_says_what_to_talk_about_and_shows_it(berliner: User, mia: User) -> None:
    in_force(berliner, mia, PLANNED, at=MONDAY - timedelta(days=90))
    for number in range(30):
        one = lead(f"Lead{number}", at=MONDAY - timedelta(days=2 + number))
        moved(one.pk, Stage.MARKETING_QUALIFIED, MONDAY - timedelta(days=1 + number))
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))

    mailed(at=MONDAY + 6 * HOUR)

    mail = message_from_bytes(bytes(Outgoing.objects.get().body), policy=policy.default)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "1. MQL: " in text.get_content()
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    named = {str(part["Content-ID"]).strip("<>") for part in pictures}
    assert named
    assert all(f"cid:{name}" in html.get_content() for name in named)
    assert all(part.get_content().startswith(b"\x89PNG") for part in pictures)


def test_the_page_that_it_links_shows_the_same_figures(
    client: Client, berliner: User, mia: User
) -> None:
    in_force(berliner, mia, PLANNED, at=MONDAY - timedelta(days=120))
    # The mail is of whole days: of these hours, the first and the last but one lie within them.
    for number in range(28):
        one = lead(f"Lead{number}", at=MONDAY - timedelta(days=50))
        moved(one.pk, Stage.MARKETING_QUALIFIED, MONDAY - timedelta(days=40, hours=number))
    for name, came in [("First", -90 * 24 + 1), ("Last", -1), ("Today", 3), ("Before", -91 * 24)]:
        lead(name, at=MONDAY + came * HOUR)
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))

    mailed(at=MONDAY + 6 * HOUR)

    text = body(Outgoing.objects.get())
    link = next(line for line in text.splitlines() if line.startswith("The whole report: "))
    client.force_login(berliner)
    with time_machine.travel(MONDAY + 6 * HOUR, tick=False):
        shown = client.get(link.removeprefix(f"The whole report: {settings.ADDRESS}"))
    told = {table.title: table for table, _ in shown.context["tables"]}
    assert told["From Lead to Customer"].rows[0][1] == 30
    assert all(f"{title}: {table.finding}" in text for title, table in told.items())
    assert [one.said for one in shown.context["things"]] != []
    assert all(one.said in text for one in shown.context["things"])


def test_nobody_gets_what_they_ended(berliner: User) -> None:
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))
    wish("", by=berliner, at=MONDAY - timedelta(days=4))

    assert ask_due(at=MONDAY + 6 * HOUR) == 0


def test_who_left_gets_none(berliner: User) -> None:
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))
    User.objects.filter(pk=berliner.pk).update(is_active=False)

    assert ask_due(at=MONDAY + 6 * HOUR) == 0


def test_only_reports_there_are_can_be_wished_for(berliner: User) -> None:
    with pytest.raises(Refused):
        wish("everything", by=berliner, at=MONDAY)
    berliner.is_active = False
    with pytest.raises(PermissionDenied):
        wish("both", by=berliner, at=MONDAY)


def test_every_table_can_be_made_of_nothing() -> None:
    from handraise.feedback.tabular import Period

    made = [table(Period(MONDAY - 90 * 24 * HOUR, MONDAY, MONDAY)) for table in TABLES.values()]

    assert [table.code for table in made] == list(TABLES)
    assert all(table.finding and "nan" not in table.finding.lower().split() for table in made)
