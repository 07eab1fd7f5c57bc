"""An answer given by mistake is taken back within a minute, and everything is as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.feedback.funnel.queries import funnel
from handraise.handover.actions import Refused, accept, offer, record_opening, reject, undo
from handraise.handover.models import Acceptance, Handover, Rejection, Touch
from handraise.handover.touching import note_touches
from handraise.handover.undoing import undoable
from handraise.leads.actions import log_activity, set_owner
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import move_by_hand
from handraise.qualification.models import Return
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import mql, said

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
SOON = LATER + timedelta(seconds=59)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    found = mql("Ada")
    offer([found.pk], published=agreed, at=NOON)
    return found


def _only() -> Handover:
    return Handover.objects.select_related("lead").get()


def _state(ada: Lead) -> tuple[object, ...]:
    ada.refresh_from_db()
    return ada.stage, ada.owner_id, _only().ended_at, _only().due_at


def test_an_acceptance_is_undone(ada: Lead, mia: User) -> None:
    before = _state(ada)
    accept(_only(), by=mia, at=LATER, via=Via.WEB)
    undo(_only(), by=mia, at=SOON, via=Via.WEB)

    assert _state(ada) == before
    assert not Acceptance.objects.exists()
    assert said(ada)[-1] == "Mia took the answer back."
    told = funnel(since=NOON - timedelta(days=1), until=SOON, at=SOON)
    reached = {step.stage: step.reached for step in told.steps}
    assert reached[Stage.SALES_ACCEPTED] == 0


def test_a_rejection_is_undone_and_does_not_count_as_a_return(ada: Lead, mia: User) -> None:
    before = _state(ada)
    reject(_only(), reason="No need yet", by=mia, at=LATER, via=Via.WEB)
    undo(_only(), by=mia, at=SOON, via=Via.WEB)

    assert _state(ada) == before
    assert not Rejection.objects.exists()
    assert not Return.objects.exists()


def test_it_can_be_answered_anew(ada: Lead, mia: User) -> None:
    reject(_only(), reason="No need yet", by=mia, at=LATER, via=Via.WEB)
    undo(_only(), by=mia, at=SOON, via=Via.WEB)
    accept(_only(), by=mia, at=SOON, via=Via.WEB)

    ada.refresh_from_db()
    assert (ada.stage, ada.owner) == (Stage.SALES_ACCEPTED, mia)


def test_what_another_team_was_offered_is_withdrawn_unless_it_was_opened(
    ada: Lead, mia: User
) -> None:
    team = Team.objects.create(name="Enterprise", created_at=NOON)
    eva = person("Eva", Role.SALES_DEVELOPMENT, team=team)
    first = _only()
    reject(first, reason="Not ours", by=mia, at=LATER, via=Via.WEB)
    undo(first, by=mia, at=SOON, via=Via.WEB)
    assert Handover.objects.get(ended_at=None) == first

    reject(first, reason="Not ours", by=mia, at=SOON, via=Via.WEB)
    record_opening(Handover.objects.get(ended_at=None), by=eva, at=SOON)
    with pytest.raises(Refused, match="Eva has opened the next offer"):
        undo(first, by=mia, at=SOON, via=Via.WEB)


def test_after_a_minute_by_somebody_else_or_unanswered_it_is_refused(
    ada: Lead, mia: User, rita: User
) -> None:
    with pytest.raises(Refused, match="no answer to undo"):
        undo(_only(), by=mia, at=LATER, via=Via.WEB)
    accept(_only(), by=mia, at=LATER, via=Via.WEB)

    with pytest.raises(Refused, match="Mia’s answer"):
        undo(_only(), by=rita, at=SOON, via=Via.WEB)
    with pytest.raises(Refused, match="for a minute"):
        undo(_only(), by=mia, at=LATER + timedelta(seconds=61), via=Via.WEB)


def test_a_lead_that_moved_on_stays_where_it_is(ada: Lead, mia: User, rita: User) -> None:
    accept(_only(), by=mia, at=LATER, via=Via.WEB)
    move_by_hand(
        ada, to=Stage.NURTURE, reason="Called: not now.", by=rita,
        at=LATER + timedelta(seconds=20), via=Via.WEB,
    )  # fmt: skip

    with pytest.raises(Refused, match="has moved on since"):
        undo(_only(), by=mia, at=SOON, via=Via.WEB)
    assert Acceptance.objects.exists()


def test_the_last_answer_is_offered_for_undoing_for_a_minute(ada: Lead, mia: User) -> None:
    accept(_only(), by=mia, at=LATER, via=Via.WEB)

    assert undoable(mia, at=SOON) == _only()
    assert undoable(mia, at=LATER + timedelta(minutes=1)) is None


def test_a_touch_since_counts_for_the_undone_acceptance_no_more(ada: Lead, mia: User) -> None:
    accept(_only(), by=mia, at=LATER, via=Via.WEB)
    log_activity(ada, name="Called", properties={}, occurred_at=LATER, by=mia, at=LATER,
                 via=Via.WEB)  # fmt: skip
    note_touches([ada.pk], at=LATER)
    assert Touch.objects.exists()
    undo(_only(), by=mia, at=SOON, via=Via.WEB)

    assert not Touch.objects.exists()


def test_a_lead_that_was_given_to_somebody_else_since_stays_theirs(
    ada: Lead, mia: User, nils: User, rita: User
) -> None:
    accept(_only(), by=mia, at=LATER, via=Via.WEB)
    set_owner(ada, owner=nils, by=rita, at=LATER, via=Via.WEB)

    with pytest.raises(Refused, match="was given to Nils since"):
        undo(_only(), by=mia, at=SOON, via=Via.WEB)
