"""One table of moves: who makes them, and what they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from handraise.leads.decide import PATH, Stage
from handraise.qualification.decide import MOVES, Asks, Maker, allowed, open_to
from handraise.qualification.drawing import table
from handraise.team.decide import Role

_S = Stage
PAGE = Path(__file__).resolve().parents[2] / "docs" / "steps" / "qualification.md"


def test_nobody_makes_an_mql_by_hand() -> None:
    for before in Stage:
        for role in Role:
            assert not allowed(before, _S.MARKETING_QUALIFIED, role, is_manager=True)


@pytest.mark.parametrize("before", PATH)
@pytest.mark.parametrize("after", [_S.NURTURE, _S.DISQUALIFIED])
def test_every_stage_of_the_path_can_be_left_with_a_reason(before: Stage, after: Stage) -> None:
    assert MOVES[before, after].asks is Asks.REASON
    assert allowed(before, after, Role.SALES_DEVELOPMENT)


@pytest.mark.parametrize(
    ("before", "after", "role", "may"),
    [
        (_S.SALES_ACCEPTED, _S.SALES_QUALIFIED, Role.SALES, True),
        (_S.SALES_ACCEPTED, _S.SALES_QUALIFIED, Role.MARKETING, False),
        (_S.SALES_QUALIFIED, _S.OPPORTUNITY, Role.SALES, True),
        (_S.SALES_QUALIFIED, _S.OPPORTUNITY, Role.VIEWER, False),
        (_S.LEAD, _S.CUSTOMER, Role.SALES, False),
        (_S.DISQUALIFIED, _S.LEAD, Role.SALES_DEVELOPMENT, True),
        (_S.NURTURE, _S.MARKETING_QUALIFIED, Maker.CRITERIA, True),
        (_S.OPPORTUNITY, _S.CUSTOMER, Maker.CONNECTOR, True),
        (_S.OPPORTUNITY, _S.CUSTOMER, Maker.CRITERIA, False),
    ],
)
def test_who_makes_which_move(before: Stage, after: Stage, role: Role | Maker, may: bool) -> None:
    assert allowed(before, after, role) is may


def test_no_move_leads_nowhere_or_to_itself() -> None:
    assert all(rule.before is not rule.after for rule in MOVES.values())
    assert {rule.after for rule in MOVES.values()} == set(Stage)


def test_a_person_is_offered_the_moves_of_their_role() -> None:
    assert [rule.after for rule in open_to(_S.SALES_QUALIFIED, Role.SALES)] == [
        _S.SALES_ACCEPTED, _S.OPPORTUNITY, _S.NURTURE, _S.DISQUALIFIED,
    ]  # fmt: skip
    assert open_to(_S.SALES_QUALIFIED, Role.VIEWER) == []


def test_the_page_draws_the_table_from_the_code() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
