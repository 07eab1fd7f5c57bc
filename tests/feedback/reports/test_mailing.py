"""The weekly mail: on Monday at seven where the reader is, once, with its charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core.exceptions import PermissionDenied

from handraise.feedback.reports.actions import wish
from handraise.feedback.reports.catalogue import TABLES
from handraise.feedback.reports.mailing import due, send_due
from handraise.feedback.reports.models import MailedReport
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

    assert send_due(at=MONDAY + 6 * HOUR) == 1
    assert send_due(at=MONDAY + 7 * HOUR) == 0
    assert (MailedReport.objects.count(), Outgoing.objects.count()) == (1, 1)


def test_it_says_what_to_talk_about_and_shows_it(berliner: User, mia: User) -> None:
    in_force(berliner, mia, PLANNED, at=MONDAY - timedelta(days=90))
    for number in range(30):
        one = lead(f"Lead{number}", at=MONDAY - timedelta(days=2 + number))
        moved(one.pk, Stage.MARKETING_QUALIFIED, MONDAY - timedelta(days=1 + number))
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))

    send_due(at=MONDAY + 6 * HOUR)

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


def test_nobody_gets_what_they_ended(berliner: User) -> None:
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))
    wish("", by=berliner, at=MONDAY - timedelta(days=4))

    assert send_due(at=MONDAY + 6 * HOUR) == 0


def test_who_left_gets_none(berliner: User) -> None:
    wish("both", by=berliner, at=MONDAY - timedelta(days=5))
    User.objects.filter(pk=berliner.pk).update(is_active=False)

    assert send_due(at=MONDAY + 6 * HOUR) == 0


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
