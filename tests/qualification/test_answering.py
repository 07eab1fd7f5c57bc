"""Answers carry evidence, grow old, and are never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from handraise.leads.actions import log_activity, merge_leads, undo_merge
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.qualification.answering import (
    Overtaken,
    Refused,
    Said,
    answer,
    withdraw_answer,
)
from handraise.qualification.decide import State
from handraise.qualification.models import Answer
from handraise.qualification.queries import answers_of, answers_of_many, sql_lacking
from handraise.team.models import User
from tests.personas import NOON
from tests.qualification.conftest import accepted, answered
from tests.world import kinds, said

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def states(lead: Lead, *, at: object = NOON) -> dict[str, State]:
    found = answers_of(lead, framework="bant", at=at)  # type: ignore[arg-type]
    return {one.question.key: one.state for one in found}


def test_an_answer_says_who_found_out_what_and_by_which_words(ada: Lead, mia: User) -> None:
    answered(ada, "need", "clear need", mia, evidence="quote")

    [need, *others] = answers_of(ada, framework="BANT", at=NOON)
    assert need.state is State.FAVOURABLE
    assert need.answer is not None
    assert (need.answer.value, need.answer.by, need.answer.at) == ("Clear need", mia, NOON)
    assert (need.answer.evidence, need.answer.quote) == ("quote", "They said so on the phone.")
    assert {one.state for one in others} == {State.UNANSWERED}
    assert said(ada, "qualification.answered") == ["BANT, need: Clear need."]


def test_an_answer_is_stale_at_the_very_instant_at_which_it_no_longer_holds(
    ada: Lead, mia: User
) -> None:
    answered(ada, "need", "Clear need", mia)
    until = NOON + 180 * DAY

    assert states(ada, at=until - timedelta(microseconds=1))["need"] is State.FAVOURABLE
    assert states(ada, at=until)["need"] is State.STALE


def test_the_newest_answer_counts_and_the_earlier_ones_stay(ada: Lead, mia: User) -> None:
    answered(ada, "need", "Clear need", mia)
    answered(ada, "need", "No need", mia, at=NOON + DAY)

    need = answers_of(ada, framework="BANT", at=NOON + DAY)[0]
    assert need.state is State.UNFAVOURABLE
    assert [one.value for one in need.earlier] == ["Clear need"]
    assert states(ada, at=NOON)["need"] is State.FAVOURABLE  # as it was known then


def test_a_withdrawn_answer_leaves_the_question_open(ada: Lead, mia: User) -> None:
    first = answered(ada, "need", "Clear need", mia)
    second = answered(ada, "need", "Pressing need", mia, at=NOON + DAY)

    with pytest.raises(Refused, match="newer one"):
        withdraw_answer(first, by=mia, at=NOON + DAY, via=Via.WEB)
    withdraw_answer(second, why="Mixed up", by=mia, at=NOON + DAY, via=Via.WEB)

    assert states(ada, at=NOON + DAY)["need"] is State.UNANSWERED
    assert Answer.objects.count() == 3
    assert kinds(ada)[-1] == "qualification.answer_withdrawn"


def test_an_activity_of_the_lead_is_evidence_and_that_of_another_is_not(
    ada: Lead, mia: User
) -> None:
    bea = accepted("Bea")
    call, other = (
        log_activity(
            lead, name="Called", properties={}, occurred_at=NOON, by=mia, at=NOON, via=Via.WEB
        )
        for lead in (ada, bea)
    )

    answered(ada, "need", "Clear need", mia, evidence="activity", activity=call.pk)
    with pytest.raises(Refused, match="activity of this lead"):
        answered(ada, "need", "Clear need", mia, evidence="activity", activity=other.pk)

    assert Answer.objects.get().activity == call


BAD = [
    (Said("Clear need"), "rests on: their words"),
    (Said("Maybe", quote="x"), "choose Pressing need, Clear need, Vague need or No need"),
    (Said("Clear need", quote="x", evidence="rumour"), "a quote, a note or an activity"),
    (Said("Clear need", quote="\x00"), "NUL"),
    (Said("Clear need", quote="x" * 1_000_000), "at most 4,000"),
    (Said("Clear need", text="x" * 4001, quote="x"), "at most 4,000"),
]


@pytest.mark.parametrize(("given", "sentence"), BAD)
def test_it_refuses_what_is_no_answer_with_a_sentence(
    ada: Lead, mia: User, given: Said, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        answer(ada, framework="BANT", question="need", said=given, by=mia, at=NOON, via=Via.WEB)

    assert not Answer.objects.exists()


def test_it_says_what_a_framework_asks(ada: Lead, mia: User) -> None:
    good = Said("Clear need", quote="x")

    with pytest.raises(Refused, match="BANT does not ask for “ned”, but for need, authority"):
        answer(ada, framework="BANT", question="ned", said=good, by=mia, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="no framework “SPIN”"):
        answer(ada, framework="SPIN", question="need", said=good, by=mia, at=NOON, via=Via.WEB)


def test_questions_without_a_list_are_answered_in_words(ada: Lead, mia: User) -> None:
    def give(text: str) -> Answer:
        given = Said(text=text, quote="From the call.")
        return answer(
            ada, framework="MEDDIC", question="metrics", said=given, by=mia, at=NOON, via=Via.WEB
        )

    with pytest.raises(Refused, match="answered in words"):
        give("  ")
    assert give("Two days a month saved.").is_favourable


def test_who_may_not_qualify_may_not_answer(ada: Lead, mark: User, vera: User) -> None:
    for user in (mark, vera):
        with pytest.raises(PermissionDenied):
            answered(ada, "need", "Clear need", user)


def test_sql_asks_for_each_question_in_words(ada: Lead, asking: object, mia: User) -> None:
    document = asking.document  # type: ignore[attr-defined]

    assert sql_lacking(ada, document, at=NOON) == ["Not answered yet: need, authority."]

    answered(ada, "need", "Clear need", mia)
    answered(ada, "authority", "No say", mia)
    assert sql_lacking(ada, document, at=NOON) == ["Speaks against it: authority (No say)."]

    answered(ada, "authority", "Decides alone", mia, at=NOON + DAY)
    assert sql_lacking(ada, document, at=NOON + DAY) == []
    later = NOON + 180 * DAY
    assert sql_lacking(ada, document, at=later) == ["Answered too long ago: need (Clear need)."]


def test_answers_of_merged_leads_count_for_the_one_they_became(ada: Lead, mia: User) -> None:
    twin = accepted("Gus")
    answered(ada, "need", "Clear need", mia)
    answered(twin, "need", "No need", mia, at=NOON + DAY)

    merge = merge_leads(ada, twin, why="Same.", by=mia, at=NOON + DAY, via=Via.WEB)
    twin.refresh_from_db()
    assert states(twin, at=NOON + DAY)["need"] is State.UNFAVOURABLE

    undo_merge(merge, by=mia, at=NOON + 2 * DAY, via=Via.WEB)
    assert states(ada, at=NOON + 2 * DAY)["need"] is State.FAVOURABLE


def test_many_leads_are_read_in_two_queries(
    ada: Lead, mia: User, django_assert_num_queries: Callable[[int], object]
) -> None:
    bea = accepted("Bea")
    answered(bea, "need", "Clear need", mia)

    with django_assert_num_queries(1):  # none for a shipped framework
        found = answers_of_many([ada.pk, bea.pk], framework="BANT", at=NOON)

    assert [found[lead.pk][0].state for lead in (ada, bea)] == [
        State.UNANSWERED, State.FAVOURABLE,
    ]  # fmt: skip


def test_the_database_keeps_answers_that_say_nothing_out(ada: Lead, mia: User) -> None:
    row = {"lead": ada, "framework": "bant", "question": "need", "at": NOON, "known_at": NOON}

    with pytest.raises(IntegrityError):
        Answer.objects.create(**row, value="Clear need", evidence="", by=mia)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_the_second_is_told(ada: Lead, mia: User, nils: User) -> None:
    gate = Barrier(2)

    def give(user: User) -> object:
        gate.wait()
        try:
            given = Said("Clear need", quote=f"{user} heard it.")
            return answer(
                ada, framework="BANT", question="need", said=given, by=user, at=NOON, via=Via.WEB,
                seen=0,
            )  # fmt: skip
        except Overtaken as overtaken:
            return overtaken
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(give, (mia, nils)))

    assert Answer.objects.count() == 1
    [told] = [one for one in results if isinstance(one, Overtaken)]
    assert "answered “Clear need” meanwhile" in str(told)
