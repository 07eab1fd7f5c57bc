"""Fair shares over many offers, through the whole choice: route, presence, turns, room."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.agreement.queries import Published
from handraise.handover.decide import Candidate, choose
from handraise.handover.offering import Offer, place
from handraise.handover.queues import Known, queues_at
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person

NOBODY = Known({}, {}, {})
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """A lead with a score, for which only the last route holds."""

    lead_id: int
    priority: float = 50.0
    truths: dict[str, bool | None] = field(default_factory=dict)


def takers(published: Published, count: int, absent: frozenset[int] = frozenset()) -> Counter[int]:
    """To whom so many leads go at noon; nobody has a limit."""
    queues = queues_at(NOON, is_locked=False)
    for queue in queues:
        queue.in_hand, queue.absent = {}, absent
    found: Counter[int] = Counter()
    for number in range(count):
        offer = place([Standing(number)], queues, published.document, NOON, {}, known=NOBODY)[
            number
        ]
        assert isinstance(offer, Offer)
        found[offer.choice.person.id] += 1
    return found


@pytest.mark.django_db
def test_over_ten_thousand_offers_each_share_is_the_weights_within_two_per_cent(
    agreed: Published, sales_team: Team, mia: User, nils: User
) -> None:
    people = [mia, nils] + [
        person(f"P{weight}", Role.SALES_DEVELOPMENT, team=sales_team, weight=weight)
        for weight in (2, 3, 5, 7, 11)
    ]
    total = sum(one.weight for one in people)

    taken = takers(agreed, 10_000)

    for one in people:
        share = 10_000 * one.weight / total
        assert abs(taken[one.pk] - share) <= 0.02 * share


@pytest.mark.django_db
def test_whoever_is_away_leaves_their_part_to_the_others_by_weight(
    agreed: Published, sales_team: Team, mia: User, nils: User
) -> None:
    ola = person("Ola", Role.SALES_DEVELOPMENT, team=sales_team, weight=3)

    taken = takers(agreed, 10_000, absent=frozenset({mia.pk}))

    assert taken == {nils.pk: 2_500, ola.pk: 7_500}


Coming = st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12)


@given(
    weights=st.lists(st.integers(1, 9), min_size=2, max_size=6),
    changes=st.lists(st.tuples(st.integers(1, 30), Coming), min_size=1, max_size=15),
)
def test_credit_is_earned_only_while_one_is_there(
    weights: list[int], changes: list[tuple[int, list[tuple[int, bool]]]]
) -> None:
    """However people come and go: who is not there keeps the credit they went with, and what one
    pays the others have earned."""
    people = [Candidate(place, str(place), weight) for place, weight in enumerate(weights)]
    for turns, coming in changes:
        for pk, is_away in coming:
            if pk < len(people):
                people[pk] = replace(people[pk], is_away=is_away)
        for _ in range(turns):
            choice = choose(people, team="Sales")
            if choice is None:
                assert all(one.is_away for one in people)
                break
            after = [replace(one, credit=choice.credits.get(one.id, one.credit)) for one in people]
            there = [one.id for one in people if not one.is_away]
            assert choice.person.id in there
            assert all(now.credit == was.credit for now, was in zip(after, people, strict=True)
                       if was.is_away)  # fmt: skip
            assert sum(one.credit for one in after) == sum(one.credit for one in people)
            people = after
