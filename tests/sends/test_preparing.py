"""What is made ready of a load, when it may leave, and what waits for the disk."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction

from handraise.leads.bulk import execute, rows_of
from handraise.messaging.models import MessageVersion
from handraise.post.decide import read_server
from handraise.sends.composing import Mail
from handraise.sends.lines import Lines, SmtpLine
from handraise.sends.models import Links, Send
from handraise.sends.noting import note
from handraise.sends.preparing import FIRST, prepare
from handraise.sends.queries import target
from handraise.sends.ways import Way, Ways
from handraise.team.models import User
from tests.personas import NOON
from tests.sends.conftest import message, people, send

pytestmark = pytest.mark.django_db
LINKED = """<mjml><mj-body><mj-section><mj-column>
<mj-text>See <a href="https://handraise.example/guide">this</a>
<a href="https://handraise.example/{{ lead.name }}">and yours</a>.</mj-text>
</mj-column></mj-section></mj-body></mjml>"""


@pytest.fixture
def ways() -> Ways:
    server = read_server("smtp://127.0.0.1:1")
    return Ways(Way("news@handraise.example", Lines(lambda: SmtpLine(server), 1)), {})


def load(version: MessageVersion, count: int) -> list[Send]:
    rows = [send(version, lead) for lead in people(count)]
    for row in rows:
        row.address = row.lead.email
    return rows


def test_the_first_mails_leave_before_the_rest_is_made(asked: MessageVersion, ways: Ways) -> None:
    rows, made = load(asked, FIRST + 5), list[int]()
    given = prepare(rows, ways, at=NOON, between=lambda: made.append(1))

    next(given)
    assert len(made) == FIRST
    assert target(rows[0], 1) == "https://handraise.example/guide"

    rest = list(given)
    assert [one.send.pk for one in rest] == [row.pk for row in rows[1:]]
    assert all(isinstance(one, Mail) for one in rest)
    assert Links.objects.count() == 1


def test_where_links_of_their_own_lead_stands_before_each_is_given(mark: User, ways: Ways) -> None:
    version = message(mark, "own", purpose="")
    MessageVersion.objects.filter(pk=version.pk).update(mjml=LINKED)
    version.refresh_from_db()
    rows = load(version, FIRST + 5)

    for one in prepare(rows, ways, at=NOON, between=lambda: None):
        kept = Send.objects.get(pk=one.send.pk)
        assert target(kept, 1) == "https://handraise.example/guide"
        name = str(kept.lead.name).replace(" ", "%20")
        assert target(kept, 2) == f"https://handraise.example/{name}"


@pytest.mark.parametrize(("is_over", "waits"), [(False, "off"), (True, "on")])
def test_only_the_last_portion_waits_for_the_disk(is_over: bool, waits: str) -> None:
    with transaction.atomic():
        execute("SET LOCAL synchronous_commit TO on")
        note(uuid4(), [], at=NOON, is_over=is_over)

        assert rows_of("SHOW synchronous_commit") == [(waits,)]
