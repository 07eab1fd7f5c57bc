"""A text is read into a document, or every fault is named with its line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ibis
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.agreement import shipped
from handraise.agreement.conditions import Did, Joined, Operator, Test
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault
from handraise.agreement.plain_yaml import MAX_BYTES
from handraise.agreement.reading import read
from handraise.agreement.shipped import Shipped
from handraise.scoring.compile import relations
from handraise.scoring.engines.postgres_functions import PostgresFunctions

SMALL = """\
name: Small
fit:
  - {name: Boss, points: 25, when: {title: {contains_word: [vp, head]}}}
interest:
  - {name: Guide, event: Content Downloaded, points: 10, half_life: 30 days, at_most: 30}
intent:
  - name: Demo
    event: Demo Requested
    points: 60
    where: {plan: {one_of: [Gold, 3, true]}}
grades: {A: 70, B: 45}
mql:
  when: {fit: {at_least: 30}}
  never: {stage: [CUSTOMER]}
reasons:
  - {name: No need, consequence: recycle}
"""


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(AgreementError) as caught:
        read(text)
    return caught.value.faults


def only(text: str) -> Fault:
    found = faults(text)
    assert len(found) == 1, found
    return found[0]


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), start=1) if part in line)


@pytest.mark.parametrize("which", list(Shipped))
def test_the_shipped_agreements_are_read(which: Shipped) -> None:
    document = read(shipped.text(which))

    assert document.fit
    assert document.interest
    assert document.intent
    assert document.routes[0].team == "Sales development"


def test_it_reads_a_small_one() -> None:
    document = read(SMALL)

    boss, guide, demo = document.signals
    assert boss.when == Test("title", Operator.CONTAINS_WORD, (" vp ", " head "))
    assert guide.half_life == timedelta(days=30)
    assert demo.where == Test("plan", Operator.ONE_OF, ("gold", 3.0, True))
    assert document.mql.never == Test("stage", Operator.ONE_OF, ("customer",))
    assert document.mql.again_after == timedelta(days=30)


# What stands in the small text, what is put in its place, the path and part of the sentence.
FAULTS = [
    ("half_life: 30 days", "half_lif: 30 days", "interest[0].half_lif", "Did you mean half_life?"),
    ("points: 60", "pionts: 60", "intent[0].pionts", "Did you mean points?"),
    ("grades:", "graeds:", "graeds", "Did you mean grades?"),
    ("half_life: 30 days", "half_life: 0 days", "interest[0].half_life", "longer than nothing"),
    ("half_life: 30 days", "half_life: soon", "interest[0].half_life", "not a length of time"),
    ("half_life: 30 days", "half_life: 99999 days", "interest[0].half_life", "100 years"),
    ("at_most: 30", "at_most: 0", "interest[0].at_most", "must be above 0"),
    ("at_most: 30", "at_most: -3", "interest[0].at_most", "must be above 0"),
    ("points: 60", "points: '60'", "intent[0].points", "is not a number"),
    ("points: 60", "points: true", "intent[0].points", "is not a number"),
    ("points: 60", "points: .nan", "intent[0].points", "is not a number"),
    ("points: 60", "points: 1e400", "intent[0].points", "too large"),
    ("points: 60", "points: 1001", "intent[0].points", "must be at most 1000"),
    ("points: 60", "points: ", "intent[0].points", "must be a number"),
    ("points: 10,", "points: -10,", "interest[0]", "neither window nor cap"),
    ("name: Demo", "name: ''", "intent[0].name", "must not be empty"),
    ("name: Demo", "name: 3", "intent[0].name", "must be text"),
    ("name: Demo", "name: ' GUIDE '", "intent[0].name", "stands here twice"),
    ("A: 70, B: 45", "A: 70, B: 70", "grades.B", "Grades fall"),
    ("A: 70, B: 45", "A: 170", "grades.A", "between 0 and 100"),
    ("A: 70, B: 45", "A: 70, '☆': 3", "grades.☆", "letters"),
    ("{A: 70, B: 45}", "{}", "grades", "name at least one"),
    ("{fit: {at_least: 30}}", "{fit: {at_least: 200}}", "mql.when.fit", "can never be true"),
    ("{fit: {at_least: 30}}", "{fit: {at_most: -1}}", "mql.when.fit", "can never be true"),
    ("{fit: {at_least: 30}}", "{fit: 30}", "mql.when.fit.equals", "at_least, at_most or between"),
    ("{fit: {at_least: 30}}", "{fit: {between: [9, 3]}}", "mql.when.fit.between", "lower one"),
    ("{fit: {at_least: 30}}", "{fit: {is_known: true}}", "mql.when.fit.is_known", "only"),
    ("{fit: {at_least: 30}}", "{interest: {at_most: 30}}", "mql.when.interest", "fell"),
    ("{fit: {at_least: 30}}", "{intent: {between: [1, 9]}}", "mql.when.intent", "fell"),
    ("{fit: {at_least: 30}}", "{none: [{intent: {at_least: 9}}]}",
     "mql.when.none[0].intent", "fell"),
    ("{stage: [CUSTOMER]}", "{intent: {at_least: 9}}", "mql.never.intent", "fell"),
    ("[CUSTOMER]", "[CUSTMER]", "mql.never.stage.one_of", "Did you mean CUSTOMER?"),
    ("[CUSTOMER]", "{starts_with: C}", "mql.never.stage.starts_with", "equals or one_of only"),
    ("{stage: [CUSTOMER]}", "{grade: [A, D]}", "mql.never.grade", "no grade 'd'"),
    ("{stage: [CUSTOMER]}", "{email: {in_list: fre_email}}", "mql.never.email", "free_email?"),
    ("{stage: [CUSTOMER]}", "{consent: 3}", "mql.never.consent.equals", "not a purpose"),
    ("{stage: [CUSTOMER]}", "{consent.x: maybe}", "mql.never.consent.x.equals", "true, false"),
    ("{stage: [CUSTOMER]}", "{firstName: x}", "mql.never.firstName", "first_name"),
    ("{stage: [CUSTOMER]}", "{did: {evnt: x}}", "mql.never.did.evnt", "Did you mean event?"),
    ("{stage: [CUSTOMER]}", "{did: {event: x, at_least: 0}}", "mql.never.did.at_least", "above 0"),
    ("{stage: [CUSTOMER]}", "{did: {event: x, at_most: -1}}", "mql.never.did.at_most", "0 or more"),
    ("{stage: [CUSTOMER]}", "{did: {event: x, within: 3}}", "mql.never.did.within", "not a length"),
    ("{stage: [CUSTOMER]}", "{a: {matches: '(?=x)'}}", "mql.never.a.matches", "simple forms"),
    ("{stage: [CUSTOMER]}", "{a: {matches: '(('}}", "mql.never.a.matches", "pattern"),
    ("{stage: [CUSTOMER]}", "{any: []}", "mql.never.any", "takes a list"),
    ("{stage: [CUSTOMER]}", "{a: {}}", "mql.never.a", "tests nothing"),
    ("{stage: [CUSTOMER]}", "{}", "mql.never", "A condition is a mapping"),
    ("{stage: [CUSTOMER]}", "{a: {equal: 3}}", "mql.never.a.equal", "Did you mean equals?"),
    ("{title: {", "{intent: {", "fit[0].when.intent", "reads facts"),
    ("{title: {contains_word: [vp, head]}}", "{did: {event: x}}", "fit[0].when.did", "reads facts"),
    ("{plan: {", "{did: {", "intent[0].where.did", "cannot stand here"),
    ("{plan: {", "{properties.plan: {", "intent[0].where.properties.plan", "write plan"),
    ("consequence: recycle", "consequence: forget", "reasons[0].consequence", "must be 'recycle'"),
    ("consequence: recycle", "consequence: disqualify, wake_after: 3 days",
     "reasons[0].wake_after", "recycle only"),
    ("never: {stage", "needs: [intent]\n  never: {stage", "mql.needs[0]", "not the name of a fact"),
    ("grades:", "sal: {accept_within: 4 moons}\ngrades:", "sal.accept_within", "not a length"),
    ("grades:", "sal: {decided_by: me}\ngrades:", "sal.decided_by", "'marketing'"),
    ("grades:", "recycle_plans: [{name: Later}]\ngrades:", "recycle_plans[0]", "after how long"),
    ("grades:", "recycle_plans: [{name: A, wakes: on a date, wake_after: 3 days}]\ngrades:",
     "recycle_plans[0]", "does not go with"),
    ("grades:", "recycle_plans: [{name: A, wakes: soon}]\ngrades:", "recycle_plans[0].wakes",
     "must be 'after'"),
    ("grades:", "recycle_plans: [{name: A, wakes: on a date}, {name: a, wakes: on a date}]\n"
     "grades:", "recycle_plans[1].name", "stands here twice"),
    ("grades:", "sql: {when: {intent: {at_most: 3}}}\ngrades:", "sql.when.intent", "fell"),
    ("grades:", "priority: {fit: 0, interest: 0, intent: 0}\ngrades:", "priority", "above zero"),
    ("grades:", "priority: {fit: -1}\ngrades:", "priority.fit", "at least 0"),
    ("grades:", "company: {weight: 2, at_most: 9}\ngrades:", "company.weight", "at most 1"),
    ("grades:", "targets: {mql: many}\ngrades:", "targets.mql", "120 a month"),
    ("grades:", "targets: {mql_to_sql: 30}\ngrades:", "targets.mql_to_sql", "up to 1"),
    ("grades:", "targets: {leads: 3 a week}\ngrades:", "targets.leads", "mql, sal"),
    ("grades:", "lists: {free_email: [a]}\ngrades:", "lists.free_email", "another name"),
    ("grades:", "lists: {Our Own: [a]}\ngrades:", "lists.Our Own", "lower-case"),
    ("grades:", "lists: {own: []}\ngrades:", "lists.own", "is empty"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "instead", "path", "sentence"), FAULTS)
def test_it_names_the_fault_and_its_line(part: str, instead: str, path: str, sentence: str) -> None:
    assert part in SMALL
    text = SMALL.replace(part, instead, 1)

    fault = only(text)

    assert fault.path == path
    assert sentence in fault.sentence
    written = text.split("\n")[fault.line - 1]
    assert written not in SMALL.split("\n"), fault  # it points at the line that was changed
    assert fault.column >= 1


def test_it_names_every_fault_at_once() -> None:
    text = SMALL.replace("points: 25", "pints: 25").replace("at_most: 30", "at_most: 0")

    assert [fault.path for fault in faults(text)] == ["fit[0].pints", "interest[0].at_most"]


def test_it_says_where_what_is_missing_should_stand() -> None:
    fault = only(SMALL.replace("    event: Demo Requested\n", ""))

    assert (fault.line, fault.sentence) == (line_of(SMALL, "name: Demo"), "'event' is missing.")


UNREADABLE = [
    ("", "The text is empty."),
    ("# only a comment", "The text is empty."),
    ("null", "must be a mapping"),
    ("- a", "must be a mapping"),
    ("a: b: c", "not YAML"),
    ("a: [1, 2", "not YAML"),
    ("a: 'x", "not YAML"),
    ("a:\n\t- b", "Indent with spaces"),
    ("a: b\0c", "U+0000"),
    ("a: \ud800", "U+D800"),
    ("a: \x1b[31m", "U+001B"),
    ('a: "b\\0c"', "U+0000"),
    ('"a\\0b": c', "U+0000"),
    ("a: &x 1", "Anchors and aliases"),
    ("a: *x", "Anchors and aliases"),
    ("a: {<<: {b: 1}}", "Merge keys"),
    ("a: !!python/object/apply:os.system ['true']", "Tags"),
    ("a: !x 1", "Tags"),
    ("a: 1\na: 2", "stands here twice"),
    ("a: 1\n---\nb: 2", "one document"),
    ("? [a, b]\n: c", "A key is a word"),
    ("'': 1", "A key is missing"),
    ("a: " + "[" * 5000 + "]" * 5000, "Nested deeper"),
    ("a: " + "{b: " * 5000, "Nested deeper"),
    ("- " * 5000 + "x", "Nested deeper"),
    ("a: [" + "1," * 60_000 + "]", "more than 50,000 values"),
    ("a: " + "9" * 200, "must be"),
    ("x" * (MAX_BYTES + 1), "an agreement has at most"),
    ("é" * (MAX_BYTES // 2 + 1), "an agreement has at most"),
]


@pytest.mark.parametrize(("text", "sentence"), UNREADABLE)
def test_it_refuses_what_is_no_agreement(text: str, sentence: str) -> None:
    found = faults(text)

    assert any(sentence in fault.sentence for fault in found) or found[0].path == "a"
    assert all(1 <= fault.line <= text.count("\n") + 1 for fault in found)


def test_aliases_cannot_multiply() -> None:
    bomb = "a: &a [x]\n" + "".join(f"a{n}: [*a, *a]\n" for n in range(30))

    assert "Anchors" in only(bomb).sentence


def test_plain_words_are_read_as_people_mean_them() -> None:
    text = SMALL.replace(
        "{plan: {one_of: [Gold, 3, true]}}", "{country: [NO, on, 1:30, 2026-01-01]}"
    )

    demo = read(text).intent[0]

    assert demo.where is not None
    assert demo.where.values == ("no", "on", "1:30", "2026-01-01")


@pytest.mark.parametrize("said", ["MQL", "mql", "Marketing qualified", "MARKETING_QUALIFIED"])
def test_a_stage_may_be_written_as_people_say_it(said: str) -> None:
    document = read(SMALL.replace("[CUSTOMER]", f"'{said}'"))

    assert document.mql.never == Test("stage", Operator.EQUALS, ("marketing_qualified",))


def test_consent_is_written_by_purpose() -> None:
    document = read(SMALL.replace("{stage: [CUSTOMER]}", "{none: [{consent: [News, calls]}]}"))

    given = tuple(Test(f"consent.{name}", Operator.EQUALS, (True,)) for name in ("news", "calls"))
    assert document.mql.never == Joined("none", (Joined("any", given),))


def test_a_score_may_hold_a_stage_back() -> None:
    text = SMALL.replace("{stage: [CUSTOMER]}", "{none: [{intent: {at_least: 10}}]}")

    assert read(text).mql.never is not None


def test_priority_is_above_what_it_is_made_of() -> None:
    assert only(SMALL.replace("{fit: {at_least: 30}}", "{priority: {at_most: 30}}"))


def test_it_counts_the_signals() -> None:
    many = "".join(f"  - {{name: s{n}, event: e, points: 1}}\n" for n in range(501))

    assert "500 is the most" in only(SMALL.replace("interest:\n", f"interest:\n{many}")).sentence


def test_a_did_may_test_the_properties_of_what_was_done() -> None:
    text = SMALL.replace(
        "{stage: [CUSTOMER]}", "{did: {event: page, where: {path: {in_list: nowhere}}}}"
    )

    assert only(text).path == "mql.never.did.where.path"
    known = read(text.replace("nowhere", "free_email")).mql.never
    assert isinstance(known, Did)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["30 days", "recycle", "page", "CUSTOMER", "free_email", "A"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.text(max_size=6) | st.sampled_from(
            [*Document.model_fields, "all", "any", "none", "did", "event", "points", "when",
             "where", "half_life", "at_most", "at_least", "between", "within", "stage",
             "grade", "consent",
             "consequence", "team", "needs", "never", "one_of", "in_list", "matches", "sum"]),
        inner, max_size=4,
    ),
    max_leaves=30,
)  # fmt: skip


def read_or_refuse(text: str) -> None:
    """The only two outcomes there may be."""
    try:
        found: tuple[Fault, ...] | Document = read(text)
    except AgreementError as error:
        found = error.faults
    if not isinstance(found, Document):
        assert found
        assert all(fault.line >= 1 and fault.column >= 1 for fault in found)
        assert all(fault.sentence.strip() for fault in found)


@settings(max_examples=400, deadline=None)
@given(st.text() | JUNK.map(lambda raw: yaml.safe_dump(raw, allow_unicode=True)))
def test_no_text_does_anything_but_be_read_or_refused(text: str) -> None:
    read_or_refuse(text)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_single_change_does_anything_but_be_read_or_refused(data: st.DataObject) -> None:
    raw: Any = yaml.safe_load(SMALL)
    holder, key = raw, data.draw(st.sampled_from(sorted(raw)))
    while isinstance(holder[key], dict | list) and data.draw(st.booleans()):
        holder = holder[key]
        places = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not places:
            break
        key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(JUNK)

    read_or_refuse(yaml.safe_dump(raw, allow_unicode=True))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_cut_through_a_text_does_anything_but_be_read_or_refused(data: st.DataObject) -> None:
    text = shipped.text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 200)))

    read_or_refuse(text[:start] + data.draw(st.text(max_size=5)) + text[end:])


def many(tests: int, routes: int = 0) -> str:
    wanted = ", ".join(f"{{title: t{number}}}" for number in range(tests))
    text = SMALL.replace("when: {fit: {at_least: 30}}", f"when: {{any: [{wanted}]}}")
    each = "".join(f"  - {{name: R{number}, team: Sales}}\n" for number in range(routes))
    return text + (f"routes:\n{each}" if routes else "")


def test_as_many_tests_as_are_allowed_can_be_compiled() -> None:
    made = relations(read(many(400)), PostgresFunctions(), "UTC")

    assert "t399" in str(ibis.to_sql(made.details, dialect="postgres"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (many(401), "400 tests of one condition"),
        (many(1, routes=201), "200 is the most"),
    ],
)
def test_more_than_an_engine_can_run_is_refused(text: str, said: str) -> None:
    with pytest.raises(AgreementError, match=said):
        read(text)
