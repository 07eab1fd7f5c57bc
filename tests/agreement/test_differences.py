"""What changed is said, whatever it was, and nothing is said where nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from handraise.agreement import shipped
from handraise.agreement.differences import Change, differences
from handraise.agreement.document import Document
from handraise.agreement.reading import read

FULL: dict[str, Any] = yaml.safe_load("""
name: Full
fit:
  - {name: Boss, points: 25, when: {title: {contains_word: vp}}}
interest:
  - {name: Guide, event: Download, points: 10, where: {kind: guide}, each: {of: pages, per: 10},
     half_life: 30 days, within: 90 days, at_most: 30, once_per: day, needs_consent: tracking}
intent:
  - {name: Demo, event: Demo Requested, points: 60}
grades: {A: 70, B: 45}
priority: {fit: 0.4, interest: 0.2, intent: 0.4}
company: {weight: 0.5, at_most: 20}
mql:
  when: {any: [{fit: {at_least: 30}}, {did: {event: Demo Requested}}]}
  needs: [email]
  never: {is_competitor: true}
  again_after: 30 days
sal: {required: true, decided_by: sales development, accept_within: 4 working hours,
      escalate_to: manager, then: reassign}
sql: {decided_by: account executive,
      when: {all: [{fit: {at_least: 40}}, {phone: {is_known: true}}]},
      answers: {framework: BANT, needs: [need, budget]}}
targets: {mql: 120 a month, mql_to_sql: 0.3}
lists: {partners: [acme.example, beta.example]}
routes:
  - {name: North, when: {country: [no, se]}, team: Nordics}
  - {name: Rest, team: Everybody}
reasons:
  - {name: No need, consequence: recycle, wake_after: 30 days, needs_note: true}
  - {name: No fit, consequence: disqualify}
recycle_plans:
  - {name: Needs the board, wakes: after, wake_after: 45 days}
  - {name: Budget, wakes: next quarter}
