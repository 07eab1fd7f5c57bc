"""The first touch after an acceptance: timed, found among what people log, missed when late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from handraise.desk.touch_clock import touch_clocks
from handraise.feedback.decide import Share
from handraise.feedback.keeping.queries import clock
from handraise.flow.look import look
from handraise.handover.actions import accept, offer
from handraise.handover.models import Acceptance, Handover, Touch
from handraise.leads.actions import log_activity, merge_leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead
from handraise.leads.record import record
from handraise.qualification.actions import move_by_hand
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.leads.said import did
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead, mql, said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TERMS = AGREEMENT.replace("then: reassign", "touch_within: 2 working hours, then: reassign")


@pytest.fixture
def taken(mark: User, mia: User) -> Lead:
    """A lead that Mia accepted at noon; she has two hours to call."""
    ada = mql("Ada")
    offer([ada.pk], published=in_force(mark, mia, TERMS), at=NOON)
    accept(Handover.objects.get(), by=mia, at=NOON, via=Via.WEB)
    ada.refresh_from_db()
    return ada


def called(taken: Lead, by: User | None, at: datetime, name: str = "Called") -> None:
    log_activity(taken, name=name, properties={}, occurred_at=at, by=by, at=at, via=Via.WEB)
    look_until(at)


def look_until(at: datetime) -> None:
    while look(at=at):
        pass


def test_the_clock_runs_in_the_working_time_of_who_took_it(taken: Lead) -> None:
    assert Acceptance.objects.get().touch_due_at == NOON + 2 * HOUR
    assert Attention.objects.filter(lead=taken, look_at=NOON + 2 * HOUR).exists()
    found = touch_clocks([taken], at=NOON + HOUR)[taken.pk]
    assert (found.left, found.words, found.is_late) == (HOUR, "1:00", False)


@pytest.mark.parametrize("kind", ["Called", "Wrote", "Met"])
def test_what_a_person_logs_is_the_touch(taken: Lead, mia: User, kind: str) -> None:
    called(taken, mia, NOON + HOUR, kind)
    called(taken, mia, NOON + 2 * HOUR, "Met")

    touch = Touch.objects.get()
    assert (touch.kind, touch.at, touch.by) == (kind, NOON + HOUR, mia)
    assert said(taken, "handover.touched") == [
        f"First touch after acceptance: {kind.lower()} by Mia."
    ]
    assert touch_clocks([taken], at=NOON + 3 * HOUR) == {}
    look_until(NOON + 4 * HOUR)
    assert said(taken, "handover.untouched") == []


def test_what_a_machine_says_and_a_change_of_stage_are_no_touch(taken: Lead, mia: User) -> None:
    record([did("Called", email="ada@acme.example", at=NOON + HOUR)], at=NOON + HOUR)
    called(taken, None, NOON + HOUR)
    called(taken, mia, NOON + HOUR, "Demo Requested")
    look_until(NOON + HOUR)

    assert not Touch.objects.exists()
    assert taken.pk in touch_clocks([taken], at=NOON + HOUR)


def test_what_was_logged_before_the_acceptance_is_no_touch(taken: Lead, mia: User) -> None:
    called(taken, mia, NOON - HOUR)

    assert not Touch.objects.exists()


def test_a_late_touch_is_told_once_and_still_counts(taken: Lead, mia: User) -> None:
    for hours in (2, 3, 4):
        look_until(NOON + hours * HOUR)
        Attention.objects.create(lead=taken, look_at=NOON, why="test")

    assert said(taken, "handover.untouched") == [
        "No call, meeting or personal mail within the time that was agreed."
    ]
    assert touch_clocks([taken], at=NOON + 4 * HOUR)[taken.pk].is_late
    called(taken, mia, NOON + 5 * HOUR)
    assert Touch.objects.get().at == NOON + 5 * HOUR
    period = {"since": NOON - HOUR, "until": NOON + HOUR, "at": NOON + 6 * HOUR}
    assert clock(**period).touched == Share(0, 1)


def test_a_touch_counts_though_the_lead_moved_on_before_anybody_looked(
    taken: Lead, mia: User
) -> None:
    log_activity(taken, name="Called", properties={}, occurred_at=NOON + HOUR, by=mia,
                 at=NOON + HOUR, via=Via.WEB)  # fmt: skip
    move_by_hand(taken, to=Stage.DISQUALIFIED, reason="No.", by=mia, at=NOON + HOUR, via=Via.WEB)

    look_until(NOON + HOUR)

    assert Touch.objects.count() == 1
    period = {"since": NOON - HOUR, "until": NOON + HOUR, "at": NOON + HOUR}
    assert clock(**period).touched == Share(1, 1)


def test_the_touch_of_a_merged_lead_counts(taken: Lead, mia: User) -> None:
    other = lead("Adah")
    merge_leads(other, taken, why="The same person.", by=mia, at=NOON, via=Via.WEB)

    called(other, mia, NOON + HOUR)

    assert Touch.objects.get().handover.lead == taken


def test_where_none_is_agreed_no_clock_runs_and_touches_are_kept(mark: User, mia: User) -> None:
    ada = mql("Ada")
    offer([ada.pk], published=in_force(mark, mia), at=NOON)
    accept(Handover.objects.get(), by=mia, at=NOON, via=Via.WEB)
    ada.refresh_from_db()

    assert touch_clocks([ada], at=NOON) == {}
    called(ada, mia, NOON + HOUR)

    assert Touch.objects.count() == 1
    period = {"since": NOON - HOUR, "until": NOON + HOUR, "at": NOON + HOUR}
    assert clock(**period).touched == Share(0, 0)


def test_the_page_shows_the_clock_and_logs_with_one_click(taken: Lead, mia: User) -> None:
    client = client_of(mia)

    page = client.get(f"/lead/{taken.pk}/").content.decode()
    assert "The first touch is late." in page  # it was due in March
    assert "first touch to come" in client.get("/").content.decode()

    page = client.post(f"/lead/{taken.pk}/activities/", {"name": "Called"}, follow=True)
    assert "Logged: Called." in page.content.decode()
    assert "irst touch" not in client.get(f"/lead/{taken.pk}/").content.decode()
