"""A finding's change in the text of a draft: as small as can be, and never over another's."""

from __future__ import annotations

from difflib import ndiff

import pytest

from handraise.agreement.reading import read
from handraise.agreement.shipped import text as shipped
from handraise.feedback.review.evidence import Change
from handraise.feedback.review.proposing import proposed
from handraise.leads.decide import Refused
from tests.world import AGREEMENT

SHIPPED = shipped()


def differs(before: str, after: str) -> list[str]:
    """The lines that are taken out and put in."""
    lines = ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize(
    ("change", "taken", "put"),
    [
        (Change("set_points", "fit", "Leads a team", 25.0), "points: 15", "points: 25"),
        (Change("set_points", "intent", "asked for a QUOTE", 3.5), "points: 50", "points: 3.5"),
        (Change("set_points", "intent", "Called us", -5), "half_life: 14", "points: -5}"),
        (Change("cap", "interest", "Followed us", at_most=3.0), "at_most: 6", "at_most: 3"),
        (
            Change("half_life", "intent", "Called us", days=5.2),
            "half_life: 14",
            "half_life: 5 days",
        ),
    ],
)
def test_a_number_changes_and_nothing_around_it(change: Change, taken: str, put: str) -> None:
    made = proposed(SHIPPED, change, reviewed=SHIPPED)

    lines = differs(SHIPPED, made.text)
    assert len(lines) == 2
    assert taken in lines[0]
    assert put in lines[1]
    assert made.what.startswith("“")


def test_a_signal_is_removed_with_the_words_above_it() -> None:
    made = proposed(SHIPPED, Change("remove", "interest", "Followed us"), reviewed=SHIPPED)

    assert all(line.startswith("- ") for line in differs(SHIPPED, made.text))
    assert "Followed us" not in made.text
    assert "Segment's name for a video" in made.text
    assert made.what == "“Followed us” removed"


@pytest.mark.parametrize(
    ("value", "kind", "condition"),
    [
        ("north", "text", "{region: north}"),
        ("12 to 40", "number", "{region: {between: [12, 40]}}"),
        ("at least 0.5", "number", "{region: {at_least: 0.5}}"),
        ("at most -3", "number", "{region: {at_most: -3}}"),
        ("12 to 40", "text", '{region: "12 to 40"}'),
        ("yes", "truth", "{region: true}"),
        ("yes", "text", "{region: yes}"),
        ("is known", "text", "{region: {is_known: true}}"),
        (True, "truth", "{region: true}"),
    ],
)
def test_a_fact_becomes_a_fit_signal(value: object, kind: str, condition: str) -> None:
    change = Change("add_fit", "fit", "Region", 12.0, fact="region", value=value)  # type: ignore[arg-type]

    made = proposed(SHIPPED, change, reviewed=SHIPPED, kind=kind)  # type: ignore[arg-type]

    (line,) = differs(SHIPPED, made.text)
    assert line.strip("+ ") == f"- {{name: Region, points: 12, when: {condition}}}"
    assert read(made.text).fit[-1].name == "Region"


def test_an_activity_becomes_a_signal_that_fades() -> None:
    change = Change("add_behaviour", "interest", "Fair visited", 9.0, event="Fair Visited")

    found = read(proposed(SHIPPED, change, reviewed=SHIPPED).text).interest[-1]

    assert (found.event, found.points, found.at_most) == ("Fair Visited", 9, 9)
    assert found.half_life is not None


def test_a_kind_without_signals_gets_its_first_and_loses_its_last() -> None:
    text = AGREEMENT.replace("interest:\n", "other:\n").replace("other:", "interest:")
    bare = proposed(text, Change("remove", "interest", "Downloaded"), reviewed=text).text
    assert read(bare).interest == ()

    change = Change("add_behaviour", "interest", "Fair", -4.0, event="Fair Visited")

    assert read(proposed(bare, change, reviewed=bare).text).interest[0].half_life is None


def test_the_bar_that_the_agreement_names_is_moved() -> None:
    change = Change("raise_bar", bar="intent.1", at_least=35.0)

    made = proposed(AGREEMENT, change, reviewed=AGREEMENT)

    assert "{all: [{fit: {at_least: 30}}, {intent: {at_least: 35}}]}" in made.text
    assert made.what == "MQL when intent at least 35, not 20"


def test_a_bar_on_the_priority_is_put_on_top_once() -> None:
    first = proposed(AGREEMENT, Change("raise_bar", bar="priority.more", at_least=40.0),
                     reviewed=AGREEMENT).text  # fmt: skip
    again = proposed(first, Change("raise_bar", bar="priority.more", at_least=55.0),
                     reviewed=AGREEMENT).text  # fmt: skip

    assert "{intent: {at_least: 20}}, {priority: {at_least: 40}}]}" in first
    assert again == first.replace("at_least: 40", "at_least: 55")


@pytest.mark.parametrize(
    ("change", "draft", "said"),
    [
        (Change("set_points", "fit", "Decides", 1), AGREEMENT.replace("points: 40", "points: 45"),
         "Its points now says 45; what was reviewed said 40"),
        (Change("remove", "fit", "Decides"), AGREEMENT.replace("[head, director]", "[head]"),
         "changed in the draft meanwhile"),
        (Change("remove", "fit", "Decides"), AGREEMENT.replace("Decides", "Chief"),
         "no signal “Decides” any more"),
        (Change("raise_bar", bar="intent.1", at_least=9),
         AGREEMENT.replace("at_least: 20", "at_least: 30"), "something else of an MQL by now"),
        (Change("add_fit", "fit", "DECIDES", 3, fact="a", value="b"), AGREEMENT, "already"),
        (Change("add_fit", "fit", "Other", 3, fact="a", value="anything else"), AGREEMENT,
         "by hand"),
    ],
)  # fmt: skip
def test_what_somebody_changed_meanwhile_is_not_written_over(
    change: Change, draft: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        proposed(draft, change, reviewed=AGREEMENT)
