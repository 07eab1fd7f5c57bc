"""What a mapping may say, and the sentences for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from handraise.capture.imports import MappingFault, read_mapping, written

LEADS = "kind: leads\nidentity: {email: Email}\n"
ACTIVITIES = "kind: activities\nidentity: {user_id: Who}\nevent: What\noccurred_at: When\n"
EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "A mapping is a list of keys"),
        ("kind: [", "Line 1, column 8: expected the node content"),
        ("kind: leads\nkind: leads", "Line 2, column 1: 'kind' is said twice"),
        ("a: &x 1\nb: *x", "aliases are not used"),
        ("identity: {email: Email}", "kind: this is needed"),
        ("kind: people\nidentity: {email: E}", "kind: input should be 'leads'"),
        (LEADS + "facst: {}", "facst: this key is not known here"),
        (LEADS + "facts: {Size: {name: s, type: nmber}}", "facts.Size.type: input should be"),
        (LEADS + "facts: {Size: {nam: size}}", "facts.Size.nam: this key is not known here"),
        (LEADS + "facts: {Born: {name: b, type: instant}}", "the name of an instant ends in _at"),
        (LEADS + "zone: Mars/Olympus", "zone: 'Mars/Olympus' is no time zone"),
        (LEADS + "delimiter: ab", "delimiter: A delimiter is one character"),
        (LEADS + "occurred_at: {column: When, formats: [soon]}", "A format is iso, epoch"),
        (LEADS + "spread: {over: a while}", "'a while' is not a length of time"),
        (LEADS + "spread: {over: 99999999 years}", "longer than 50 years"),
        (LEADS + "occurred_at: A\nspread: {over: 1 year}", "either occurred_at or spread"),
        (LEADS + "event: What", "Only activities have event"),
        (LEADS + "outcome: {column: Won, values: {1: CLIENT}}", "'CLIENT' is no stage; there are"),
        (LEADS + "outcome: {column: Won}", "A column needs values"),
        (LEADS + "outcome: {stage: MQL, after: 1 day, at: When}", "either at or after"),
        ("kind: leads\nidentity: {}", "Name at least one of user_id, email"),
        ("kind: outcomes\nidentity: {email: E}", "Outcomes need an outcome"),
        ("kind: activities\nidentity: {email: E}\noccurred_at: A", "Activities need an event"),
        ("kind: activities\nidentity: {email: E}\nevent: A", "Activities need occurred_at"),
        (ACTIVITIES.replace("event: What", "event: {}"), "either a column or a constant"),
        ("a: " + "[" * 5000, "it is nested too deeply"),
        ("a: \x07", "special characters are not allowed"),
        ("#" * 300_000, "A mapping may have 262,144 characters"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_and_where(text: str, says: str) -> None:
    with pytest.raises(MappingFault) as caught:
        read_mapping(text)

    assert says in str(caught.value)


def test_it_says_every_fault_at_once() -> None:
    with pytest.raises(MappingFault) as caught:
        read_mapping("kind: leads\nidentity: {email: E}\nx: 1\ny: 2\n")

    assert caught.value.sentences == [
        "x: this key is not known here.",
        "y: this key is not known here.",
    ]


def test_scalars_are_text_as_written() -> None:
    mapping = read_mapping(
        LEADS + "unknown_when: [No, ~, 0, 1.50]\noutcome: {column: W, values: {1: MQL, 0: none}}"
    )

    assert mapping.unknown_when == ["No", "~", "0", "1.50"]
    assert mapping.outcome is not None
    assert mapping.outcome.values == {"1": "MARKETING_QUALIFIED", "0": "none"}


@pytest.mark.parametrize("name", [path.name for path in sorted(EXAMPLES.glob("*.yaml"))])
def test_a_mapping_written_out_reads_back_the_same(name: str) -> None:
    mapping = read_mapping((EXAMPLES / name).read_text(encoding="utf-8"))

    assert read_mapping(written(mapping)) == mapping
