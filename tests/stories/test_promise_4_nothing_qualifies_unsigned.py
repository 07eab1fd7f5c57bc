"""Promise 4: nothing qualifies under criteria that marketing and sales have not both signed;
every stage move names the version it was made under."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.actions import propose, sign
from handraise.flow import rounds
from handraise.flow.look import look
from handraise.leads.decide import Stage, Via
from handraise.leads.models import StageMove
from handraise.team.models import User
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead, stage_of

pytestmark = pytest.mark.django_db
STRICTER = AGREEMENT.replace("intent: {at_least: 20}", "intent: {at_least: 90}")


def everybody_is_looked_at() -> None:
    while rounds.catch_up(at=NOON) or look(at=NOON):
        pass


def test_nothing_qualifies_unsigned(mark: User, mia: User) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    everybody_is_looked_at()

    version = propose(AGREEMENT, note="", by=mark, at=NOON, via=Via.WEB)
    everybody_is_looked_at()
    unsigned = stage_of(ada)
    sign(version, by=mark, at=NOON, via=Via.WEB)
    everybody_is_looked_at()
    half_signed = stage_of(ada)
    sign(version, by=mia, at=NOON, via=Via.WEB)
    everybody_is_looked_at()

    assert (unsigned, half_signed, stage_of(ada)) == (
        Stage.LEAD, Stage.LEAD, Stage.MARKETING_QUALIFIED,
    )  # fmt: skip
    assert [move.version for move in ada.moves.all()] == [1]


def test_a_new_version_holds_for_those_who_come_after(mark: User, mia: User) -> None:
    in_force(mark, mia)
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    everybody_is_looked_at()

    in_force(mark, mia, STRICTER, at=NOON + timedelta(minutes=1))
    ben = lead("Ben", "Demo Requested", title="Director")
    everybody_is_looked_at()

    assert stage_of(ada) is Stage.MARKETING_QUALIFIED  # she was offered, and stays
    assert stage_of(ben) is Stage.LEAD
    assert not StageMove.objects.filter(version=None).exists()
