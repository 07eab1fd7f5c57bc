"""Asking marketing: the clock stands still while an answer is waited for, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.queries import Published
from handraise.flow.look import look
from handraise.handover.actions import Refused, accept, offer, reject
from handraise.handover.asking import answer, ask, take_back
from handraise.handover.models import Expiry, Handover, Question
from handraise.handover.questions import is_paused
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead
from handraise.team.decide import Role
from handraise.team.models import User
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force, mql, said, stage_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TOMORROW = NOON + 21 * HOUR  # 9:00, when Mia and Mark begin
TERMS = AGREEMENT.replace("then: reassign", "answer_within: 2 working hours, then: reassign")
ASKING = TERMS.replace(
    "name: Wrong data, consequence: fix data",
    "name: Wrong data, consequence: fix data, answer_by: marketing",
)


@pytest.fixture
def agreed(mark: User, mia: User, nils: User) -> Published:
    return in_force(mark, mia, ASKING)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    return mql("Ada")


@pytest.fixture
def handover(ada: Lead, agreed: Published) -> Handover:
    """Ada, offered to Mia at noon; due at 16:00."""
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get()


def asked(handover: Handover, by: User, at: datetime, text: str = "Which demo?") -> Question:
    return ask(handover, text=text, by=by, at=at, via=Via.WEB)


def answered(question: Question, by: User, at: datetime) -> None:
    answer(question, text="The long one.", by=by, at=at, via=Via.WEB)


def due(handover: Handover) -> datetime:
    handover.refresh_from_db()
    return handover.due_at


def look_until(at: datetime) -> None:
    while look(at=at):
        pass


def test_the_clock_goes_on_with_what_it_had(handover: Handover, mia: User, mark: User) -> None:
    question = asked(handover, mia, NOON + HOUR)
    handover.refresh_from_db()
    assert is_paused(handover, at=NOON + 2 * HOUR)
    assert (handover.paused_left, handover.allowed) == (3 * HOUR, 4 * HOUR)

    answered(question, mark, NOON + 2 * HOUR)

    assert due(handover) == NOON + 5 * HOUR
    assert not is_paused(handover, at=NOON + 2 * HOUR)
    assert Attention.objects.filter(why="handover.due", look_at=NOON + 5 * HOUR).exists()


def test_the_journal_tells_what_was_asked_and_what_the_clock_did(
    handover: Handover, ada: Lead, mia: User, mark: User
) -> None:
    answered(asked(handover, mia, NOON), mark, NOON + HOUR)

    assert said(ada, "handover.asked") == [
        "Mia asked marketing: Which demo? The clock stands still until the answer."
    ]
    assert said(ada, "handover.answered") == ["Mark answered: The long one. The clock goes on."]


def test_the_rest_runs_in_working_time(handover: Handover, mia: User, mark: User) -> None:
    question = asked(handover, mia, NOON + 3 * HOUR)

    answered(question, mark, NOON + 4.5 * HOUR)  # at 16:30 half an hour of the day is left

    assert due(handover) == TOMORROW + HOUR / 2


def test_a_pause_cannot_expire(handover: Handover, mia: User) -> None:
    asked(handover, mia, NOON + 3.5 * HOUR)

    look_until(NOON + 5 * HOUR)

    assert not Expiry.objects.exists()
    assert Handover.objects.get().overdue_at is None


def test_a_question_that_nobody_answers_ends_the_pause(
    handover: Handover, ada: Lead, mia: User
) -> None:
    asked(handover, mia, NOON + HOUR)
    assert due(handover) == TOMORROW + HOUR  # two hours for the answer, then three for Mia

    look_until(NOON + 3 * HOUR)

    assert said(ada, "handover.unanswered") == [
        "Marketing did not answer in time. The clock goes on."
    ]
    assert Question.objects.get().late_at == NOON + 3 * HOUR
    handover.refresh_from_db()
    assert (handover.paused_until, handover.paused_left) == (None, None)
    look_until(TOMORROW + HOUR)
    assert Expiry.objects.exists()


def test_a_pause_is_over_also_where_no_worker_looked(
    handover: Handover, mia: User, mark: User
) -> None:
    question = asked(handover, mia, NOON + HOUR)
    handover.refresh_from_db()
    assert not is_paused(handover, at=NOON + 3 * HOUR)

    answered(question, mark, NOON + 4 * HOUR)

    assert due(handover) == TOMORROW + HOUR


def test_a_question_taken_back_lets_the_clock_go_on(handover: Handover, mia: User) -> None:
    question = asked(handover, mia, NOON)

    take_back(question, by=mia, at=NOON + HOUR, via=Via.WEB)

    assert due(handover) == NOON + 5 * HOUR


def test_the_clock_waits_for_every_answer(handover: Handover, mia: User, mark: User) -> None:
    first, second = asked(handover, mia, NOON), asked(handover, mia, NOON + HOUR, "And who?")

    answered(first, mark, NOON + HOUR)
    handover.refresh_from_db()
    assert is_paused(handover, at=NOON + 2 * HOUR)
    answered(second, mark, NOON + 2 * HOUR)

    assert due(handover) == TOMORROW + HOUR


def test_only_three_questions_stop_a_clock(handover: Handover, mia: User, mark: User) -> None:
    for _ in range(3):
        answered(asked(handover, mia, NOON), mark, NOON)

    fourth = asked(handover, mia, NOON)

    assert not fourth.stops_clock
    assert due(handover) == NOON + 4 * HOUR


def test_a_clock_that_has_run_out_stays_so(handover: Handover, mia: User) -> None:
    assert not asked(handover, mia, NOON + 4 * HOUR).stops_clock

    assert due(handover) == NOON + 4 * HOUR


def test_whoever_was_asked_answers_in_their_own_working_time(
    handover: Handover, mia: User, mark: User
) -> None:
    late = person("Lars", Role.MARKETING)
    late.hours = {"2": [["20:00", "23:00"]]}
    late.save()

    one = ask(handover, text="You?", asked_of=late, by=mia, at=NOON, via=Via.WEB)

    assert one.due_at == NOON + 10 * HOUR
    assert asked(handover, mia, NOON).due_at == NOON + 2 * HOUR  # Mark is there


def test_where_marketing_is_nobody_the_time_for_the_answer_still_ends(
    handover: Handover, mia: User, mark: User
) -> None:
    User.objects.filter(pk=mark.pk).update(is_active=False)

    assert asked(handover, mia, NOON).due_at == NOON + 2 * HOUR


def test_questions_after_the_answer_have_no_clock(
    handover: Handover, mia: User, mark: User, ada: Lead
) -> None:
    accept(handover, by=mia, at=NOON, via=Via.WEB)

    question = asked(handover, mia, NOON + HOUR)
    answered(question, mark, NOON + 2 * HOUR)

    assert not question.stops_clock
    assert due(handover) == NOON + 4 * HOUR


def test_a_paused_offer_can_be_accepted(handover: Handover, ada: Lead, mia: User) -> None:
    asked(handover, mia, NOON)

    accept(handover, by=mia, at=NOON + HOUR, via=Via.WEB)

    assert stage_of(ada) is Stage.SALES_ACCEPTED


def test_a_reason_says_who_must_answer(
    handover: Handover, ada: Lead, mia: User, mark: User
) -> None:
    reject(handover, reason="Wrong data", note="A dead number.", by=mia, at=NOON, via=Via.WEB)

    question = Question.objects.get()
    assert (question.by, question.to) == (None, "marketing")
    assert question.text == "Rejected: Wrong data. What will be done about it? (A dead number.)"
    assert said(ada, "handover.asked")[0].startswith("The agreement asks marketing:")


def test_other_reasons_ask_nobody(handover: Handover, mia: User) -> None:
    reject(handover, reason="Not now", by=mia, at=NOON, via=Via.WEB)

    assert not Question.objects.exists()


def test_who_may_ask_answer_and_take_back(
    handover: Handover, mia: User, nils: User, mark: User, vera: User
) -> None:
    with pytest.raises(PermissionDenied):
        asked(handover, mark, NOON)
    with pytest.raises(Refused, match="offered to Mia"):
        asked(handover, nils, NOON)
    question = asked(handover, mia, NOON)
    with pytest.raises(PermissionDenied):
        answered(question, vera, NOON)
    with pytest.raises(Refused, match="for marketing to answer"):
        answered(question, nils, NOON)
    with pytest.raises(Refused, match="Who asked"):
        take_back(question, by=nils, at=NOON, via=Via.WEB)


def test_the_second_answer_is_told_of_the_first(
    handover: Handover, mia: User, mark: User, rita: User
) -> None:
    question = asked(handover, mia, NOON)
    answered(question, mark, NOON)

    with pytest.raises(Refused, match="Mark has already answered: The long one"):
        answered(question, rita, NOON)


@pytest.mark.parametrize("text", [" ", "x" * 4001, "a\x00b"])
def test_what_is_no_text_is_refused(handover: Handover, mia: User, mark: User, text: str) -> None:
    with pytest.raises(Refused, match="A question"):
        asked(handover, mia, NOON, text)
    question = asked(handover, mia, NOON)
    with pytest.raises(Refused, match="An answer"):
        answer(question, text=text, by=mark, at=NOON, via=Via.WEB)


def test_questions_of_a_merged_lead_are_answered(
    handover: Handover, ada: Lead, mia: User, mark: User
) -> None:
    question = asked(handover, mia, NOON)
    adah = mql("Adah")
    merge_leads(adah, ada, why="The same.", by=mia, at=NOON, via=Via.WEB)

    answered(question, mark, NOON + HOUR)

    assert due(handover) == NOON + 5 * HOUR
    assert said(adah, "handover.answered")


def test_at_most_five_wait(handover: Handover, mia: User) -> None:
    for _ in range(5):
        asked(handover, mia, NOON)

    with pytest.raises(Refused, match="5 questions wait"):
        asked(handover, mia, NOON)
