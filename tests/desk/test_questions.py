"""The pages of questions and contests: what each reader sees and may do there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.desk.queue import queue_of
from handraise.handover.actions import reject
from handraise.handover.asking import answer, ask
from handraise.handover.contesting import contest
from handraise.handover.models import Contest, Handover, Question
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Activity
from handraise.team.models import User
from tests.desk.conftest import client_of

pytestmark = pytest.mark.django_db


def asked(handover: Handover, by: User, text: str = "Which demo?") -> Question:
    return ask(handover, text=text, by=by, at=clock.now(), via=Via.WEB)


@pytest.fixture
def contested(handover: Handover, mia: User, mark: User) -> Contest:
    rejected = reject(handover, reason="Not now", by=mia, at=clock.now(), via=Via.WEB)
    return contest(rejected, said="She asked twice.", by=mark, at=clock.now(), via=Via.WEB)


def page(user: User, path: str) -> str:
    return client_of(user).get(path).content.decode()


def test_one_asks_from_the_handover_and_the_inbox_shows_the_pause(
    handover: Handover, mia: User, mark: User
) -> None:
    sent = {"text": "Which demo?", "asked_of": mark.pk}
    client_of(mia).post(f"/handover/{handover.pk}/questions/", sent)

    assert Question.objects.get().asked_of == mark
    shown = page(mia, f"/inbox/{handover.pk}/")
    assert "The clock is paused" in shown
    assert "Paused, waits for an answer" in shown
    assert "Which demo?" in page(mia, f"/handover/{handover.pk}/")


def test_in_the_inbox_one_stays_at_the_offer_that_one_asked_about(
    handover: Handover, mia: User
) -> None:
    answer_of = client_of(mia).post(
        f"/handover/{handover.pk}/questions/", {"text": "Who?"}, headers={"HX-Request": "true"}
    )

    assert answer_of.headers["HX-Push-Url"] == f"/inbox/{handover.pk}/"
    assert 'id="inbox"' in answer_of.content.decode()


def test_a_paused_clock_shows_what_it_keeps(handover: Handover, mia: User) -> None:
    asked(handover, mia)
    at = clock.now()

    (one,) = queue_of(mia, at=at).offers

    assert one.clock.is_paused
    assert one.clock.words in {"3:59", "4:00"}
    assert not one.clock.is_late
    assert 0.9 < one.clock.share <= 1


def test_a_clock_that_stood_still_shows_its_share_of_what_was_agreed(
    handover: Handover, mia: User, mark: User
) -> None:
    question = asked(handover, mia)
    User.objects.update(hours={})
    at = clock.now() + timedelta(hours=3)
    answer(question, text="The long one.", by=mark, at=at, via=Via.WEB)

    (one,) = queue_of(mia, at=at).offers

    assert one.clock.share > 0.9


def test_marketing_answers_on_the_page_of_questions(
    handover: Handover, mia: User, mark: User
) -> None:
    question = asked(handover, mia)
    assert 'name="text"' in page(mark, "/questions/")
    assert 'name="text"' not in page(mia, "/questions/")

    sent = {"text": "The <b>long</b> one.", "back": "questions"}
    answered = client_of(mark).post(f"/question/{question.pk}/answer/", sent, follow=True)

    assert "Answered in the last two weeks" in answered.content.decode()
    assert "The &lt;b&gt;long&lt;/b&gt; one." in page(mia, f"/lead/{handover.lead_id}/")


@pytest.mark.parametrize("back", ["lead", "handover", "questions", "//evil.example"])
def test_one_goes_back_to_where_one_was(
    handover: Handover, mia: User, mark: User, back: str
) -> None:
    question = asked(handover, mia)
    places = {"lead": f"/lead/{handover.lead_id}/", "handover": f"/handover/{handover.pk}/"}

    gone = client_of(mark).post(f"/question/{question.pk}/answer/", {"text": "A.", "back": back})

    assert gone.headers["Location"] == places.get(back, "/questions/")


def test_who_asked_takes_it_back(handover: Handover, mia: User) -> None:
    question = asked(handover, mia)

    told = client_of(mia).post(f"/question/{question.pk}/taking-back/", follow=True)

    assert "Taken back." in told.content.decode()
    assert "Everything is answered" in page(mia, "/questions/")


def test_the_rail_counts_what_waits_for_ones_side(
    handover: Handover, mia: User, mark: User
) -> None:
    asked(handover, mia)

    assert 'Questions<span class="count">1</span>' in page(mark, "/questions/")
    assert 'Questions<span class="count">' not in page(mia, "/questions/")


def test_marketing_contests_with_evidence(handover: Handover, mia: User, mark: User) -> None:
    reject(handover, reason="Not now", by=mia, at=clock.now(), via=Via.WEB)
    demo = Activity.objects.get(name="Demo Requested")
    assert "Was this rejection right?" in page(mark, f"/handover/{handover.pk}/")
    assert "Was this rejection right?" not in page(mia, f"/handover/{handover.pk}/")

    sent = {"said": "She asked.", "evidence": [demo.pk]}
    told = client_of(mark).post(f"/handover/{handover.pk}/contest/", sent, follow=True)

    assert "Contested. A third person rules." in told.content.decode()
    assert Contest.objects.get().evidence == [demo.pk]


def test_what_was_not_rejected_is_not_contested(handover: Handover, mark: User) -> None:
    told = client_of(mark).post(f"/handover/{handover.pk}/contest/", {"said": "No."}, follow=True)

    assert "This handover was not rejected." in told.content.decode()


def test_a_third_person_rules_on_the_page(contested: Contest, mark: User, rita: User) -> None:
    assert "Rita may rule." in page(mark, "/questions/")
    sent = {"upheld": "no", "ruling": "It was in the brief."}

    told = client_of(rita).post(f"/contest/{contested.pk}/ruling/", sent, follow=True)

    shown = told.content.decode()
    assert "Ruled. Both sides see it." in shown
    assert "overturned" in shown
    assert "Contested and overturned" in page(mark, f"/handover/{contested.rejection.handover_id}/")


def test_a_ruling_says_yes_or_no(contested: Contest, rita: User) -> None:
    told = client_of(rita).post(f"/contest/{contested.pk}/ruling/", {"ruling": "?"}, follow=True)

    assert "Please say whether the rejection stands." in told.content.decode()


def test_where_nobody_may_rule_the_page_says_so(contested: Contest, vera: User) -> None:
    assert "Nobody here may rule" in page(vera, "/questions/")


def test_refusals_are_sentences(handover: Handover, mia: User, mark: User) -> None:
    told = client_of(mia).post(f"/handover/{handover.pk}/questions/", {"text": ""}, follow=True)
    assert "A question needs words." in told.content.decode()
    question = asked(handover, mia)
    told = client_of(mark).post(f"/question/{question.pk}/answer/", {"text": "a\0"}, follow=True)
    assert "An answer cannot contain the NUL character." in told.content.decode()
