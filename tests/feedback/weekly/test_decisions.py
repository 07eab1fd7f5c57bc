"""Decisions: who writes them down, what is refused, and two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from handraise.feedback.weekly.actions import finish, reopen, take_back, write_down
from handraise.feedback.weekly.decide import LONGEST, Week
from handraise.feedback.weekly.models import Decision
from handraise.feedback.weekly.queries import decisions
from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db
WEEK, BEFORE = Week(date(2026, 3, 2)), Week(date(2026, 2, 23))
DAY = timedelta(days=1)


def decided(by: User, text: str = "Ask for the budget.", week: Week = WEEK) -> Decision:
    return write_down(text, week=week, by=by, at=NOON, via=Via.WEB)


def texts(user: User, week: Week = WEEK) -> tuple[list[str], list[str]]:
    found = decisions(user, week, at=NOON)
    taken, still_open = found.taken, found.still_open
    return [one.decision.text for one in taken], [one.decision.text for one in still_open]


def test_the_newest_stand_first_and_what_is_open_from_before_stays(mia: User, vera: User) -> None:
    done = decided(mia, "Long done.", BEFORE)
    finish(done, by=mia, at=NOON, via=Via.WEB)
    for text, week in (("Still to do.", BEFORE), ("First.", WEEK), ("Second.", WEEK)):
        decided(mia, text, week)

    assert texts(vera) == (["Second.", "First."], ["Still to do."])
    assert texts(vera, BEFORE) == (["Still to do.", "Long done."], [])


def test_who_only_reads_decides_nothing(mia: User, vera: User) -> None:
    made = decided(mia)

    for deed in (finish, reopen, take_back):
        with pytest.raises(PermissionDenied):
            deed(made, by=vera, at=NOON, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        decided(vera)


@pytest.mark.parametrize("text", ["", "  ", "x" * (LONGEST + 1), "a\x00b", "\ud800"])
def test_what_is_no_decision_is_refused(mia: User, text: str) -> None:
    with pytest.raises(Refused):
        decided(mia, text)
    assert not Decision.objects.exists()


def test_it_is_due_after_its_week_began(mia: User) -> None:
    for due in (date(2026, 3, 1), date(2099, 1, 1)):
        with pytest.raises(Refused):
            write_down("So.", week=WEEK, due=due, by=mia, at=NOON, via=Via.WEB)

    made = write_down("So.", week=WEEK, due=date(2026, 3, 3), by=mia, at=NOON, via=Via.WEB)
    assert [one.is_late for one in decisions(mia, WEEK, at=NOON).taken] == [True]
    finish(made, by=mia, at=NOON, via=Via.WEB)
    assert [one.is_late for one in decisions(mia, WEEK, at=NOON).taken] == [False]


def test_done_by_one_it_is_open_again_by_another(mia: User, mark: User) -> None:
    made = decided(mia)

    finish(made, by=mark, at=NOON, via=Via.WEB)
    finish(made, by=mark, at=NOON + DAY, via=Via.WEB)
    with pytest.raises(Refused, match="Mark has already marked this as done"):
        finish(made, by=mia, at=NOON, via=Via.WEB)
    reopen(made, by=mia, at=NOON, via=Via.WEB)

    made.refresh_from_db()
    assert not made.is_done
    assert list(JournalLine.objects.order_by("pk").values_list("kind", flat=True)) == [
        "feedback.decided", "feedback.decision_finished", "feedback.decision_reopened",
    ]  # fmt: skip


def test_it_is_taken_back_by_who_wrote_it_or_a_manager(mia: User, mark: User, rita: User) -> None:
    mine, other = decided(mia, "Mine."), decided(mia, "Other.")

    with pytest.raises(Refused, match="is taken back by Mia"):
        take_back(mine, by=mark, at=NOON, via=Via.WEB)
    take_back(mine, by=mia, at=NOON, via=Via.WEB)
    take_back(other, by=rita, at=NOON, via=Via.WEB)

    assert texts(mark) == ([], [])
    assert Decision.objects.count() == 2
    with pytest.raises(Refused, match="was taken back"):
        finish(mine, by=mia, at=NOON, via=Via.WEB)


def test_what_cannot_be_kept_stands_in_its_field_again(mia: User) -> None:
    given = {"week": "2026-03-02", "text": "Call <b>twice</b>.", "due": "2020-01-01"}

    page = client_of(mia).post("/weekly/decisions/", given).content.decode()

    assert "A decision is due after its week began" in page
    assert "Call &lt;b&gt;twice&lt;/b&gt;." in page
    assert not Decision.objects.exists()


def test_it_is_written_down_marked_and_taken_back_on_the_page(mia: User) -> None:
    client = client_of(mia)
    client.post("/weekly/decisions/", {"week": "2026-03-04", "text": "Call twice."})
    made = Decision.objects.get()
    assert made.week == WEEK.first

    back = client.post(f"/weekly/decisions/{made.pk}/doing/", {"week": "2026-03-09"})
    assert back["Location"] == "/weekly/?week=2026-03-09#decisions"
    assert "Not done after all" in client.get("/weekly/?week=2026-03-02").content.decode()
    client.post(f"/weekly/decisions/{made.pk}/doing/", {"undo": "1"})
    client.post(f"/weekly/decisions/{made.pk}/removal/")

    assert "Call twice." not in client.get("/weekly/?week=2026-03-02").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_mark_it_at_once_one_is_told(mia: User, mark: User) -> None:
    made, together = decided(mia), Barrier(2)

    def mark_it(by: User) -> str:
        together.wait()
        try:
            finish(made, by=by, at=clock.now(), via=Via.WEB)
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(mark_it, (mia, mark)))

    made.refresh_from_db()
    assert said == ["", f"{made.done_by} has already marked this as done."]
