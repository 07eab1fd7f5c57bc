"""Warnings: the person asked before the clock runs out, the manager when it has, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.flow.look import look
from handraise.handover.actions import accept, offer
from handraise.handover.asking import answer, ask
from handraise.handover.models import Handover
from handraise.handover.warning import due_warnings
from handraise.leads.decide import Via
from handraise.leads.models import Attention, JournalLine, Lead
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import mql, said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    """Offered to Mia at noon; due at 16:00."""
    made = mql("Ada")
    offer([made.pk], published=agreed, at=NOON)
    return made


def look_until(at: datetime) -> None:
    while look(at=at):
        pass


def test_who_was_asked_is_told_once_that_time_runs_out(ada: Lead, mia: User) -> None:
    look_until(NOON + 2.9 * HOUR)
    assert said(ada, "handover.warned") == []

    for _ in range(2):
        Attention.objects.create(lead=ada, look_at=NOON, why="test")
        look_until(NOON + 3 * HOUR)

    assert said(ada, "handover.warned") == ["1 h of working time left for Mia to answer."]
    line = JournalLine.objects.get(kind="handover.warned")
    assert (line.data["to"], line.data["late"]) == ([mia.pk], False)
    assert Handover.objects.get().warned_at == NOON + 3 * HOUR


def test_the_manager_is_told_when_it_has_run_out(ada: Lead, sales_team: Team, rita: User) -> None:
    sandra = person("Sandra", Role.SALES, team=sales_team, is_manager=True)

    found = due_warnings([ada.pk], at=NOON + 4 * HOUR)
    look_until(NOON + 4 * HOUR)

    assert [(one.to, one.is_late) for one in found] == [((sandra,), True)]
    assert said(ada, "handover.warned")[-1] == "Mia let the clock run out. Told: Sandra."
    assert due_warnings([ada.pk], at=NOON + 4 * HOUR) == []


@pytest.mark.usefixtures("rita")
def test_a_team_without_a_manager_has_revenue_operations(ada: Lead) -> None:
    look_until(NOON + 4 * HOUR)

    assert said(ada, "handover.warned") == ["Mia let the clock run out. Told: Rita."]


def test_nobody_is_warned_of_what_was_answered(ada: Lead, mia: User) -> None:
    accept(Handover.objects.get(), by=mia, at=NOON, via=Via.WEB)

    look_until(NOON + 4 * HOUR)

    assert said(ada, "handover.warned") == []


def test_a_pause_puts_the_warning_off(ada: Lead, mia: User, mark: User) -> None:
    question = ask(Handover.objects.get(), text="Who?", by=mia, at=NOON + HOUR, via=Via.WEB)
    look_until(NOON + 3 * HOUR)
    assert said(ada, "handover.warned") == []

    answer(question, text="Ada.", by=mark, at=NOON + 2 * HOUR, via=Via.WEB)
    look_until(NOON + 3.9 * HOUR)
    assert said(ada, "handover.warned") == []
    look_until(NOON + 4 * HOUR)

    assert said(ada, "handover.warned") == ["1 h of working time left for Mia to answer."]
