"""The second handover: who accepted a lead passes it to who decides on SQL, on the same terms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.desk.passing import passing_of
from handraise.handover.actions import Refused, accept, expire, mark_cooling, offer, pass_on, reject
from handraise.handover.decide import Kind
from handraise.handover.models import Handover
from handraise.handover.queries import in_hand, inbox, reasons_of, returned_to
from handraise.leads.actions import log_activity
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.answering import Said, answer
from handraise.qualification.models import Override
from handraise.scoring.models import Score
from handraise.scoring.standing import Standing
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import mql, said, stage_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def closing(db: None) -> Team:
    return Team.objects.create(name="Closing", created_at=NOON)


@pytest.fixture
def ann(closing: Team) -> User:
    return person("Ann", Role.SALES, team=closing)


@pytest.fixture
def bob(closing: Team) -> User:
    return person("Bob", Role.SALES, team=closing)


@pytest.fixture
def ada(agreed: Published, mia: User) -> Lead:
    """An SAL of Mia's that meets the SQL criteria."""
    found = mql("Ada")
    offer([found.pk], published=agreed, at=NOON)
    accept(Handover.objects.get(lead=found), by=mia, at=NOON, via=Via.WEB)
    found.refresh_from_db()
    return found


def _passed(ada: Lead, mia: User, **rest: object) -> Handover:
    return pass_on(ada, note="Wants it by May.", by=mia, at=LATER, via=Via.WEB, **rest)  # type: ignore[arg-type]


def test_it_is_offered_to_who_decides_with_a_clock_and_what_was_said(
    ada: Lead, mia: User, ann: User
) -> None:
    made = _passed(ada, mia)

    assert (made.kind, made.assignee, made.passed_by) == (Kind.SECOND, ann, mia)
    assert made.due_at == LATER + timedelta(hours=24)  # a working day: 13:00 to 13:00 the day after
    assert made.brief["passed"]["note"] == "Wants it by May."
    assert list(inbox(ann, at=LATER)) == [made]
    assert stage_of(ada) is Stage.SALES_ACCEPTED


def test_accepted_it_is_sql_and_theirs(ada: Lead, mia: User, ann: User) -> None:
    accept(_passed(ada, mia), by=ann, at=LATER, via=Via.WEB)

    ada.refresh_from_db()
    assert (ada.stage, ada.owner) == (Stage.SALES_QUALIFIED, ann)
    assert ada.moves.get(after=Stage.SALES_QUALIFIED).reason == "Accepted by Ann."


def test_returned_for_more_work_it_stays_an_sal_of_who_passed_it(
    ada: Lead, mia: User, ann: User
) -> None:
    made = _passed(ada, mia)
    reject(made, reason="Needs more work", note="Who signs?", by=ann, at=LATER, via=Via.WEB)

    ada.refresh_from_db()
    assert (ada.stage, ada.owner) == (Stage.SALES_ACCEPTED, mia)
    assert [one.handover for one in returned_to(mia, limit=8)] == [made]
    assert returned_to(ann, limit=8) == []
    later = LATER + timedelta(hours=1)
    again = pass_on(ada, note="She does.", by=mia, at=later, via=Via.WEB)
    assert again.assignee == ann  # who asked for more is not passed over
    assert returned_to(mia, limit=8) == []


def test_returned_for_another_reason_that_reason_holds(ada: Lead, mia: User, ann: User) -> None:
    reject(_passed(ada, mia), reason="No need yet", by=ann, at=LATER, via=Via.WEB)

    assert stage_of(ada) is Stage.NURTURE
    assert ada.returns.get().wakes_at == LATER + timedelta(days=90)


def test_more_work_can_be_asked_of_the_second_only(ada: Lead, mia: User, ann: User) -> None:
    first = Handover.objects.get(kind=Kind.FIRST)

    assert "Needs more work" not in {one.name for one in reasons_of(first)}
    assert {one.name for one in reasons_of(_passed(ada, mia))} == {
        "Needs more work", "No need yet", "Not now", "No fit", "Not ours",
    }  # fmt: skip


def test_without_the_criteria_only_a_manager_passes_it_with_a_reason(
    ada: Lead, mia: User, ann: User, rita: User
) -> None:
    Score.objects.filter(lead=ada).update(truths={"sql.when": False})

    with pytest.raises(Refused, match="criteria of the agreement are not met"):
        _passed(ada, mia)
    accept(_passed(ada, rita, override="A big name."), by=ann, at=LATER, via=Via.WEB)

    assert ada.moves.get(after=Stage.SALES_QUALIFIED).reason == "Override: A big name."
    overridden = Override.objects.get()
    assert (overridden.by, overridden.reason) == (rita, "A big name.")
    assert "criteria of the agreement are not met" in overridden.lacked[0]


