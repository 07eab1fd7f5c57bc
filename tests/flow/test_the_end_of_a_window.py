"""A lead that comes to qualify because a window ends is looked at then, not the next night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.conditions import parse
from handraise.agreement.document import Document
from handraise.agreement.reading import read
from handraise.flow.look import look
from handraise.leads.attention import next_look
from handraise.leads.decide import Stage
from handraise.leads.models import Attention
from handraise.leads.record import record
from handraise.scoring.windows import WHY, opening
from handraise.team.models import User
from tests.leads.said import did
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead, stage_of

WEEK = timedelta(days=7)
QUIET = AGREEMENT.replace(
    "{all: [{fit: {at_least: 30}}, {intent: {at_least: 20}}]}",
    "{all: [{fit: {at_least: 30}}, {did: {event: page, within: 7 days, at_most: 1}}]}",
)


def settled(at: object) -> None:
    while look(at=at):  # type: ignore[arg-type]
        pass


@pytest.mark.django_db
def test_it_qualifies_at_the_very_instant(mark: User, mia: User) -> None:
    in_force(mark, mia, QUIET)
    ada = lead("Ada", "page", title="Head of Sales", at=NOON - timedelta(days=2))
    lead("Ada", "page", at=NOON)
    settled(NOON)
    ends = NOON + timedelta(days=5)

    assert (stage_of(ada), next_look(at=NOON)) == (Stage.LEAD, ends)
    settled(ends - timedelta(microseconds=1))
    assert stage_of(ada) is Stage.LEAD
    settled(ends)
    assert stage_of(ada) is Stage.MARKETING_QUALIFIED


SPENT = AGREEMENT.replace(
    "{all: [{fit: {at_least: 30}}, {intent: {at_least: 20}}]}",
    "{did: {event: Order, sum: value, within: 7 days, at_least: 100}}",
)


@pytest.mark.django_db
def test_a_sum_that_loses_something_below_zero_qualifies_then(mark: User, mia: User) -> None:
    in_force(mark, mia, SPENT)
    ada = lead("Ada", title="Head of Sales", at=NOON - WEEK)
    for value, days in ((-50, 6), (120, 1)):
        at = NOON - timedelta(days=days)
        order = did("Order", at=at, properties={"value": value}, email="ada@acme.example")
        record([order], at=at)
    settled(NOON)

    assert stage_of(ada) is Stage.LEAD
    settled(NOON + timedelta(days=1))
    assert stage_of(ada) is Stage.MARKETING_QUALIFIED


@pytest.mark.django_db
def test_it_is_asked_for_once(mark: User, mia: User) -> None:
    in_force(mark, mia, QUIET)
    ada = lead("Ada", "page", "page", title="Head of Sales")
    settled(NOON)
    lead("Ada", "Demo Requested")
    settled(NOON)

    asked = Attention.objects.filter(lead=ada, why=WHY)

    assert [one.look_at for one in asked] == [NOON + WEEK]


@pytest.mark.django_db
def test_where_time_only_takes_away_nobody_is_woken(mark: User, mia: User) -> None:
    in_force(mark, mia, AGREEMENT)
    lead("Ada", "page", "Demo Requested", title="Head of Sales")
    settled(NOON)

    assert not Attention.objects.filter(why=WHY).exists()


@pytest.mark.parametrize(
    ("when", "never", "count"),
    [
        ({"did": {"event": "page", "within": "7 days", "at_most": 1}}, None, 1),
        ({"did": {"event": "page", "within": "7 days", "at_least": 1}}, None, 0),
        ({"did": {"event": "page", "at_most": 1}}, None, 0),
        ({"did": {"event": "page", "sum": "value", "within": "7 days", "at_least": 9}}, None, 1),
        ({"none": [{"did": {"event": "page", "within": "7 days"}}]}, None, 1),
        ({"title": "vp"}, {"did": {"event": "Job Application", "within": "90 days"}}, 1),
        ({"title": "vp"}, {"did": {"event": "page", "within": "7 days", "at_most": 1}}, 0),
        ({"title": "vp"}, {"none": [{"did": {"event": "page", "within": "7 days"}}]}, 0),
    ],
)
def test_only_counts_that_must_fall_matter(when: object, never: object, count: int) -> None:
    mql = {"when": parse(when), "never": None if never is None else parse(never)}
    document: Document = read(AGREEMENT)
    changed = document.model_copy(update={"mql": document.mql.model_copy(update=mql)})

    assert len(opening(changed)) == count
