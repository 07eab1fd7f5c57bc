"""Publishing has everybody scored anew: told how far, journalled, superseded by the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.flow import rounds
from handraise.flow.look import look
from handraise.kit import clock
from handraise.leads.models import JournalLine, ParkedLead
from handraise.scoring.models import Rescoring, Score
from handraise.scoring.rescoring import rescoring_news
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
SECOND_VERSION = AGREEMENT.replace("points: 60", "points: 50")


@pytest.fixture
def five(agreed: Published, monkeypatch: pytest.MonkeyPatch) -> rounds.Rounds:
    """Five leads scored by version 1, and a worker that wakes two at a time."""
    monkeypatch.setattr(rounds, "SLICE", 2)
    for name in ("Ada", "Ben", "Cleo", "Dan", "Eve"):
        lead(name, "Demo Requested")
    mine = rounds.Rounds()
    for second in range(20):
        _turn(mine, second)
    return mine


def _turn(mine: rounds.Rounds, seconds: float) -> None:
    at = NOON + seconds * SECOND
    mine.make(at=at)
    while look(at=at):
        pass


def test_it_is_counted_until_everybody_is_scored_and_then_journalled(
    five: rounds.Rounds, mark: User, mia: User
) -> None:
    in_force(mark, mia, SECOND_VERSION)
    told = []
    for second in range(30, 50, 4):
        _turn(five, second)
        found = Rescoring.objects.get(version=2)
        told.append((found.done, found.total, found.ended_at is None))

    assert told[:3] == [(0, 5, True), (2, 5, True), (4, 5, True)]
    assert told[-1] == (5, 5, False)
    (line,) = JournalLine.objects.filter(kind="scoring.rescored_everybody", data__version=2)
    assert line.said == "Everybody is scored by version 2: 5 leads in 12 seconds."


def test_who_is_killed_in_between_goes_on_where_it_was(
    five: rounds.Rounds, mark: User, mia: User
) -> None:
    in_force(mark, mia, SECOND_VERSION)
    _turn(five, 30)

    another = rounds.Rounds()
    for second in range(34, 54, 4):
        _turn(another, second)

    assert set(Score.objects.values_list("version", flat=True)) == {2}
    assert Rescoring.objects.get(version=2).begun_at == NOON + 30 * SECOND
    assert JournalLine.objects.filter(kind="scoring.rescored_everybody").count() == 2


def test_the_next_version_takes_over(five: rounds.Rounds, mark: User, mia: User) -> None:
    in_force(mark, mia, SECOND_VERSION)
    for second in (30, 34):
        _turn(five, second)
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 40"))
    for second in range(38, 62, 4):
        _turn(five, second)

    second_one = Rescoring.objects.get(version=2)
    assert (second_one.superseded_by, second_one.remaining) == (3, 3)
    assert set(Score.objects.values_list("version", flat=True)) == {3}
    (line,) = JournalLine.objects.filter(kind="scoring.rescoring_superseded")
    assert line.said == "Version 3 took over when 2 of 5 leads were scored by version 2."


def test_a_parked_lead_does_not_keep_it_from_ending(
    five: rounds.Rounds, mark: User, mia: User
) -> None:
    ParkedLead.objects.create(lead=Score.objects.all()[0].lead, at=NOON, error="x")
    in_force(mark, mia, SECOND_VERSION)
    for second in range(30, 50, 4):
        _turn(five, second)

    assert Rescoring.objects.get(version=2).ended_at is not None


def test_the_agreement_page_asks_how_far_it_is(five: rounds.Rounds, mark: User, mia: User) -> None:
    in_force(mark, mia, SECOND_VERSION)
    for second in (30, 34):
        _turn(five, second)
    client = client_of(mia)

    page = client.get("/agreement/").content.decode()
    part = client.get("/agreement/rescoring/").content.decode()

    assert 'hx-get="/agreement/rescoring/"' in page
    assert "2 of 5 people" in part
    assert "every 2s" in part


def test_of_long_ago_nothing_is_said(five: rounds.Rounds) -> None:
    assert rescoring_news(at=NOON + 60 * SECOND) is not None
    assert rescoring_news(at=clock.now()) is None


def test_right_after_the_signature_the_page_speaks_of_the_new_version(
    five: rounds.Rounds, mark: User, mia: User
) -> None:
    now = clock.now()
    in_force(mark, mia, SECOND_VERSION, at=now)

    client = client_of(mia)
    soon = client.get("/agreement/rescoring/").content.decode()
    five.make(at=now)
    then = client.get("/agreement/rescoring/").content.decode()

    assert "about to be scored by version 2" in soon
    assert 'hx-trigger="every 1s"' in soon
    assert "being scored by version 2" in then
