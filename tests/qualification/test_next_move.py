"""Which move the criteria make: tables of examples, no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.agreement.document import Document
from handraise.leads.decide import Stage
from handraise.qualification.decide import (
    MOST_RETURNS,
    MOVES,
    Consequence,
    History,
    LastReturn,
    Maker,
    is_for_criteria,
    next_move,
    qualifies,
)
from handraise.scoring.standing import Standing

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DOCUMENT = Document.model_validate(
    {
        "name": "Test",
        "mql": {"when": {"fit": {"at_least": 30}}, "again_after": "30 days"},
        "reasons": [{"name": "No need yet", "consequence": "recycle"}],
    }
)


def standing(**truths: bool | None) -> Standing:
    told = {name.replace("__", "."): truth for name, truth in truths.items()}
    return Standing(1, AT, 62.0, 44.0, 31.0, 45.0, "B", {"mql.needs": True, **told})


MEETS = standing(mql__when=True, mql__never=False)
FALLS_SHORT = standing(mql__when=False)


def move(one: Standing, history: History, at: datetime = AT) -> Any:
    return next_move(one, history, document=DOCUMENT, version=7, at=at)


def given_back(days: float, **more: Any) -> History:
    """A nurtured lead that was given back so many days ago."""
    returned = LastReturn(
        AT - days * DAY, Consequence.RECYCLE, "No need yet", more.pop("wakes", None)
    )
    return History(Stage.NURTURE, last_return=returned, **{"returns": 1, **more})


def test_a_lead_that_meets_the_criteria_becomes_mql() -> None:
    decision = move(MEETS, History(Stage.LEAD))

    assert decision.after is Stage.MARKETING_QUALIFIED
    assert decision.reasons == (
        "Meets the MQL criteria of version 7: fit 62 (B), interest 44, intent 31.",
    )
    assert decision.scores["priority"] == 45.0


@pytest.mark.parametrize(
    "truths",
    [
        {"mql__when": False},
        {"mql__when": None},
        {"mql__when": True, "mql__needs": False},
        {"mql__when": True, "mql__needs": None},
        {"mql__when": True, "mql__never": True},
    ],
)
def test_false_or_unknown_does_not_qualify(truths: dict[str, bool | None]) -> None:
    assert move(standing(**truths), History(Stage.LEAD)) is None


def test_an_unknown_never_does_not_block() -> None:
    assert qualifies(standing(mql__when=True, mql__never=None))


@pytest.mark.parametrize("came_from", [Stage.LEAD, Stage.NURTURE])
def test_an_mql_not_yet_offered_goes_back_to_where_it_came_from(came_from: Stage) -> None:
    decision = move(FALLS_SHORT, History(Stage.MARKETING_QUALIFIED, came_from=came_from))

    assert decision.after is came_from
    assert "No longer meets" in decision.reasons[0]


@pytest.mark.parametrize(
    ("stage", "one", "is_held", "concerns"),
    [
        (Stage.MARKETING_QUALIFIED, FALLS_SHORT, True, False),
        (Stage.MARKETING_QUALIFIED, FALLS_SHORT, False, True),
        (Stage.LEAD, FALLS_SHORT, False, False),
        (Stage.LEAD, MEETS, False, True),
        (Stage.NURTURE, MEETS, False, True),
        (Stage.SALES_ACCEPTED, MEETS, False, False),
        (Stage.DISQUALIFIED, MEETS, False, False),
        (None, MEETS, False, False),
    ],
)
def test_the_criteria_move_only_leads_that_are_in_nobodys_hands(
    stage: Stage | None, one: Standing, is_held: bool, concerns: bool
) -> None:
    assert is_for_criteria(stage, one, is_held=is_held) is concerns


def test_it_names_what_is_missing_when_an_mql_falls_back() -> None:
    short = standing(mql__when=True, mql__needs=False, needs__email=False)

    decision = move(short, History(Stage.MARKETING_QUALIFIED))

    assert "email not known" in decision.reasons[0]


@pytest.mark.parametrize(
    ("history", "moves", "says"),
    [
        (given_back(40), False, "Nothing new"),
        (given_back(40, newest_matched_at=AT - 41 * DAY), False, "Nothing new"),
        (given_back(40, newest_matched_at=AT - DAY), True, "new activity"),
        (given_back(40, newest_fact_at=AT - DAY), True, "a changed fact"),
        (given_back(20, newest_matched_at=AT - DAY), False, "Rests until 14 March 2026"),
        (given_back(20, newest_intent_at=AT - DAY), True, "new intent"),
        (given_back(20, newest_intent_at=AT - 21 * DAY), False, "Nothing new"),
        (given_back(20, newest_fact_at=AT - DAY, wakes=AT - DAY), True, "a changed fact"),
        (given_back(40, newest_fact_at=AT - DAY, wakes=AT + DAY), False, "Sleeps until 5 March"),
        (given_back(40, newest_intent_at=AT - DAY, returns=MOST_RETURNS), False, "waits for a"),
    ],
)
def test_a_lead_given_back_comes_back_only_with_news_and_after_its_rest(
    history: History, moves: bool, says: str
) -> None:
    decision = move(MEETS, history)

    assert decision.is_move is moves
    assert says in " ".join(decision.reasons)


def test_a_resting_lead_is_looked_at_again_when_its_rest_ends() -> None:
    decision = move(MEETS, given_back(20, newest_matched_at=AT - DAY))

    assert decision.look_at == AT + 10 * DAY


def test_wrong_data_needs_a_changed_fact_and_no_rest() -> None:
    returned = LastReturn(AT - DAY, Consequence.FIX_DATA, "Wrong data")
    waiting = History(Stage.LEAD, last_return=returned, returns=1)
    mended = History(Stage.LEAD, last_return=returned, returns=1, newest_fact_at=AT)

    assert not move(MEETS, waiting).is_move
    assert move(MEETS, mended).is_move


@given(
    st.sampled_from(Stage),
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.sampled_from([Stage.LEAD, Stage.NURTURE]),
)
def test_the_criteria_make_only_moves_of_the_table(
    stage: Stage, when: bool | None, never: bool | None, came_from: Stage
) -> None:
    one = standing(mql__when=when, mql__never=never)

    decision = move(one, History(stage, came_from=came_from))

    if decision is not None and decision.is_move:
        assert Maker.CRITERIA in MOVES[decision.before, decision.after].makers
