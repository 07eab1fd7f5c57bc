"""Every condition and signal has plain words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.agreement import shipped
from handraise.agreement.conditions import Did, Operator, Scope, Test, parse
from handraise.agreement.document import Behaviour, Each
from handraise.agreement.reading import read
from handraise.agreement.shipped import Shipped
from handraise.agreement.wording import (
    Outline,
    condition_words,
    outline,
    signal_words,
    target_words,
)

EACH_OPERATOR = {
    Operator.EQUALS: ({"country": "NO"}, "country is no"),
    Operator.ONE_OF: ({"country": ["NO", "SE", "DK"]}, "country is no, se or dk"),
    Operator.CONTAINS_WORD: (
        {"title": {"contains_word": ["VP", "head", "director"]}},
        "title contains the word vp, head or director",
    ),
    Operator.STARTS_WITH: ({"path": {"starts_with": "/pricing"}}, "path begins with /pricing"),
    Operator.ENDS_WITH: ({"email": {"ends_with": ".edu"}}, "e-mail ends with .edu"),
    Operator.MATCHES: ({"path": {"matches": "^/p[0-9]"}}, "path matches the pattern ^/p[0-9]"),
    Operator.AT_LEAST: (
        {"company.employees": {"at_least": 2000}},
        "number of employees is at least 2,000",
    ),
    Operator.AT_MOST: ({"seats": {"at_most": 0.5}}, "seats is at most 0.5"),
    Operator.BETWEEN: ({"seats": {"between": [5, 10]}}, "seats is between 5 and 10"),
    Operator.IS_KNOWN: ({"phone": {"is_known": True}}, "phone is known"),
    Operator.IN_LIST: (
        {"email_domain": {"in_list": ["free_email", "partners"]}},
        "mail domain is in the list of free mailboxes or the list partners",
    ),
}


@pytest.mark.parametrize("operator", list(Operator))
def test_every_operator_has_words(operator: Operator) -> None:
    raw, words = EACH_OPERATOR[operator]

    assert condition_words(parse(raw)) == words


@pytest.mark.parametrize("operator", list(Operator))
def test_every_operator_has_words_for_its_opposite(operator: Operator) -> None:
    raw, words = EACH_OPERATOR[operator]

    denied = condition_words(parse({"none": [raw]}))

    assert denied != words
    assert " not " in denied


SAID: list[tuple[dict[str, Any], str]] = [
    ({"is_competitor": True}, "is marked as competitor"),
    ({"is_competitor": False}, "is marked as not competitor"),
    ({"none": [{"is_competitor": True}]}, "is not marked as competitor"),
    ({"newsletter": True}, "newsletter is yes"),
    ({"phone": {"is_known": False}}, "phone is not known"),
    ({"none": [{"phone": {"is_known": False}}]}, "phone is known"),
    ({"stage": ["MQL", "DISQUALIFIED"]}, "stage is MQL or Disqualified"),
    ({"grade": ["A", "b"]}, "grade is A or B"),
    ({"consent": "News"}, "consent to news is given"),
    ({"consent.news": {"is_known": False}}, "consent to news was never asked for"),
    ({"company.tier": 3}, "company tier is 3"),
    ({"any": [{"a": 1}, {"all": [{"b": 2}, {"c": 3}]}]}, "a is 1 or (b is 2 and c is 3)"),
    ({"any": [{"a": [1, 2]}, {"b": 2}]}, "a is 1 or 2, or b is 2"),
    ({"a": 1, "b": 2}, "a is 1 and b is 2"),
    ({"none": [{"a": 1}, {"did": {"event": "x"}}]}, "a is not 1 and not (“x” happened)"),
    ({"did": {"event": "page"}}, "“page” happened"),
    ({"did": {"event": "page", "at_most": 0}}, "“page” did not happen"),
    (
        {"did": {"event": "page", "within": "7 days", "at_least": 3, "where": {"path": "/a"}}},
        "“page” happened at least 3 times within 1 week, where path is /a",
    ),
    (
        {"did": {"event": "Product Added", "sum": "price", "at_least": 500}},
        "the price of “Product Added” sums to at least 500",
    ),
    ({"did": {"event": "page", "at_most": 1}}, "“page” happened at most 1 time"),
]


@pytest.mark.parametrize(("raw", "words"), SAID)
def test_conditions_read_as_sentences(raw: dict[str, Any], words: str) -> None:
    assert condition_words(parse(raw)) == words


def test_a_signal_reads_as_one_line() -> None:
    signal = Behaviour(
        name="Stayed", event="page", points=-1.5, where={"path": "/a"},
        each=Each(of="seconds", per=60), once_per="day", needs_consent="Tracking",
    )  # fmt: skip

    assert signal_words(signal) == (
        "“page”, where path is /a, for each 60 of its seconds: −1.5 points;"
        " once a day; with consent to tracking only"
    )


def test_all_terms_of_a_signal_are_said() -> None:
    signal = Behaviour(
        name="x", event="y", points=1, half_life=timedelta(days=7), within=timedelta(days=90),
        at_most=3,
    )  # fmt: skip

    assert signal_words(signal) == (
        "“y”: 1 point; halves every week; counts for 90 days; at most 3 points"
    )


def test_an_outline_keeps_the_nesting() -> None:
    raw = {"any": [{"a": 1}, {"none": [{"b": 2}]}, {"all": [{"c": 3}]}]}

    assert outline(parse(raw)) == Outline(
        "At least one of these",
        (
            Outline("A is 1"),
            Outline("None of these", (Outline("B is 2"),)),
            Outline("C is 3"),
        ),
    )


@pytest.mark.parametrize("which", list(Shipped))
def test_the_shipped_agreements_have_words_throughout(which: Shipped) -> None:
    document = read(shipped.text(which))

    for signal in document.signals:
        assert "_" not in signal_words(signal)
    for name, target in document.targets.items():
        assert all(target_words(name, target))


def test_targets_are_said() -> None:
    assert target_words("mql_to_sql", 0.3) == ("MQL to SQL", "30 %")
    assert target_words("mql", "120 a month") == ("MQL", "120 a month")


WORDS = st.text("abc", min_size=1)
TESTS = st.builds(
    Test, st.sampled_from(["a", "b.c", "is_x"]), st.just(Operator.ONE_OF),
    st.tuples(WORDS) | st.tuples(st.integers(0, 9).map(float), st.booleans()),
)  # fmt: skip
DIDS = st.builds(
    Did, WORDS, TESTS, st.none(), st.none() | WORDS, st.integers(1, 5).map(float), st.none()
)


@given(TESTS | DIDS, TESTS | DIDS)
def test_different_conditions_have_different_words(first: Test | Did, second: Test | Did) -> None:
    assert (condition_words(first) == condition_words(second)) == (repr(first) == repr(second))


def test_a_property_named_like_a_score_is_a_property() -> None:
    assert condition_words(parse({"intent": "buy"}, scope=Scope.PROPERTIES)) == "intent is buy"
