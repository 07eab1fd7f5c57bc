"""The page, asking anew, the night, the line on a lead: what people see and may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.agreement.queries import Published
from handraise.feedback.learned import queries
from handraise.feedback.learned.actions import ask, learn_by_night
from handraise.feedback.learned.decide import Verdict
from handraise.feedback.learned.making import run
from handraise.feedback.learned.models import Chance, Learning
from handraise.feedback.rehearsal.decide import Name, Outcome
from handraise.feedback.work import State
from handraise.leads.decide import Refused, Via
from handraise.leads.models import JournalLine, Lead
from handraise.team.models import User
from tests.desk.conftest import client_of, offered
from tests.feedback.learned.histories import NOW, History
from tests.personas import NOON

pytestmark = pytest.mark.django_db
URL = "/feedback/learned/"


def text_of(client: Client, url: str = URL) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_teaches_before_anything_was_learned(vera: User) -> None:
    text = text_of(client_of(vera))

    assert "Nothing was learned yet" in text
    assert "Learn anew" not in text


def test_asking_anew_defers_a_job_and_is_noted(mark: User, published: Published) -> None:
    answer = client_of(mark).post(URL + "anew/", {"outcome": "won"})

    assert answer.status_code == 302
    made = Learning.objects.get()
    assert (made.outcome, made.state, made.by) == (Outcome.WON, State.WAITING, mark)
    job = ProcrastinateJob.objects.get(task_name="feedback.learned.run")
    assert job.args == {"learning_id": made.pk}
    assert JournalLine.objects.get(kind="feedback.learning_asked").by == mark


def test_it_is_learned_once_at_a_time(mark: User, published: Published) -> None:
    ask(Outcome.WON, by=mark, at=NOW, via=Via.WEB)

    with pytest.raises(Refused, match="being learned already"):
        ask(Outcome.WON, by=mark, at=NOW, via=Via.WEB)
    assert (
        "being learned already"
        in client_of(mark).post(URL + "anew/", {"outcome": "won"}).content.decode()
    )


def test_only_who_may_propose_asks(vera: User, sal: User) -> None:
    assert client_of(vera).post(URL + "anew/", {"outcome": "won"}).status_code == 403
    assert not Learning.objects.exists()


@pytest.mark.parametrize("given", ["", "accepted", "x\x00y"])
def test_an_outcome_that_is_none_is_refused_on_the_page(mark: User, given: str) -> None:
    assert client_of(mark).post(URL + "anew/", {"outcome": given}).status_code == 200
    assert not Learning.objects.exists()


@pytest.mark.parametrize(
    ("count", "won", "said"),
    [(0, None, "no lead has had the time"), (3, 0.5, "Not enough data to learn from"),
     (150, 1.0, "so there is nothing to tell apart"), (150, 0.0, "none of")],
)  # fmt: skip
def test_too_little_is_a_sentence_on_the_page(
    count: int, won: float | None, said: str, mark: User, published: Published, settings: Any
) -> None:
    History(1).write(count, won=won)
    made = ask(Outcome.SALES_QUALIFIED, by=mark, at=NOW, via=Via.WEB)

    with pytest.raises(Exception, match="Not enough data") as raised:
        run(made.pk, at=NOW, engine=Name.POSTGRES)
    Learning.fail(made.pk, str(raised.value), at=NOW)

    assert said in text_of(client_of(mark))
    assert not Chance.objects.exists()


def test_the_night_learns_once_and_only_where_something_came(
    published: Published, mark: User
) -> None:
    night = NOW.replace(hour=2)
    assert learn_by_night(at=night) is None
    History(1).write(5, won=1.0)

    made = learn_by_night(at=night)

    assert learn_by_night(at=NOW.replace(hour=12)) is None
    assert made is not None
    assert made.by is None
    assert learn_by_night(at=night + timedelta(minutes=1)) is None
    Learning.fail(made.pk, "Not enough.", at=night)
    assert learn_by_night(at=night + timedelta(hours=1)) is None
    assert learn_by_night(at=night + timedelta(days=1)) is not None


def a_chance(of: Lead, chance: float = 0.34, verdict: Verdict = Verdict.BETTER) -> Chance:
    made = Learning.objects.create(
        outcome=Outcome.SALES_QUALIFIED, state=State.DONE, at=NOON, finished_at=NOON,
        verdict=verdict, report={},
    )  # fmt: skip
    return Chance.objects.create(
        lead=of, learning=made, chance=chance, tenth=3,
        reasons=[["Asked <b>loudly</b>: 60 points", 0.1], ["nothing heard for 9 days", -0.05]],
    )  # fmt: skip


def test_a_lead_says_its_chance_in_one_line_by_one_read(published: Published, vera: User) -> None:
    ada = offered("Ada").lead
    a_chance(ada)

    with CaptureQueriesContext(connection) as asked:
        found = queries.chance_of(ada.pk)

    assert found is not None
    assert len(asked.captured_queries) == 1
    text = text_of(client_of(vera), reverse("lead", args=[ada.pk]))
    assert "Learned: <b>34 %</b>" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Asked &lt;b&gt;loudly" in text
