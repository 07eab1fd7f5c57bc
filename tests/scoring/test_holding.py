"""Conditions asked of leads outside an agreement mean what they mean inside one."""

from __future__ import annotations

import pytest

from handraise.agreement.conditions import parse
from handraise.leads.models import Lead
from handraise.scoring.holding import holding
from handraise.team.models import User
from tests.personas import NOON
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db


def _truths(raw: list[dict[str, object]], document: object = None) -> dict[str, tuple[object, ...]]:
    conditions = [parse(one) for one in raw]
    names = {one.pk: one.name for one in Lead.objects.all()}
    found = holding(conditions, document=document, at=NOON)  # type: ignore[arg-type]
    return {names[one.lead_id]: one.truths for one in found}


def test_each_condition_is_true_false_or_unknown_of_each_lead() -> None:
    lead("Ada", title="Head of Sales", country="Germany")
    lead("Ben", title="Student")

    found = _truths([{"title": {"contains_word": "head"}}, {"country": "germany"}])

    assert found == {"Ada": (True, True), "Ben": (False, None)}


def test_activities_count_within_their_time() -> None:
    lead("Ada", "Demo Requested")
    lead("Ben", "page")

    found = _truths([{"did": {"event": "Demo Requested", "within": "30 days"}}])

    assert found == {"Ada": (True,), "Ben": (False,)}


def test_scores_and_lists_are_those_of_the_agreement(mark: User, mia: User) -> None:
    agreed = in_force(mark, mia)
    lead("Ada", "Demo Requested", title="Head of Sales")
    lead("Ben", title="Head of Sales")

    found = _truths([{"intent": {"at_least": 50}}, {"fit": {"at_least": 40}}], agreed.document)

    assert found == {"Ada": (True, True), "Ben": (False, True)}


def test_nobody_is_asked_of_nothing() -> None:
    lead("Ada")

    assert _truths([]) == {}
