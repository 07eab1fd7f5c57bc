"""Answers and rulings that race, on real transactions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import published
from handraise.flow.look import look
from handraise.handover.actions import Refused, accept, offer, reject
from handraise.handover.asking import answer, ask
from handraise.handover.contesting import contest, rule
from handraise.handover.models import Contest, Expiry, Handover, Question, Rejection
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.leads.moves import Move, write
from handraise.team.decide import Role
from handraise.team.models import User
from tests.handover.test_racing import together
from tests.personas import NOON, person
from tests.world import in_force, mql, stage_of

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def handover(mark: User, mia: User, nils: User) -> Handover:
    """Ada, offered to Mia at noon."""
    offer([mql("Ada").pk], published=in_force(mark, mia), at=NOON)
    return Handover.objects.select_related("lead").get()


@pytest.fixture
def rejected(handover: Handover, mia: User) -> Rejection:
    return reject(handover, reason="Not now", by=mia, at=NOON, via=Via.WEB)


def test_of_two_answers_one_counts(handover: Handover, mia: User, mark: User, rita: User) -> None:
    question = ask(handover, text="Who?", by=mia, at=NOON, via=Via.WEB)

    results = together(
        *(
            lambda who=who: answer(question, text=who.name, by=who, at=NOON + HOUR, via=Via.WEB)
            for who in (mark, rita)
        )
    )

    kept = Question.objects.get()
    assert kept.answer == str(kept.answered_by)
    assert sum(isinstance(one, Refused) for one in results) == 1
    handover.refresh_from_db()
    assert handover.due_at == NOON + 5 * HOUR


def test_an_answer_races_the_clock(handover: Handover, mia: User, mark: User) -> None:
    question = ask(handover, text="Who?", by=mia, at=NOON + 3 * HOUR, via=Via.WEB)
    Handover.objects.update(due_at=NOON + 4 * HOUR)  # as if nothing had stood still

    together(
        lambda: answer(question, text="Ada.", by=mark, at=NOON + 4 * HOUR, via=Via.WEB),
        lambda: look(at=NOON + 4 * HOUR),
    )

    old = Handover.objects.get(pk=handover.pk)
    is_passed_on = Expiry.objects.exists()
    assert (old.ended_at is not None) is is_passed_on
    assert Handover.objects.filter(ended_at=None).count() == 1
    assert is_passed_on or old.due_at == NOON + 5 * HOUR


def test_of_two_contests_one_is_kept(rejected: Rejection, mark: User, rita: User) -> None:
    results = together(
        *(
            lambda who=who: contest(rejected, said="No.", by=who, at=NOON, via=Via.WEB)
            for who in (mark, rita)
        )
    )

    assert Contest.objects.count() == 1
    assert sum(isinstance(one, Refused) for one in results) == 1


def test_of_two_rulings_one_counts(rejected: Rejection, mark: User, rita: User) -> None:
    rosa = person("Rosa", Role.REVENUE_OPERATIONS)
    one = contest(rejected, said="No.", by=mark, at=NOON, via=Via.WEB)

    results = together(
        lambda: rule(one, is_upheld=True, ruling="Yes.", by=rita, at=NOON, via=Via.WEB),
        lambda: rule(one, is_upheld=False, ruling="No.", by=rosa, at=NOON, via=Via.WEB),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    one.refresh_from_db()
    assert Handover.objects.filter(ended_at=None).exists() is not one.is_upheld


def test_a_ruling_races_the_acceptance_of_a_newer_offer(
    rejected: Rejection, mark: User, nils: User, rita: User
) -> None:
    one = contest(rejected, said="No.", by=mark, at=NOON, via=Via.WEB)
    fresh = _offered_again(rejected.handover.lead)

    results = together(
        lambda: rule(one, is_upheld=False, ruling="No.", by=rita, at=NOON + HOUR, via=Via.WEB),
        lambda: accept(fresh, by=nils, at=NOON + HOUR, via=Via.WEB),
    )

    assert not [result for result in results if isinstance(result, Exception)]
    one.refresh_from_db()
    assert "moved on since" in one.came_of
    assert stage_of(fresh.lead) is Stage.SALES_ACCEPTED
    assert Handover.objects.count() == 2


def _offered_again(lead: Lead) -> Handover:
    """It qualified again by itself before anybody ruled."""
    at = NOON + HOUR / 2
    write([Move(lead.pk, Stage.NURTURE, Stage.MARKETING_QUALIFIED, 1, "Again.")],
          at=at, via=Via.WORKER)  # fmt: skip
    agreed = published()
    assert agreed is not None
    offer([lead.pk], published=agreed, at=at)
    return Handover.objects.select_related("lead").get(ended_at=None)
