"""Work whose job is gone is said to have failed, and blocks nothing any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.feedback.learned import actions as learned
from handraise.feedback.learned.models import Learning
from handraise.feedback.lost import LOST, end_lost
from handraise.feedback.rehearsal.decide import Outcome
from handraise.feedback.reports.actions import ask_due, wish
from handraise.feedback.reports.models import MailedReport
from handraise.feedback.review import actions as reviews
from handraise.feedback.review.models import Review
from handraise.feedback.work import State
from handraise.flow.rounds import Rounds
from handraise.leads.bulk import as_json, execute
from handraise.leads.decide import Refused, Via
from handraise.team.models import User
from tests.personas import NOON
from tests.world import in_force

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = NOON + 100 * DAY


@pytest.fixture(autouse=True)
def agreed(mark: User, mia: User) -> Published:
    return in_force(mark, mia, at=NOON)


def learning(by: User) -> Learning:
    made = learned.ask(Outcome.WON, by=by, at=NOW, via=Via.WEB)
    made.note(state=State.RUNNING, step="Reading", done=1, total=6)
    return made


def reviewed(by: User) -> Review:
    return reviews.ask(reviews.Asked(NOON, NOW), by=by, at=NOW, via=Via.WEB)


def lose_jobs() -> None:
    """As where a worker took what it did not know, or a table was restored without the other."""
    put_jobs("failed")


def put_jobs(status: str, **args: int) -> None:
    """The jobs with these arguments, or all of them, as if so ended; for its models only read."""
    execute(
        "update procrastinate_jobs set status = %s::procrastinate_job_status where args @> %s",
        [status, as_json(args)],
    )


def test_a_learning_without_a_job_has_failed_and_a_new_one_may_start(mark: User) -> None:
    lost = learning(mark)
    with pytest.raises(Refused, match="already"):
        learned.ask(Outcome.WON, by=mark, at=NOW, via=Via.WEB)
    lose_jobs()

    Rounds().make(at=NOW + DAY)

    lost.refresh_from_db()
    assert (lost.state, lost.error, lost.finished_at) == (State.FAILED, LOST, NOW + DAY)
    assert learned.ask(Outcome.WON, by=mark, at=NOW + DAY, via=Via.WEB).is_under_way


@pytest.mark.parametrize("status", ["todo", "doing"])
def test_what_has_a_job_goes_on(mark: User, status: str) -> None:
    made, review = learning(mark), reviewed(mark)
    put_jobs(status)

    assert end_lost(at=NOW + DAY) == 0
    made.refresh_from_db()
    review.refresh_from_db()
    assert made.is_under_way
    assert review.is_under_way


def test_of_many_the_lost_ones_fail(mark: User) -> None:
    first, second = reviewed(mark), reviewed(mark)
    with pytest.raises(Refused, match="under way"):
        reviewed(mark)
    put_jobs("failed", review_id=first.pk)

    assert end_lost(at=NOW) == 1
    states = dict(Review.objects.values_list("pk", "state"))
    assert states == {first.pk: State.FAILED, second.pk: State.WAITING}
    assert reviewed(mark).is_under_way


def test_a_mail_whose_job_was_lost_says_so(mark: User) -> None:
    monday = datetime(2026, 3, 30, 8, tzinfo=UTC)
    wish("both", by=mark, at=monday - 5 * DAY)
    ask_due(at=monday)
    assert end_lost(at=monday) == 0
    lose_jobs()

    assert end_lost(at=monday) == 1
    assert "lost" in MailedReport.objects.get().error
    assert end_lost(at=monday) == 0