""")


def document(change: Callable[[dict[str, Any]], object] = lambda raw: None) -> Document:
    raw = yaml.safe_load(yaml.safe_dump(FULL))
    change(raw)
    return read(yaml.safe_dump(raw, sort_keys=False))


def said(change: Callable[[dict[str, Any]], object]) -> list[str]:
    return [str(each) for each in differences(document(), document(change))]


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], object]:
    def change(raw: Any) -> None:
        for step in path[:-1]:
            raw = raw[step]
        raw[path[-1]] = value

    return change


CHANGES: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("name",), "New", "The name “Full” → “New”"),
    (("fit", 0, "name"), "Chief", "Boss is now Chief."),
    (("fit", 0, "points"), -5, "Boss: points 25 → −5"),
    (("fit", 0, "when"), {"title": "vp"}, "Boss: counts Title contains the word vp → Title is vp"),
    (("interest", 0, "name"), "Manual", "Guide is now Manual."),
    (("interest", 0, "event"), "Read", "Guide: counts “Download”, where kind is guide, for each 10"
     " of its pages → “Read”, where kind is guide, for each 10 of its pages"),
    (("interest", 0, "where"), None, "Guide: counts “Download”, where kind is guide, for each 10"
     " of its pages → “Download”, for each 10 of its pages"),
    (("interest", 0, "each", "of"), "words", "Guide: counts “Download”, where kind is guide, for"
     " each 10 of its pages → “Download”, where kind is guide, for each 10 of its words"),
    (("interest", 0, "each", "per"), 5, "Guide: counts “Download”, where kind is guide, for each"
     " 10 of its pages → “Download”, where kind is guide, for each 5 of its pages"),
    (("interest", 0, "points"), 12, "Guide: points 10 → 12"),
    (("interest", 0, "half_life"), None, "Guide: half-life 30 days → none"),
    (("interest", 0, "within"), "1 day", "Guide: window 90 days → 1 day"),
    (("interest", 0, "at_most"), 20, "Guide: cap 30 → 20"),
    (("interest", 0, "once_per"), None, "Guide: once per day → none"),
    (("interest", 0, "needs_consent"), None, "Guide: needs consent to tracking → none"),
    (("intent", 0, "half_life"), "1 day", "Demo: half-life none → 1 day"),
    (("grades", "A"), 75, "Grade A: from a fit of 70 → 75"),
    (("priority", "fit"), 0.5, "Priority: weight of fit 0.4 → 0.5"),
    (("priority", "interest"), 0.5, "Priority: weight of interest 0.2 → 0.5"),
    (("priority", "intent"), 0.5, "Priority: weight of intent 0.4 → 0.5"),
    (("priority", "order_by"), "learned",
     "Priority: leads ordered by points → the learned score"),
    (("company", "weight"), 0.25, "What colleagues did: weight 0.5 → 0.25"),
    (("company", "at_most"), 10, "What colleagues did: cap 20 → 10"),
    (("company",), None, "No longer: What colleagues did (weight 0.5, cap 20)."),
    (("mql", "needs"), [], "MQL: needs to know email → nothing"),
    (("mql", "never"), None, "MQL: never if is marked as competitor → none"),
    (("mql", "again_after"), "2 weeks", "MQL: again after 30 days → 2 weeks"),
    (("sal", "required"), False, "SAL: is a step of its own → skipped"),
    (("sal", "decided_by"), "sales", "SAL: decided by sales development → sales"),
    (("sal", "accept_within"), "2 working hours",
     "SAL: accepted within 4 working hours → 2 working hours"),
    (("sal", "then"), "keep", "SAL: then reassign → keep"),
    (("sal", "answer_within"), "2 working hours",
     "SAL: questions answered within 1 working day → 2 working hours"),
    (("sal", "contest_within"), "never",
     "SAL: rejections contested within 5 working days → never"),
    (("sql", "decided_by"), "sales", "SQL: decided by account executive → sales"),
    (("sql", "answers", "framework"), "MEDDIC", "SQL: framework BANT → MEDDIC"),
    (("sql", "answers", "needs"), ["need"], "SQL: answers needed budget and need → need"),
    (("targets", "mql"), "90 a month", "Target for MQL 120 a month → 90 a month"),
    (("targets", "mql_to_sql"), 0.4, "Target for MQL to SQL 30 % → 40 %"),
    (("lists", "partners"), ["acme.example"],
     "List partners acme.example, beta.example → acme.example"),
    (("routes", 0, "when"), {"country": "no"},
     "Route North: for country is no or se → country is no"),
    (("routes", 0, "team"), "South", "Route North: goes to Nordics → South"),
    (("routes", 0, "name"), "Norse", "Route North is now Route Norse."),
    (("reasons", 0, "consequence"), "recycle", ""),
    (("reasons", 0, "wake_after"), None, "Reason No need: wakes after 30 days → none"),
    (("reasons", 0, "needs_note"), False, "Reason No need: note needed → not needed"),
    (("reasons", 0, "answer_by"), "marketing",
     "Reason No need: answered by nobody → marketing"),
    (("reasons", 1, "consequence"), "fix data", "Reason No fit: consequence disqualify → fix data"),
    (("reasons", 1, "name"), "Misfit", "Reason No fit is now Reason Misfit."),
    (("recycle_plans", 0, "name"), "The board",
     "Recycle plan Needs the board is now Recycle plan The board."),
    (("recycle_plans", 0, "wake_after"), "2 weeks",
     "Recycle plan Needs the board: wakes after 45 days → after 2 weeks"),
    (("recycle_plans", 1, "wakes"), "on a date",
     "Recycle plan Budget: wakes at the start of the next quarter → on a date"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "sentence"), CHANGES)
def test_each_change_is_said_once(path: tuple[str | int, ...], value: Any, sentence: str) -> None:
    assert said(put(*path, value=value)) == ([sentence] if sentence else [])


def leaves_of(raw: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw)
    return [
        place
        for key, value in inner
        for place in (
            leaves_of(value, (*path, key)) if isinstance(value, dict | list) else [(*path, key)]
        )
    ]


def test_no_field_of_a_document_is_left_out() -> None:
    """Each field is changed by the table above, by a test below, or has one value only."""
    told = {named(path) for path, _, _ in CHANGES}
    elsewhere = {("mql", "when"), ("sql", "when"), ("sal", "escalate_to"), ("grades", "B")}

    for place in map(named, leaves_of(FULL)):
        as_interest = ("interest", *place[1:])  # one model with intent
        prefixes = {way[:n] for way in (place, as_interest) for n in range(1, len(way) + 1)}
        assert prefixes & (told | elsewhere), place


def named(path: tuple[str | int, ...]) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def test_a_criterion_says_which_way_came_and_which_went() -> None:
    change = put(
        "mql",
        "when",
        "any",
        value=[{"fit": {"at_least": 20}}, {"did": {"event": "Demo Requested"}}],
    )

    assert said(change) == [
        "MQL: now also when fit is at least 20",
        "MQL: no longer when fit is at least 30",
    ]


def test_a_criterion_says_which_demand_came_and_which_went() -> None:
    change = put(
        "sql", "when", "all", value=[{"fit": {"at_least": 40}}, {"email": {"is_known": True}}]
    )

    assert said(change) == [
        "SQL: now also when, asking that e-mail is known",
        "SQL: no longer when, asking that phone is known",
    ]


def test_a_criterion_of_another_kind_is_said_whole() -> None:
    change = put("sql", "when", value={"fit": {"at_least": 40}})

    assert said(change) == ["SQL: when fit is at least 40 and phone is known → fit is at least 40"]


def test_it_says_what_is_new_and_what_is_gone() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["intent"][0] = {"name": "Trial", "event": "Trial Started", "points": 45}

    found = differences(document(), document(change))

    assert [(each.part, each.change) for each in found] == [
        ("Intent", Change.ADDED),
        ("Intent", Change.REMOVED),
    ]
    assert str(found[0]) == "New: Trial (kind intent, points 45, counts “Trial Started”)."
    assert str(found[1]) == "No longer: Demo (kind intent, points 60, counts “Demo Requested”)."


def test_a_signal_that_changes_kind_is_said() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["interest"].append(raw["intent"].pop())

    assert said(change) == ["Demo: kind intent → interest"]


def test_routes_have_an_order() -> None:
    assert said(lambda raw: raw["routes"].reverse()) == [
        "Route Rest: place 2 → 1",
        "Route North: place 1 → 2",
    ]


def test_the_order_of_signals_and_reasons_means_nothing() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["reasons"].reverse()
        raw["interest"].append({"name": "Last", "event": "x", "points": 1})

    before = document(
        lambda raw: raw["interest"].insert(0, {"name": "Last", "event": "x", "points": 1})
    )

    assert differences(before, document(change)) == []


def test_an_agreement_does_not_differ_from_itself() -> None:
    text = shipped.text()

    assert differences(read(text), read(text + "\n# a comment\n")) == []
