"""What was learned from one history, which is learned once: chances, reasons, and their page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from handraise.agreement.queries import Published
from handraise.feedback.learned.actions import ask
from handraise.feedback.learned.making import run
from handraise.feedback.learned.models import Chance, Learning
from handraise.feedback.learned.report import of_plain
from handraise.feedback.rehearsal.decide import Name, Outcome
from handraise.feedback.work import State
from handraise.leads.decide import Via
from handraise.leads.models import Lead, StageMove
from handraise.team.decide import Role
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.feedback.learned.conftest import Learn, learned_by
from tests.feedback.learned.histories import FIRST, NOW, History
from tests.feedback.learned.test_pages import URL, text_of
from tests.personas import NOON, person
from tests.world import in_force

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def mark(once: None) -> User:
    return person("Mark", Role.MARKETING)


@pytest.fixture(scope="module")
def vera(once: None) -> User:
    return person("Vera", Role.VIEWER)


@pytest.fixture(scope="module")
def published(mark: User) -> Published:
    return in_force(mark, person("Mia", Role.SALES_DEVELOPMENT), at=NOON)


@pytest.fixture(scope="module")
def learned(published: Published, mark: User) -> Learning:
    """A history of 900 people, learned."""
    History(1).write(900)
    return learned_by(mark)


def test_open_leads_get_a_chance_and_its_reasons(learned: Learning) -> None:
    report = of_plain(learned.report)

    assert report.population == "offered"
    assert learned.verdict in {"better", "even"}
    assert 0.65 < report.tested.learned.value < 0.92
    came = set(StageMove.objects.filter(after="SALES_QUALIFIED").values_list("lead_id", flat=True))
    given = {one.pk: one for one in Chance.objects.all()}
    assert len(given) == report.given == 900 - len(came)
    assert not came & set(given)
    assert all(0 < one.chance < 1 and len(one.reasons) <= 3 for one in given.values())
    words = {words for one in given.values() for words, _ in one.reasons}
    assert any(word.startswith("nothing heard for") for word in words)
    assert {one.tenth for one in given.values()} <= set(range(1, 11))


def test_what_is_known_only_after_the_outcome_is_left_out(learned: Learning) -> None:
    report = of_plain(learned.report)

    gone = {one.words: one.why for one in report.left_out}
    assert any("ales note" in words for words in gone)
    assert any("Contract Opened" in words for words in gone)
    assert all("came too late" in why for why in gone.values())
    matters = " ".join(one.words for one in report.matters)
    assert "note" not in matters.lower()
    assert "Contract" not in matters


def test_the_same_history_gives_the_same_chances(learned: Learning, learn: Learn) -> None:
    before = dict(Chance.objects.values_list("pk", "chance"))

    learn()

    assert dict(Chance.objects.values_list("pk", "chance")) == before


def test_the_page_says_how_good_it_is_and_where_they_disagree(
    learned: Learning, mark: User
) -> None:
    far = Chance.objects.order_by("-chance")[0]
    Chance.objects.filter(pk=far.pk).update(lean=0.8, priority=3, points_tenth=9)

    text = text_of(client_of(mark))

    assert "On later leads the learned score" in text
    assert reverse("lead", args=[far.pk]) in text
    assert text.count('<svg class="chart"') == 2
    assert "What was left out" in text
    assert "nan" not in text.lower().replace("finance", "")
    assert "Learned high, few points" in text_of(client_of(mark), URL + "disagreeing/high/")
    assert "Nobody" in text_of(client_of(mark), URL + "disagreeing/low/?page=99")
    assert client_of(mark).get(URL + "disagreeing/sideways/").status_code == 404


def test_a_run_that_was_stopped_begins_anew_and_the_last_chances_stay(
    learned: Learning, mark: User
) -> None:
    before = set(Chance.objects.values_list("pk", "learning"))
    again = ask(Outcome.SALES_QUALIFIED, by=mark, at=NOW, via=Via.WEB)
    steps = iter([False, False, False, True])

    stopped = run(again.pk, at=NOW, must_stop=lambda: next(steps), engine=Name.POSTGRES)

    assert stopped.is_under_way
    assert set(Chance.objects.values_list("pk", "learning")) == before
    done = run(again.pk, at=NOW, engine=Name.POSTGRES)
    assert done.state == State.DONE
    assert {one for _, one in Chance.objects.values_list("pk", "learning")} == {again.pk}
    assert run(again.pk, at=NOW, engine=Name.POSTGRES).finished_at == done.finished_at


def test_chances_of_leads_that_are_gone_are_not_shown(learned: Learning, vera: User) -> None:
    far = Chance.objects.order_by("pk")[0]
    Chance.objects.filter(pk=far.pk).update(lean=0.9)
    Lead.objects.filter(pk=far.pk).update(withdrawn_at=NOW)

    assert reverse("lead", args=[far.pk]) not in text_of(client_of(vera), URL + "disagreeing/high/")
    assert far.pk >= FIRST
