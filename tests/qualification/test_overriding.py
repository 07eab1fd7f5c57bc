"""Who passes over criteria is counted, with what was lacking."""

from __future__ import annotations

import pytest

from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import Refused, move_by_hand
from handraise.qualification.models import Override
from handraise.team.models import User
from tests.personas import NOON
from tests.qualification.conftest import accepted, answered
from tests.world import stage_of

pytestmark = pytest.mark.django_db


def to_sql(lead: Lead, by: User, *, override: bool = True) -> None:
    move_by_hand(
        lead, to=Stage.SALES_QUALIFIED, reason="They signed elsewhere.", by=by, at=NOON,
        via=Via.WEB, override=override,
    )  # fmt: skip


def test_an_override_keeps_what_was_lacking(asking: object, mia: User, rita: User) -> None:
    ada = accepted(sql__when=False)
    answered(ada, "need", "Clear need", mia)

    to_sql(ada, rita)

    override = Override.objects.get()
    assert override.lacked == [
        "The SQL criteria of the agreement are not met.", "Not answered yet: authority.",
    ]  # fmt: skip
    assert (override.by, override.reason) == (rita, "They signed elsewhere.")
    assert override.move.reason == "Override: They signed elsewhere."
    assert override.move.after == Stage.SALES_QUALIFIED


def test_where_nothing_lacks_nothing_is_overridden(ada: Lead, mia: User, rita: User) -> None:
    answered(ada, "need", "Clear need", mia)
    answered(ada, "authority", "Decides alone", mia)

    to_sql(ada, rita)

    assert stage_of(ada) is Stage.SALES_QUALIFIED
    assert not Override.objects.exists()
    assert ada.moves.get(after=Stage.SALES_QUALIFIED).reason == "They signed elsewhere."


def test_without_answers_sql_is_refused_in_words(ada: Lead, sal: User) -> None:
    with pytest.raises(Refused, match=r"Not answered yet: need, authority\. A manager may"):
        to_sql(ada, sal, override=False)

    assert stage_of(ada) is Stage.SALES_ACCEPTED
