"""Whose turn it is: weights, absence, and people who said no before."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handraise.handover.decide import Candidate, Choice, Ties, choose, due_at, escalated, waits
from handraise.kit.working_time import Calendar

MIA = Candidate(1, "Mia", 1)
NILS = Candidate(2, "Nils", 1)
OLA = Candidate(3, "Ola", 2)
NONE = Ties()


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
    choice = choose([replace(MIA, credit=9), NILS], team="Sales", ties=Ties(rejected_by={1}))

    assert choice is not None
    assert choice.person == NILS
    assert "Mia has rejected this lead" in choice.sentence


def test_who_rejected_it_is_asked_when_nobody_else_is_there() -> None:
    choice = choose([MIA, replace(NILS, is_away=True)], team="Sales", ties=Ties(rejected_by={1}))

    assert choice is not None
    assert choice.person == MIA


def test_a_late_answer_weighs_less_than_a_rejection() -> None:
    choice = choose([MIA, NILS], team="Sales", ties=Ties(rejected_by={1}, avoid={2}))

    assert choice is not None
    assert choice.person == NILS


def chosen(people: list[Candidate], ties: Ties = NONE, **kind: Any) -> tuple[str, str]:
    """Who is chosen, and the sentence."""
    choice = choose(people, team="Sales", ties=ties, **kind)
    assert choice is not None
    return choice.person.name, choice.sentence


def test_the_owner_comes_first_and_uses_up_no_turn() -> None:
    ties = Ties({2: "owns Acme (the domain acme.example)"})

    choice = choose([MIA, NILS], team="Sales", ties=ties)

    assert choice is not None
    assert choice.sentence == "Nils owns Acme (the domain acme.example)."
    assert choice.credits == {}


def test_the_strongest_tie_of_somebody_who_is_there_decides() -> None:
    ties = Ties({1: "owns this lead", 2: "owns Acme", 3: "owns Bea Beer of Acme"})
    away = [replace(MIA, is_away=True), NILS, OLA]

    assert chosen([MIA, NILS, OLA], ties) == ("Mia", "Mia owns this lead.")
    assert chosen(away, ties)[0] == "Nils"
    assert chosen([*away[:1], replace(NILS, capacity=4, in_hand=4), OLA], ties)[0] == "Ola"


def test_an_owner_who_said_no_or_did_not_answer_is_not_asked_again() -> None:
    owned = {2: "owns Acme"}

    assert chosen([MIA, NILS], Ties(owned, rejected_by={2}))[0] == "Mia"
    assert chosen([MIA, NILS], Ties(owned, avoid={2}))[0] == "Mia"


def test_an_owner_who_takes_no_new_leads_takes_their_own() -> None:
    ties = Ties({2: "owns Acme"})

    assert chosen([MIA, replace(NILS, weight=0)], ties)[0] == "Nils"


def test_an_owner_who_is_not_at_work_is_waited_for() -> None:
    people = [MIA, replace(NILS, is_at_work=False)]

    assert chosen(people, Ties({2: "owns Acme"}), at_work_first=True)[0] == "Nils"


def test_who_is_full_is_passed_over_and_earns_nothing() -> None:
    full = replace(MIA, credit=9, in_hand=30, capacity=30)

    choice = choose([full, NILS], team="Sales")

    assert choice is not None
    assert choice.sentence == "Nils’s turn in Sales: weight 1 of 1; Mia is full (30 of 30 leads)."
    assert MIA.id not in choice.credits


def test_those_at_work_come_first_while_there_are_any() -> None:
    resting = replace(MIA, credit=9, is_at_work=False)

    name, why = chosen([resting, NILS], at_work_first=True)

    assert (name, why) == ("Nils", "Nils’s turn in Sales: weight 1 of 1; Mia is not at work now.")
    assert chosen([resting, NILS])[0] == "Mia"
    assert chosen([resting, replace(NILS, is_at_work=False)], at_work_first=True)[0] == "Mia"


def test_working_hours_weigh_less_than_a_rejection() -> None:
    people = [MIA, replace(NILS, is_at_work=False)]

    assert chosen(people, Ties(rejected_by={1}), at_work_first=True)[0] == "Nils"


def test_who_has_least_open_for_their_weight_is_next_and_equals_take_turns() -> None:
    busy = [replace(MIA, in_hand=3, credit=9), replace(NILS, in_hand=2), replace(OLA, in_hand=3)]

    assert chosen(busy, by="least open") == (
        "Ola", "Ola has least in hand for their share in Sales: 3 leads, share 2.",
    )  # fmt: skip
    equal = [replace(MIA, in_hand=1), replace(NILS, in_hand=1, credit=1)]
    assert chosen(equal, by="least open") == ("Nils", "Nils has least in hand in Sales: 1 lead.")


def test_having_least_open_costs_no_turn() -> None:
    people = [MIA, replace(NILS, in_hand=1)]
    for _ in range(100):
        choice = choose(people, team="Sales", by="least open")
        assert choice is not None
        assert choice.person.id == MIA.id
        people = after(people, choice)

    assert turns(people, 4) == [1, 2, 1, 2]


def test_a_late_answer_weighs_less_than_a_rejection_also_out_of_hours() -> None:
    people = [MIA, replace(NILS, is_at_work=False)]

    assert chosen(people, Ties(rejected_by={1}, avoid={2}), at_work_first=True)[0] == "Nils"


def test_who_is_never_to_be_asked_is_not_asked_though_nobody_else_is_there() -> None:
    ties = Ties({1: "owns Acme"}, avoid={1}, never={1})

    assert choose([MIA], team="Sales", ties=ties) is None
    assert chosen([MIA, NILS], ties)[1] == (
        "Nils’s turn in Sales: weight 1 of 1; Mia did not answer in time."
    )


def test_of_many_who_are_passed_over_a_sentence_names_a_few() -> None:
    away = [Candidate(n, f"P{n}", 1, is_away=True) for n in range(10, 30)]

    choice = choose([MIA, *away], team="Sales")

    assert choice is not None
    assert choice.sentence == (
        "Mia’s turn in Sales: weight 1 of 1; P10 is away; P11 is away; P12 is away; P13 is away;"
        " P14 is away; 15 others cannot either."
    )
    assert len(choice.passed_over) == 20


def test_a_sentence_ends_once() -> None:
    assert chosen([MIA], Ties({1: "owns Acme Inc."}))[1] == "Mia owns Acme Inc."


def test_why_nobody_takes_a_lead_is_told() -> None:
    people = [replace(MIA, is_away=True), replace(NILS, in_hand=3, capacity=3)]

    assert waits(people, team="Sales") == (
        "Waits for a person of Sales: Mia is away; Nils is full (3 of 3 leads)."
    )


def test_of_two_managers_the_one_who_said_no_is_asked_last() -> None:
    otto = replace(MIA, in_hand=9)

    choice = escalated([NILS, otto], [], team="Sales", ties=Ties(rejected_by={2}))

    assert choice is not None
    assert choice.person == otto


def test_where_nobody_can_the_manager_does_and_the_sentence_says_why() -> None:
    people = [replace(MIA, is_away=True), replace(NILS, in_hand=5, capacity=5)]

    choice = escalated([replace(OLA, weight=0)], people, team="Sales")

    assert choice is not None
    assert choice.person.name == "Ola"
    assert choice.sentence == (
        "Ola manages Sales, where nobody else can take it;"
        " Mia is away; Nils is full (5 of 5 leads)."
    )
    assert escalated([replace(OLA, is_away=True)], people, team="Sales") is None
    assert escalated([replace(OLA, in_hand=2, capacity=2)], people, team="Sales") is None


@given(weights=st.lists(st.integers(1, 9), min_size=2, max_size=8), seed=st.integers(0, 2**32))
def test_who_comes_and_goes_gets_their_share_of_what_comes_while_they_are_there(
    weights: list[int], seed: int
) -> None:
    """The share of each is their weight's of every turn at which they were there, within one
    round, however often people come and go."""
    chance = random.Random(seed)
    people = [Candidate(place, str(place), weight) for place, weight in enumerate(weights)]
    owed = dict.fromkeys(range(len(people)), 0.0)
    taken: Counter[int] = Counter()
    for turn in range(600):
        if turn % 60 == 0:
            there = set(chance.sample(range(len(people)), chance.randint(1, len(people))))
        now = [replace(one, is_away=one.id not in there) for one in people]
        total = sum(one.weight for one in now if not one.is_away)
        for one in now:
            owed[one.id] += 0 if one.is_away else one.weight / total
        choice = choose(now, team="Sales")
        assert choice is not None
        taken[choice.person.id] += 1
        people = after(people, choice)

    changes = 600 // 60
    assert all(abs(taken[pk] - share) <= changes for pk, share in owed.items())


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

    choice = choose(people, team="Sales", ties=Ties({}, rejected_by, avoid))

    assert (choice is None) is (not present)
    if choice is not None:
        assert choice.person.id in present
        assert choice.person.id not in rejected_by or present <= rejected_by


def test_the_clock_runs_in_the_working_time_of_the_person() -> None:
    office = {str(day): [["09:00", "17:00"]] for day in range(5)}
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)

    due = due_at(friday, "4 working hours", Calendar(hours=office, zone="UTC", holidays=()))

    assert due == datetime(2026, 3, 9, 11, 0, tzinfo=UTC)


def test_a_clock_that_never_runs_counts_round_the_clock() -> None:
    minute = {"0": [["09:00", "09:01"]]}
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)

    due = due_at(friday, "40 working hours", Calendar(hours=minute, zone="UTC", holidays=()))

    assert due == friday + timedelta(hours=40)
