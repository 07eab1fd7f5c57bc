"""What the page of a lead costs does not grow with what there is to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from handraise.leads.actions import log_activity
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.post.models import Meeting
from handraise.talk.noting import write_note
from handraise.talk.tasking import add_task
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def statements(client: Client, lead: Lead) -> list[str]:
    """What its page asks of the database, each with its values."""
    client.get(f"/lead/{lead.pk}/")
    asked: list[str] = []

    # Not what Django logs: it knows no text of a statement whose plan is kept.
    def hear(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        asked.append(f"{sql} {params}")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(hear):
        assert client.get(f"/lead/{lead.pk}/").status_code == 200
    return asked


def _talked_of(lead: Lead, by: User, other: User) -> None:
    """A task, a note and a meeting that nobody answered for."""
    how = {"by": by, "at": NOON, "via": Via.WEB}
    add_task("Call her", assignee=other, lead=lead, **how)  # type: ignore[arg-type]
    write_note(lead, "Met at the fair", **how)  # type: ignore[arg-type]
    Meeting.objects.create(
        lead=lead, by=by, subject="A first talk", starts_at=NOON, zone="UTC", booked_at=NOON,
        ends_at=NOON + timedelta(hours=1), uid=str(Meeting.objects.count()),
    )  # fmt: skip


def test_the_page_asks_no_more_for_many_things_than_for_one(
    ada: Lead, mia: User, nils: User
) -> None:
    client = client_of(mia)
    _talked_of(ada, mia, nils)
    once = statements(client, ada)
    for _ in range(3):
        _talked_of(ada, mia, nils)

    assert len(statements(client, ada)) == len(once)


def test_the_page_reads_each_thing_once(ada: Lead, mia: User) -> None:
    asked = statements(client_of(mia), ada)

    assert len([one for one in asked if '"agreement_version"."text"' in one]) == 1
    assert len([one for one in asked if 'FROM "qualification_answer"' in one]) == 1
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    "table", ["talk_note", "talk_task", "post_letter", "post_meeting", "deals_deal",
              "feedback_chance", "handover_question", "handover_rating", "handover_acceptance"]
)  # fmt: skip
def test_the_page_does_not_ask_for_what_is_not_there(ada: Lead, mia: User, table: str) -> None:
    everything = statements(client_of(mia), ada)
    asked = [one for one in everything if not one.startswith("SELECT (SELECT count(")]  # the rail

    assert len([one for one in asked if f"{table} " in one]) == 1  # whether there is any
    assert not [one for one in asked if f'FROM "{table}"' in one]


def test_the_page_shows_what_there_is(ada: Lead, mia: User, nils: User) -> None:
    _talked_of(ada, mia, nils)

    page = client_of(mia).get(f"/lead/{ada.pk}/").content.decode()

    for words in ("Call her", "Met at the fair", "A first talk"):
        assert words in page


def test_a_long_history_begins_with_its_newest(ada: Lead, mia: User) -> None:
    for number in range(20):
        log_activity(
            ada, name="Called", properties={"note": f"Call {number}."}, occurred_at=NOON, by=mia,
            at=NOON, via=Via.WEB,
        )  # fmt: skip

    page = client_of(mia).get(f"/lead/{ada.pk}/").content.decode()

    assert page.count('<span class="dot">') == 15
    assert f"/lead/{ada.pk}/timeline/?before=" in page
