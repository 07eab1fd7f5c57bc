"""Small random months, replayed and told minute by minute: both must come to the same."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.feedback.routing.report import Side
from handraise.kit import working_time
from handraise.leads.decide import Stage
from handraise.scoring.queries import scores_at
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.feedback.routing.conftest import BEGIN, DAY, answered, move, of, qualified, tried
from tests.feedback.routing.oracle import MINUTE, Oracle, Told
from tests.personas import person
from tests.world import AGREEMENT

pytestmark = pytest.mark.django_db
END = BEGIN + 6 * DAY


@pytest.fixture
def people(mia: User, nils: User, sales_team: Team, enterprise: Team) -> list[User]:
    return [mia, nils, person("Ola", Role.SALES, team=sales_team),
            person("Eva", Role.SALES, team=enterprise)]  # fmt: skip


@pytest.fixture
def otto(sales_team: Team) -> User:
    return person("Otto", Role.REVENUE_OPERATIONS, team=sales_team, is_manager=True)


@pytest.mark.parametrize("seed", range(8))
def test_it_is_what_a_minute_by_minute_telling_says(
    seed: int, agreed: Published, people: list[User], otto: User
) -> None:
    chance = random.Random(seed)
    _settle(chance, [*people, otto])
    history = [_told(chance, number, people) for number in range(18)]
    passes_on = seed % 3 > 0
    text = AGREEMENT if passes_on else AGREEMENT.replace("then: reassign", "then: keep")

    draft = tried(text, end=END).draft

    oracle = Oracle(people, otto, history, 240, passes_on, END)
    oracle.priority = {
        one.lead_id: next(iter(scores_at(document=agreed.document, lead_ids=[one.lead_id],
                                         at=one.at))).priority
        for one in history
    }  # fmt: skip
    _agree(draft, oracle.run(BEGIN), people)


def _settle(chance: random.Random, people: list[User]) -> None:
    for user in people:
        begins = chance.choice([6, 9, 14])
        span = [f"{begins:02}:00", f"{begins + 8:02}:00"]
        user.hours = {str(day): [span] for day in range(5)}
        user.weight, user.capacity = chance.choice([1, 1, 2, 3]), chance.choice([None, 1, 2])
        user.save()


def _told(chance: random.Random, number: int, people: list[User]) -> Told:
    """A lead of history, written as history knows it."""
    at = BEGIN + chance.randrange(4 * 24 * 60) * MINUTE
    is_german, who = chance.random() < 0.25, chance.choice(people)
    traits = {"title": "Head of Sales"} if chance.random() < 0.5 else {}
    lead = qualified(f"Lead{number}", at, **traits, **({"country": "Germany"} if is_german else {}))
    minutes = chance.choice([None, 7, 63, 180, 239, 240, 241, 400])
    is_accepted = chance.random() < 0.7
    if minutes is None:
        answered(lead, who, at, at + DAY, "expired")
        move(lead, Stage.MARKETING_QUALIFIED, Stage.NURTURE, at + DAY)
        return Told(lead.pk, at, is_german, who.pk, None, False, None)
    ends = working_time.add(at, minutes * MINUTE, **who.calendar(at))
    answered(lead, who, at, ends, "accepted" if is_accepted else "rejected")
    stay = chance.choice([None, timedelta(minutes=30), timedelta(hours=20), 2 * DAY])
    if is_accepted and stay is not None:
        move(lead, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, ends + stay)
    return Told(lead.pk, at, is_german, who.pk, minutes, is_accepted, stay)


def _agree(draft: Side, oracle: Oracle, people: list[User]) -> None:
    for user in people:
        mine = [one for one in oracle.offers if one.person == user.pk]
        figures, decided = of(draft, user), [one for one in mine if one.kept is not None]
        assert figures.offers == len(mine)
        assert figures.kept.of == len(decided)
        assert figures.kept.count == sum(bool(one.kept) for one in decided)
        assert figures.peaks == [oracle.peak[user.pk, day] for day in _days()]
    assert draft.waited == oracle.ever_waited
    assert draft.escalated == oracle.stepped_in
    assert draft.passed_on == oracle.passed_on
    assert sum(team.still_waiting for team in draft.teams) == len(oracle.waiting)


def _days() -> list[str]:
    days: list[datetime] = [BEGIN + number * DAY for number in range(6)]
    return [f"{day:%Y-%m-%d}" for day in days]
