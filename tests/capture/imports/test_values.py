"""Cells to typed values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handraise.capture.imports.faults import RowFault
from handraise.capture.imports.values import _Column, convert_for, instant_reader, number, truth
from handraise.leads.entry import Json


def converted(cell: str, **column: Any) -> Json:
    read = convert_for(_Column(name="fact", **column), unknown_when=["Select"], zone=UTC)
    return read(cell)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [("3", ".", 3), ("-2.5", ".", -2.5), ("1,234", ".", 1234), ("1,234,567.25", ".", 1234567.25),
     ("1.234,5", ",", 1234.5), ("0,5", ",", 0.5), ("1'000", ".", 1000), ("1 000", ".", 1000),
     ("1e3", ".", 1000), ("9007199254740993", ".", 9007199254740992.0)],
)  # fmt: skip
def test_it_reads_numbers(text: str, decimal: str, value: float) -> None:
    assert number(text, decimal=decimal) == value


@pytest.mark.parametrize(
    "text", ["", "abc", "1,2", "1_000", "nan", "inf", "1e999", "12 34", "0x1f"]
)
def test_it_refuses_what_is_no_number(text: str) -> None:
    with pytest.raises(RowFault, match="is not a number"):
        number(text)


@pytest.mark.parametrize(
    ("text", "value"), [("Yes", True), ("no", False), ("JA", True), ("0", False), ("Nein", False)]
)
def test_it_reads_yes_and_no(text: str, value: bool) -> None:
    assert truth(text) is value


def test_it_refuses_what_is_neither() -> None:
    with pytest.raises(RowFault, match="'maybe' is neither yes nor no"):
        truth("maybe")


@pytest.mark.parametrize(
    ("text", "formats", "instant"),
    [
        ("2026-03-04", (), datetime(2026, 3, 3, 23, tzinfo=UTC)),
        ("2026-03-04 09:30:00", (), datetime(2026, 3, 4, 8, 30, tzinfo=UTC)),
        ("2026-03-04T09:30:00Z", (), datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
        ("04.03.2026", ("%d.%m.%Y",), datetime(2026, 3, 3, 23, tzinfo=UTC)),
        ("1772616600", ("epoch",), datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
        ("1772616600000", ("%d.%m.%Y", "epoch_ms"), datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
    ],
)
def test_it_reads_instants_in_the_zone_of_the_file(
    text: str, formats: tuple[str, ...], instant: datetime
) -> None:
    assert instant_reader(formats, ZoneInfo("Europe/Berlin"))(text) == instant


@pytest.mark.parametrize("text", ["soon", "0001-01-01", "99999-01-01", "2026-13-01", "1e400"])
def test_it_refuses_what_is_no_instant(text: str) -> None:
    with pytest.raises(RowFault, match="is not an instant written as"):
        instant_reader(("iso", "epoch"), ZoneInfo("Asia/Tokyo"))(text)


@pytest.mark.parametrize("cell", ["", "  ", "Select", " select ", "SELECT"])
def test_named_cells_and_empty_ones_are_unknown(cell: str) -> None:
    assert converted(cell) is None


def test_it_replaces_before_it_reads_the_type() -> None:
    assert converted("google", replace={"google": "Google"}) == "Google"
    assert converted("GOOGLE", replace={"google": "Google"}) == "Google"
    assert converted("many", replace={"many": "999"}, type="number") == 999


def test_a_wrong_cell_is_unknown_only_where_the_column_says_so() -> None:
    assert converted("n/a", type="number", when_wrong="unknown") is None
    with pytest.raises(RowFault):
        converted("n/a", type="number")


def test_it_reads_lists_and_folds_text() -> None:
    assert converted(" a; b ;;c", type="list") == ["a", "b", "c"]
    assert converted(" Köln  AM Rhein ", fold=True) == "koln am rhein"


def test_a_cell_that_was_made_harmless_for_spreadsheets_is_restored() -> None:
    assert converted("'=1+1") == "=1+1"
    assert converted("'+49 228 1234-5") == "+49 228 1234-5"
    assert converted("'tis") == "'tis"