def test_a_manager_passes_on_what_is_of_their_team_and_no_others(
    ada: Lead, mia: User, ann: User, closing: Team
) -> None:
    stranger = person("Sam", Role.SALES, team=closing, is_manager=True)
    boss = person("Bea", Role.SALES_DEVELOPMENT, team=mia.team, is_manager=True)

    assert passing_of(stranger, ada, at=LATER) is None
    with pytest.raises(Refused, match="Mia’s to pass on"):
        _passed(ada, stranger)
    assert passing_of(boss, ada, at=LATER) is not None
    assert _passed(ada, boss).assignee == ann


def test_only_its_owner_passes_it_and_only_once(
    ada: Lead, mia: User, nils: User, ann: User
) -> None:
    with pytest.raises(Refused, match="Mia’s to pass on"):
        _passed(ada, nils)
    _passed(ada, mia)
    with pytest.raises(Refused, match="already passed on to Ann"):
        _passed(ada, mia)

    assert Handover.objects.filter(ended_at=None).count() == 1


def test_it_goes_to_the_person_named_if_they_decide_and_have_room(
    ada: Lead, mia: User, nils: User, ann: User, bob: User
) -> None:
    with pytest.raises(Refused, match="Nils does not decide"):
        _passed(ada, mia, to=nils)
    User.objects.filter(pk=bob.pk).update(capacity=0)
    with pytest.raises(Refused, match="Bob has no room"):
        _passed(ada, mia, to=bob)
    User.objects.filter(pk=bob.pk).update(capacity=1)

    assert _passed(ada, mia, to=bob).assignee == bob


def test_nobody_who_decides_is_said(ada: Lead, mia: User) -> None:
    with pytest.raises(Refused, match="Nobody here is account executive"):
        _passed(ada, mia)


def test_unanswered_it_goes_to_the_next_who_decides_with_what_was_said(
    ada: Lead, mia: User, ann: User, bob: User, agreed: Published
) -> None:
    first = _passed(ada, mia)
    expire([ada.pk], published=agreed, at=first.due_at)

    second = Handover.objects.get(ended_at=None)
    assert {first.assignee, second.assignee} == {ann, bob}
    assert second.brief["passed"] == first.brief["passed"]
    assert (second.kind, second.passed_by) == (Kind.SECOND, mia)
    assert f"Passed on: {first.assignee} did not answer in time." in said(ada)


def test_until_it_is_taken_over_it_is_in_the_hands_of_both(ada: Lead, mia: User, ann: User) -> None:
    assert in_hand([mia.pk, ann.pk]) == {mia.pk: 1}
    made = _passed(ada, mia)
    assert in_hand([mia.pk, ann.pk]) == {mia.pk: 1, ann.pk: 1}
    accept(made, by=ann, at=LATER, via=Via.WEB)
    assert in_hand([mia.pk, ann.pk]) == {ann.pk: 1}


def test_it_cools_by_the_sql_criteria(ada: Lead, mia: User, ann: User) -> None:
    made = _passed(ada, mia)
    for holds in (False, True):
        truths = {"mql.when": False, "sql.when": holds}
        mark_cooling([Standing(ada.pk, LATER, 40, 0, 60, 50, "B", truths)], at=LATER)
        made.refresh_from_db()
        assert made.is_cooling is not holds


def test_the_brief_tells_what_was_found_out(ada: Lead, mia: User, ann: User) -> None:
    hurts = Said("Clear need", quote="It hurts.")
    answer(ada, framework="BANT", question="need", said=hurts, by=mia, at=LATER, via=Via.WEB)
    for name, note in (("Called", "Wants it by May."), ("Sent a card", "")):
        log_activity(ada, name=name, properties={"note": note}, occurred_at=LATER, by=mia,
                     at=LATER, via=Via.WEB)  # fmt: skip

    made = _passed(ada, mia)
    answer(
        ada, framework="BANT", question="need", said=Said("No need", quote="No."), by=mia,
        at=LATER + timedelta(hours=1), via=Via.WEB,
    )  # fmt: skip

    made.refresh_from_db()
    found = made.brief["found_out"]
    need = next(one for one in found["answers"] if one["question"] == "Need")
    assert (need["value"], need["quote"], need["by"]) == ("Clear need", "It hurts.", "Mia")
    assert [(one["name"], one["by"], one["note"]) for one in found["touches"]] == [
        ("Called", "Mia", "Wants it by May.")
    ]


def test_the_first_brief_tells_of_no_conversation(ada: Lead) -> None:
    assert "found_out" not in Handover.objects.get(lead=ada, kind=Kind.FIRST).brief
