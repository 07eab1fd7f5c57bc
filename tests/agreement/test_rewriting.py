"""A text is changed at one place and stays what it was at every other."""

from __future__ import annotations

import copy
import difflib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.agreement import shipped
from handraise.agreement.plain_writing import blocks, flow, same
from handraise.agreement.plain_yaml import load
from handraise.agreement.rewriting import lost_comments, moved, rewritten
from handraise.agreement.shipped import Shipped
from handraise.agreement.spans import comments

TEXT = """\
# What we agreed.
name: Ours  # for now
intent:
  # They asked.
  - {name: Demo, event: Demo Requested, points: 60, half_life: 30 days}
  # They looked
  # more than once.
  - name: Prices
    event: page
    where: {path: {starts_with: /pricing}}  # and below
    points: 10

# The bar.
mql:
  when:
    any:
      # Outright.
      - {did: {event: Demo Requested}}
      - {intent: {at_least: 30}}
  needs: [email]
"""

WORDS = st.one_of(
    st.sampled_from(["no", "1e5", "0x1", "~", "null", "", " a", "a ", "- a", "a: b", "a #b", "#",
                     "é", "日本", "🎉", "a,b", "[x]", "{y}", "'", '"', "*a", "&b", "!c", "%", "@",
                     "1:30", "a\nb",
                     "\u2028", "\x85", "2026-01-01", "true", "<<", "=", "a  b", "\\d+"]),
    st.text(max_size=12, alphabet=st.characters(exclude_categories=["Cs", "Cc"])),
)  # fmt: skip
PLAIN = st.one_of(
    WORDS, st.integers(-(10**20), 10**20), st.booleans(), st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
KEYS = WORDS.filter(lambda word: word.strip() and word != "<<")
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=14,
)  # fmt: skip


def said(text: str) -> Any:
    return copy.deepcopy(load(text).value)


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


@settings(deadline=None)
@given(VALUES)
def test_what_is_written_is_read_back_as_the_same(value: Any) -> None:
    for text in (
        flow(value),
        flow([value]),
        flow({"a": value}),
        blocks({"a": value, "b": [value]}),
    ):
        assert load(text).value is not None or value is None
    assert same(load(flow([value])).value, [value])
    assert same(load(blocks({"a": value})).value, {"a": value})


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), VALUES)
def test_any_text_can_be_made_to_say_anything(before: Any, after: Any) -> None:
    for text in (blocks(before), flow(before)):
        assert same(load(rewritten(text, after)).value, after)


@pytest.mark.parametrize("which", list(Shipped))
@settings(deadline=None)
@given(data=st.data())
def test_a_shipped_text_keeps_what_was_not_touched(which: Shipped, data: st.DataObject) -> None:
    text = shipped.text(which)
    value = said(text)
    kind = data.draw(st.sampled_from(["fit", "interest", "intent", "routes", "reasons"]))
    place = data.draw(st.integers(0, len(value[kind]) - 1))
    field = data.draw(st.sampled_from(["name", "points", "half_life", "when"]))
    value[kind][place][field] = data.draw(VALUES.filter(lambda new: new is not None))

    after = rewritten(text, value)

    assert same(load(after).value, value)
    assert len(changed(text, after)) <= 2
    assert lost_comments(text, after) == []


def test_a_value_is_replaced_alone() -> None:
    value = said(TEXT)
    value["intent"][0]["points"] = 50
    value["intent"][1]["where"]["path"]["starts_with"] = ["/pricing", "/plans"]
    value["mql"]["when"]["any"][1]["intent"]["at_least"] = 25.5

    after = rewritten(TEXT, value)

    assert [line[2:].strip() for line in changed(TEXT, after) if line[0] == "+"] == [
        "- {name: Demo, event: Demo Requested, points: 50, half_life: 30 days}",
        "where: {path: {starts_with: [/pricing, /plans]}}  # and below",
        "- {intent: {at_least: 25.5}}",
    ]
    assert lost_comments(TEXT, after) == []


def test_a_signal_is_added_after_the_others() -> None:
    value = said(TEXT)
    value["intent"].append({"name": "Cart: filled", "event": "Product Added", "points": 20})

    after = rewritten(TEXT, value)

    assert changed(TEXT, after) == [
        '+   - {name: "Cart: filled", event: Product Added, points: 20}'
    ]
    assert after.index("Cart") < after.index("# The bar.")


