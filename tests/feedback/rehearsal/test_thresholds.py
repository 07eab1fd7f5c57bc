"""The bar that the slider moves, and only that one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from handraise.agreement.conditions import parse
from handraise.agreement.document import Document
from handraise.feedback.rehearsal.thresholds import at_level, chosen, thresholds
from tests.world import AGREEMENT


def draft(when: dict[str, Any]) -> Document:
    told = yaml.safe_load(AGREEMENT)
    told["mql"]["when"] = when
    return Document.model_validate(told)


TREE = {
    "any": [
        {"did": {"event": "Demo Requested", "within": "30 days"}},
        {"all": [{"fit": {"at_least": 30}}, {"intent": {"at_least": 22.5}}]},
        {"none": [{"interest": {"at_least": 10}}]},
    ]
}


def test_every_bar_of_the_criterion_can_be_moved_and_one_on_top() -> None:
    found = thresholds(draft(TREE))

    assert [one.key for one in found] == ["fit.1.0", "intent.1.1", "priority.more"]
    assert [one.value for one in found] == [30, 22.5, 0]
    assert chosen(draft(TREE), None).subject == "fit"
    with pytest.raises(KeyError):
        chosen(draft(TREE), "fit.7")


def test_the_drafts_own_bar_is_among_those_tried() -> None:
    fit, intent, priority = (one.levels for one in thresholds(draft(TREE)))

    assert fit == [5.0 * step for step in range(21)]
    assert (intent[0], intent[-1], len(intent)) == (2.5, 97.5, 20)
    assert 22.5 in intent
    assert priority[0] == 0


def test_moving_a_bar_leaves_everything_else() -> None:
    document = draft(TREE)
    fit, intent, _ = thresholds(document)

    moved = at_level(document, intent, 40)

    wanted = {"any": [TREE["any"][0], {"all": [TREE["any"][1]["all"][0],
              {"intent": {"at_least": 40}}]}, TREE["any"][2]]}  # fmt: skip
    assert moved.mql.when == parse(wanted)
    assert moved.model_copy(update={"mql": document.mql}) == document
    assert at_level(document, fit, 30) is document


def test_a_bar_on_top_is_asked_besides() -> None:
    document = draft({"did": {"event": "Demo Requested"}})
    (bar,) = thresholds(document)

    moved = at_level(document, bar, 25)

    wanted = {"all": [{"did": {"event": "Demo Requested"}}, {"priority": {"at_least": 25}}]}
    assert moved.mql.when == parse(wanted)
    assert at_level(document, bar, 0) is document
    assert "on top" in bar.words


def test_of_many_things_asked_besides_a_few_are_said_and_the_rest_counted() -> None:
    bars = [{"intent": {"at_least": float(level)}} for level in range(50)]

    first, *_, last, _ = thresholds(draft({"all": bars}))

    assert first.among.endswith("and 44 more")
    assert "at least 1" in first.among
    assert "at least 0" not in first.among
    assert last.among.count("at least") == 5
    assert {one.among for one in thresholds(draft({"all": bars[:2]}))} == {
        "intent is at least 1", "intent is at least 0", ""}  # fmt: skip
