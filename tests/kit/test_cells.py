"""Cells that spreadsheets would run are made harmless, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.kit.cells import neutral, restored


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_opens_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "Ada", "-5", "+49 228 1234", "-1,234.50", "a=b", "1e-5", "-2e+3"]
)
def test_plain_text_and_plain_numbers_stay(cell: str) -> None:
    assert neutral(cell) == cell


@given(st.text().filter(lambda cell: not cell.startswith("'")))
def test_what_was_made_harmless_comes_back(cell: str) -> None:
    assert restored(neutral(cell)) == cell
