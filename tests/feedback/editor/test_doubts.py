"""What is sound and yet odd is warned of, at its place, and never refused."""

from __future__ import annotations

import time
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from handraise.agreement.actions import Refused, change_draft, propose_draft
from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.queries import published
from handraise.agreement.reading import read_anew
from handraise.feedback.editor.doubts import Known, doubts
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.feedback.editor.conftest import shown
from tests.personas import NOON

BASE = """
name: x
fit: [{name: f, points: 30, when: {title: {contains_word: vp}}}]
intent: [{name: i, event: Demo, points: 60, at_most: 60}]
grades: {A: 20}
mql: {when: %s}
reasons: [{name: r, consequence: recycle}]
"""


def said(when: str, known: Known | None = None, text: str = BASE) -> list[str]:
    document = read_anew(text % when if "%s" in text else text)
    return [f"{each.path}: {each.sentence}" for each in doubts(document, known or Known())]


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{fit: {at_least: 20}}, {fit: {at_most: 10}}]}",
        "{all: [{seats: {between: [1, 5]}}, {all: [{seats: {at_least: 6}}]}]}",
        "{any: [{a: 1}, {all: [{country: [de, fr]}, {country: uk}]}]}",
        "{all: [{title: {is_known: false}}, {title: {contains_word: vp}}]}",
        "{none: [{all: [{country: de}, {country: uk}]}]}",
    ],
)
def test_contradictions_are_named(when: str) -> None:
    (found,) = said(when)

    assert found.startswith("mql.when: This can never be true: ")


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{fit: {at_least: 10}}, {fit: {at_most: 20}}]}",
        "{any: [{fit: {at_least: 20}}, {fit: {at_most: 10}}]}",
        "{all: [{country: [de, fr]}, {country: [fr, uk]}]}",
        "{all: [{country: de}, {none: [{country: uk}]}]}",
    ],
)
def test_what_can_be_true_is_not_doubted(when: str) -> None:
    assert said(when) == []


def test_thresholds_that_nobody_can_reach_are_named() -> None:
    assert said("{fit: {at_least: 40}}") == [
        "mql.when: Nobody can reach fit 40: its signals add up to 30 at most."
    ]
    assert said("{intent: {at_least: 61}}") == [
        "mql.when: Nobody can reach intent 61: its signals add up to 60 at most."
    ]
    assert said("{intent: {at_least: 61}}", text=BASE.replace(", at_most: 60", "")) == []
    assert said("{a: 1}", text=BASE.replace("{A: 20}", "{A: 70}")) == [
        "grades.A: Nobody can reach it: the fit signals add up to 30 at most."
    ]


def test_names_that_never_occur_are_doubted_with_the_nearest_that_does() -> None:
    known = Known(events={"Demo Requested"}, facts={"title", "country"})

    found = said("{all: [{contry: de}, {did: {event: Demo Request}}]}", known)

    assert "mql.when: Nobody has the fact “contry” so far. Did you mean country?" in found
    assert any("“Demo Request” so far. Did you mean Demo Requested?" in one for one in found)
    assert any(one.startswith("intent[0].event: No activity has come in") for one in found)
    assert said("{contry: de}") == []


def test_the_opposite_of_a_name_is_never_meant() -> None:
    known = Known(events={"Newsletter Subscribed", "Subscribed", "Unsubscribe"}, facts={"a"})

    found = said("{did: {event: Unsubscribed}}", known)
    alone = said("{did: {event: Unsubscribed}}", Known(events={"Newsletter Subscribed"}))

    assert any("“Unsubscribed” so far. Did you mean Unsubscribe?" in one for one in found)
    assert not any("Did you mean" in one for one in alone if "Unsubscribed" in one)


@pytest.mark.django_db
def test_the_page_marks_what_never_occurs(draft: Version, mark: User, ada: Lead) -> None:
    page = unescape(shown(mark, reverse("draft", args=[draft.number])))

    assert "No activity has come in under the name “Quote Requested” so far." in page
    assert "things look odd and are marked" in page


def changed(draft: Version, text: str, by: User) -> Version:
    return change_draft(draft, text, note="", by=by, at=NOON, via=Via.WEB)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["name: [", "[]", "name: x\n\tfit: 1", "just words", "{}", ""])
def test_a_draft_that_cannot_be_read_is_named_and_what_is_in_force_stays(
    text: str, draft: Version, mark: User
) -> None:
    changed(draft, text, mark)

    page = unescape(shown(mark, reverse("draft", args=[draft.number])))

    assert "Mend" in page or "not ready to propose" in page
    with pytest.raises(AgreementError):
        propose_draft(draft, by=mark, at=NOON, via=Via.WEB)
    held = published()
    assert held is not None
    assert held.number == 1


@pytest.mark.django_db
def test_odd_values_break_no_page(draft: Version, mark: User) -> None:
    text = (
        "name: [1]\nfit: [1, {when: 5}, null]\nintent: {a: 1}\nmql: 7\ngrades: [1]\n"
        "lists: {a: 1, b: [x]}\nroutes: [{when: [1]}]\nreasons: x\npriority: high\n"
    )
    changed(draft, text, mark)

    shown(mark, reverse("draft", args=[draft.number]))
    for key in ("name", "mql", "grades", "priority", "sal", "sql", "targets"):
        shown(mark, reverse("draft_part", args=[draft.number, key]))
    for key, place in (("fit", 0), ("fit", 1), ("fit", 2), ("lists", 0), ("routes", 0)):
        shown(mark, reverse("draft_part_at", args=[draft.number, key, place]))


@pytest.mark.django_db
def test_501_signals_are_refused_by_number_and_the_page_stays_usable(
    draft: Version, mark: User
) -> None:
    signals: Any = "\n".join(
        f"  - {{name: Signal {n}, event: Event {n}, points: 1, half_life: 7 days}}"
        for n in range(501)
    )
    changed(draft, f"name: Many\nintent:\n{signals}\nmql: {{when: {{intent: {{at_least: 5}}}}}}\n"
            "reasons: [{name: r, consequence: recycle}]\n", mark)  # fmt: skip

    began = time.monotonic()
    page = unescape(shown(mark, reverse("draft", args=[draft.number])))
    shown(mark, reverse("draft_part_at", args=[draft.number, "intent", 500]))

    assert "There are 501 signals; 500 is the most." in page
    assert "Signal 500" in page
    assert "Filter 501 by name" in page
    assert time.monotonic() - began < 10


@pytest.mark.django_db
def test_a_huge_text_is_refused_in_a_sentence(draft: Version, mark: User) -> None:
    with pytest.raises(Refused, match="too long"):
        changed(draft, "# " + "x" * 300_000, mark)