def test_a_key_is_added_where_it_belongs_and_removed() -> None:
    value = said(TEXT)
    value["intent"][1] = {**value["intent"][1], "at_most": 30}
    value["mql"] = {"when": value["mql"]["when"], "never": {"is_competitor": True}}

    after = rewritten(TEXT, value)

    assert changed(TEXT, after) == [
        "+     at_most: 30", "-   needs: [email]", "+   never: {is_competitor: true}",
    ]  # fmt: skip


def test_a_signal_goes_with_the_comment_above_it() -> None:
    value = said(TEXT)
    del value["intent"][1]

    after = rewritten(TEXT, value)

    assert lost_comments(TEXT, after) == ["They looked", "more than once.", "and below"]
    assert "# They asked." in after
    assert "\n\n# The bar." in after


def test_the_first_signals_may_be_named_on_a_key_without_any() -> None:
    for text in ("name: x\nintent:\nfit: []\n", "name: x\nintent: []\nfit: []\n"):
        after = rewritten(text, {"name": "x", "intent": [{"name": "a"}, {"name": "b"}], "fit": []})

        assert after == "name: x\nintent:\n  - {name: a}\n  - {name: b}\nfit: []\n"


def test_a_section_is_added_in_its_place() -> None:
    value = {"name": "x", "fit": [{"name": "a"}], "mql": {"when": {"a": 1}}}

    after = rewritten("name: x\nmql: {when: {a: 1}}\n", value)

    assert after == "name: x\nfit:\n  - {name: a}\nmql: {when: {a: 1}}\n"


def test_order_is_kept_where_it_counts() -> None:
    after = rewritten("grades: {A: 70, B: 45}\n", {"grades": {"B": 80, "A": 70}})

    assert after == "grades: {B: 80, A: 70}\n"


def test_an_entry_moves_with_its_comment() -> None:
    text = "routes:\n  # Big ones.\n  - {name: a}\n  - name: b\n    team: T\n# end\n"

    assert moved(text, ("routes", 0), 1) == (
        "routes:\n  - name: b\n    team: T\n  # Big ones.\n  - {name: a}\n# end\n"
    )
    assert moved("routes: [{name: a}, {name: b}]", ("routes", 1), 0) == (
        "routes: [{name: b}, {name: a}]"
    )


def test_comments_are_told_from_texts() -> None:
    assert comments('a: "# not" # yes\nb: c#no\n  # indented\n# é last') == [
        "yes", "indented", "é last",
    ]  # fmt: skip


def test_a_comment_inside_what_is_replaced_is_named() -> None:
    value = said(TEXT)
    value["mql"]["when"] = {"intent": {"at_least": 30}}

    after = rewritten(TEXT, value)

    assert lost_comments(TEXT, after) == ["Outright."]
    assert "when: {intent: {at_least: 30}}\n  needs: [email]" in after


def test_a_list_pasted_in_is_written_at_once_and_a_single_value_alone() -> None:
    values = [f"word {number}" for number in range(1000)]
    text = "# Ours.\nname: Ours\nlists:\n  rivals: [acme, globex]  # for now\n"

    long = rewritten(text, {"name": "Ours", "lists": {"rivals": values}})
    longer = rewritten(long, {"name": "Ours", "lists": {"rivals": [*values, "acme"]}})

    assert load(long).value == {"name": "Ours", "lists": {"rivals": values}}
    assert long.startswith("# Ours.\nname: Ours\nlists:\n  rivals: [word 0, word 1, ")
    assert longer == long.replace("word 999]", "word 999, acme]")


def test_comments_of_a_long_list_stay_where_values_come_to_it() -> None:
    text = (
        "name: Ours\nlists:\n  rivals:\n    - acme  # asked for by legal\n    - globex\n"
        "    # sued us\n    - initech\n"
    )
    said: Any = load(text).value
    rivals = [*said["lists"]["rivals"], *(f"word {number}" for number in range(60))]

    longer = rewritten(text, {**said, "lists": {"rivals": rivals}})

    assert load(longer).value == {"name": "Ours", "lists": {"rivals": rivals}}
    assert lost_comments(text, longer) == []
    assert longer.startswith(text)
