"""Whose turn it is: weights, absence, and people who said no before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handraise.handover.decide import Candidate, Choice, choose, due_at

MIA = Candidate(1, "Mia", 1)
NILS = Candidate(2, "Nils", 1)
OLA = Candidate(3, "Ola", 2)


def turns(people: list[Candidate], count: int) -> list[int]:
    """The people chosen in so many turns, credits carried on."""
    chosen = []
    for _ in range(count):
        choice = choose(people, team="Sales")
        assert choice is not None
        chosen.append(choice.person.id)
        people = after(people, choice)
    return chosen


def after(people: list[Candidate], choice: Choice) -> list[Candidate]:
    return [replace(one, credit=choice.credits.get(one.id, one.credit)) for one in people]


def test_it_takes_turns() -> None:
    assert turns([MIA, NILS], 4) == [1, 2, 1, 2]


def test_weights_are_kept_without_bursts() -> None:
    assert turns([MIA, NILS, OLA], 8) == [3, 1, 2, 3, 3, 1, 2, 3]


def test_who_is_away_is_passed_over_and_the_sentence_says_so() -> None:
    choice = choose([replace(MIA, credit=9, is_away=True), NILS], team="Sales development")

    assert choice is not None
    assert choice.person == NILS
    assert choice.sentence == "Nils’s turn in Sales development: weight 1 of 1; Mia is away."
    assert MIA.id not in choice.credits


def test_absence_earns_nothing() -> None:
    away = [replace(MIA, is_away=True), NILS]
    for _ in range(50):
        choice = choose(away, team="Sales")
        assert choice is not None
        away = after(away, choice)

    back = [replace(one, is_away=False) for one in away]

    assert Counter(turns(back, 10)) == {1: 5, 2: 5}


def test_who_rejected_this_lead_is_not_asked_while_somebody_else_is_there() -> None:
    choice = choose([replace(MIA, credit=9), NILS], team="Sales", rejected_by={1})

    assert choice is not None
    assert choice.person == NILS
    assert "Mia has rejected this lead" in choice.sentence


def test_who_rejected_it_is_asked_when_nobody_else_is_there() -> None:
    choice = choose([MIA, replace(NILS, is_away=True)], team="Sales", rejected_by={1})

    assert choice is not None
    assert choice.person == MIA


def test_a_late_answer_weighs_less_than_a_rejection() -> None:
    choice = choose([MIA, NILS], team="Sales", rejected_by={1}, avoid={2})

    assert choice is not None
    assert choice.person == NILS


def test_nobody_there_is_no_choice() -> None:
    assert choose([replace(MIA, is_away=True), replace(NILS, weight=0)], team="Sales") is None
    assert choose([], team="Sales") is None


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_each_share_is_the_weights(weights: list[int]) -> None:
    people = [Candidate(place, str(place), weight) for place, weight in enumerate(weights)]
    total = sum(weights)

    shares = Counter(turns(people, 20 * total))

    assert shares == {one.id: 20 * one.weight for one in people}


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans(), st.booleans()), max_size=6)
)
def test_it_never_asks_who_is_away_nor_hands_back_needlessly(
    told: list[tuple[int, bool, bool, bool]],
) -> None:
    people = [Candidate(n, str(n), one[0], is_away=one[1]) for n, one in enumerate(told)]
    rejected_by = {n for n, one in enumerate(told) if one[2]}
    avoid = {n for n, one in enumerate(told) if one[3]}
    present = {one.id for one in people if not one.is_away and one.weight}

    choice = choose(people, team="Sales", rejected_by=rejected_by, avoid=avoid)

    assert (choice is None) is (not present)
    if choice is not None:
        assert choice.person.id in present
        assert choice.person.id not in rejected_by or present <= rejected_by


def test_the_clock_runs_in_the_working_time_of_the_person() -> None:
    office = {str(day): [["09:00", "17:00"]] for day in range(5)}
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)

    due = due_at(friday, "4 working hours", hours=office, zone="UTC")

    assert due == datetime(2026, 3, 9, 11, 0, tzinfo=UTC)


def test_a_clock_that_never_runs_counts_round_the_clock() -> None:
    minute = {"0": [["09:00", "09:01"]]}
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)

    due = due_at(friday, "40 working hours", hours=minute, zone="UTC")

    assert due == friday + timedelta(hours=40)
