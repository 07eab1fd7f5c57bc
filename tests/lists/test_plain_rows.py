"""Conditions in rows say what their text says, and come back as the rows they were."""

from __future__ import annotations

import pytest

from handraise.agreement.condition_text import raw_condition, written
from handraise.lists.plain_rows import DOES, Row, RowFault, raw_of, rows_of

EVERY = [
    Row("country", "is", "germany, norway"), Row("country", "is_not", "malta"),
    Row("title", "contains_word", "vp"), Row("title", "starts_with", "head"),
    Row("email", "ends_with", ".org"), Row("fit", "at_least", "30"),
    Row("company.employees", "at_most", "250.5"), Row("phone", "known"), Row("phone", "unknown"),
    Row("email_domain", "in_list", "free_email"),
    Row("email_domain", "not_in_list", "disposable_email"), Row("page", "did", "30"),
    Row("Demo Requested", "did_not", "90"), Row("page", "did_times", "3"),
]  # fmt: skip


def test_there_is_an_example_of_every_row() -> None:
    assert {row.does for row in EVERY} == set(DOES)


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.does)
def test_each_row_comes_back_from_its_text(row: Row) -> None:
    text = written(raw_of("all", [row]))

    assert rows_of(raw_condition(text)[0]) == ("all", [row])


@pytest.mark.parametrize("how", ["all", "any"])
def test_all_rows_together_come_back_as_they_were(how: str) -> None:
    text = written(raw_of(how, EVERY))

    assert rows_of(raw_condition(text)[0]) == (how, EVERY)


@pytest.mark.parametrize(
    "text",
    [
        "any: [{all: [{a: 1}, {b: 2}]}, {c: 3}]",
        "employees: {between: [1, 5]}",
        "title: {matches: 'a|b'}",
        "did: {event: page, where: {path: /pricing}}",
        "none: [{a: 1}, {b: 2}]",
        "a: {at_least: 1, at_most: 3}",
    ],
)
def test_what_rows_cannot_say_stays_text(text: str) -> None:
    assert rows_of(raw_condition(text)[0]) is None


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (Row("", "is", "x"), "Row 1: Name what"),
        (Row("fit", "at_least", "many"), "Row 1: 'many' is not a number."),
        (Row("fit", "is", "30"), "can be tested by"),
        (Row("title", "contains_word", ""), "Row 1: Say which value."),
        (Row("title", "explodes", "x"), "Row 1: Choose"),
        (Row(), "Say what must be true"),
    ],
)
def test_a_row_that_says_nothing_is_named(row: Row, sentence: str) -> None:
    with pytest.raises(RowFault, match=sentence):
        raw_of("all", [row])
