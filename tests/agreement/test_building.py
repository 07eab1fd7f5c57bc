"""Rows say the condition they were made from, and what people fill in becomes a condition."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.agreement import building, shipped
from handraise.agreement.building import Done, Group, Test, Written
from handraise.agreement.conditions import Scope, parse
from handraise.agreement.plain_yaml import load
from handraise.agreement.shipped import Shipped

WORDS = st.sampled_from(
    [
        "vp",
        "vice president",
        "a, b",
        '"',
        'say "x"',
        "10",
        "true",
        "1e5",
        "-3",
        "/pricing",
        "é",
        ".5",
    ]
)
NAMES = st.sampled_from(["title", "company.employees", "email_domain", "x y"])
NUMBERS = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_nan=False))
TESTS = st.one_of(
    st.tuples(NAMES, st.one_of(WORDS, NUMBERS, st.booleans())).map(lambda t: {t[0]: t[1]}),
    st.tuples(NAMES, st.lists(st.one_of(WORDS, NUMBERS), min_size=1, max_size=3)).map(
        lambda t: {t[0]: t[1]}
    ),
    st.tuples(NAMES, st.lists(WORDS, min_size=1, max_size=3)).map(
        lambda t: {t[0]: {"starts_with": t[1]}}
    ),
    st.tuples(NAMES, NUMBERS).map(lambda t: {t[0]: {"at_least": t[1]}}),
    st.tuples(NAMES, st.booleans()).map(lambda t: {t[0]: {"is_known": t[1]}}),
    st.just({"did": {"event": "page", "where": {"path": "/x"}, "within": "7 days", "at_least": 3}}),
    st.just({"did": {"event": "Demo, asked", "sum": "seats", "at_most": 2.5}}),
    st.just({"title": "vp", "country": "germany"}),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.tuples(
        st.sampled_from(["all", "any", "none"]), st.lists(inner, min_size=1, max_size=3)
    ).map(lambda t: {t[0]: t[1]}),
    max_leaves=12,
)


def sent(group: Group) -> dict[str, str]:
    """What a browser would send of the rows."""
    found = {f"{group.path}-how": group.how, f"{group.path}-count": str(len(group.rows))}
    for row in group.rows:
        found[f"{row.path}-kind"] = row.kind
        match row:
            case Group():
                found |= sent(row)
            case Test():
                found |= {f"{row.path}-{name}": getattr(row, name)
                          for name in ("subject", "operator", "values")}  # fmt: skip
            case Done():
                found |= {f"{row.path}-{name}": getattr(row, name)
                          for name in ("event", "bound", "times", "within")}  # fmt: skip
                found |= {f"{row.path}-sum": row.total, **sent(row.where)}
            case Written():
                found[f"{row.path}-text"] = row.text
    return found


def again(raw: Any) -> Any:
    """The raw condition through rows, a browser and back."""
    group = building.placed(building.group_of(raw), "when")
    return building.raw_of(building.placed(building.posted(sent(group), "when"), "when"))


@settings(deadline=None)
@given(CONDITIONS)
def test_a_condition_means_the_same_after_it_was_shown_and_sent_back(raw: Any) -> None:
    assert repr(_flat(parse(again(raw)))) == repr(_flat(parse(raw)))


def _flat(condition: Any) -> Any:
    """Without joins of one, which say nothing."""
    if not hasattr(condition, "parts"):
        return condition
    parts = tuple(_flat(part) for part in condition.parts)
    return parts[0] if len(parts) == 1 and condition.how != "none" else (condition.how, parts)


@pytest.mark.parametrize("which", list(Shipped))
def test_every_shipped_condition_stays_the_very_text(which: Shipped) -> None:
    value: Any = load(shipped.text(which)).value
    found = [(signal["when"], Scope.FACTS) for signal in value["fit"]]
    for kind in ("interest", "intent"):
        found += [(s["where"], Scope.PROPERTIES) for s in value[kind] if "where" in s]
    found += [(value["mql"]["when"], Scope.LEAD), (value["mql"]["never"], Scope.LEAD)]

    for raw, scope in found:
        assert building.kept(raw, again(raw), scope) is raw


def test_what_rows_cannot_show_is_kept_as_text() -> None:
    deep: Any = {"title": "vp"}
    for _ in range(7):
        deep = {"any": [deep, {"country": "france"}]}

    assert again(deep) == deep
    assert again({"title": {"contains": "vp"}}) == {"title": {"contains": "vp"}}
    assert again({"did": {"event": "page", "often": 3}}) == {"did": {"event": "page", "often": 3}}


def test_values_are_typed_as_yaml_types_them() -> None:
    group = Group(rows=[Test("x", "one_of", '10, "10", 1.5, true, vp, "a, b"')])

    assert building.raw_of(group) == {"x": [10, "10", 1.5, True, "vp", "a, b"]}


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        (' a , "b ""c"" d" ,, e', ["a", 'b "c" d', "e"]),
        ('"a" b, c', ['"a" b', "c"]),
        ('"a', ['"a']),
        # Minutes, if each space could be matched in two ways.
        pytest.param("a" + " " * 100_000 + "b", ["a" + " " * 100_000 + "b"], id="very long"),
    ],
)
def test_values_stand_between_commas(typed: str, values: list[str]) -> None:
    group = Group(rows=[Test("x", "one_of", typed)])

    assert building.raw_of(group) == {"x": values}


def test_a_blank_row_says_nothing() -> None:
    assert building.raw_of(Group(rows=[Test(), Done(), Written("  "), Group()])) is None


def test_rows_are_added_and_removed() -> None:
    group = building.placed(building.group_of({"any": [{"a": 1}, {"all": [{"b": 2}]}]}), "when")

    assert building.changed(group, "add-test", "when-1")
    building.placed(group, "when")
    assert building.changed(group, "remove", "when-0")
    building.placed(group, "when")
    assert not building.changed(group, "remove", "when-7")

    assert building.raw_of(group) == {"any": [{"b": 2}]}
    assert [row.path for row in group.rows] == ["when-0"]


def test_hostile_fields_make_no_endless_tree() -> None:
    given_ = {"when-count": "99999999", "when-0-kind": "group"}
    for depth in range(40):
        path = "when" + "-0" * depth
        given_ |= {f"{path}-count": "1", f"{path}-kind": "group"}

    assert building.raw_of(building.posted(given_, "when")) is None
    assert len(building.posted({"when-count": "9999"}, "when").rows) == building.MOST_ROWS


def test_each_row_knows_where_its_condition_stands() -> None:
    raw = {"any": [{"a": 1}, {"did": {"event": "x", "where": {"all": [{"b": 1}, {"c": 2}]}}}]}
    group = building.placed(building.group_of(raw), "when")

    places = building.places(group, ("mql", "when"))

    assert places["when-0"] == ("mql", "when", "any", 0)
    assert places["when-1-where-1"] == ("mql", "when", "any", 1, "did", "where", "all", 1)


def test_a_condition_of_very_many_rows_is_kept_as_text() -> None:
    raw = {"any": [{"title": f"title {number}"} for number in range(200)]}

    group = building.rows_or_text(raw)

    assert [row.kind for row in group.rows] == ["text"]
    assert building.raw_of(group) == raw
