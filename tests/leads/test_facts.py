"""Flattening, typing, and which facts are news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handraise.leads.facts import MAX_NAME, Typed, flatten, lead_facts, match_of, typed
from handraise.leads.models import Fact
from handraise.leads.queries import company_facts_of, facts_of
from handraise.leads.record import record
from tests.leads.said import did, facts, group, lead_of
from tests.personas import NOON

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "value", "is_typed"),
    [
        ("title", "VP, Sales", Typed("VP, Sales", text="vp, sales", words=" vp sales ")),
        ("employees", 250, Typed(250, number=250.0)),
        ("employees", "250", Typed("250", text="250", words=" 250 ")),
        ("wants_news", True, Typed(True, truth=True)),
        ("created_at", "2026-01-02T03:04:05Z",
         Typed("2026-01-02T03:04:05Z", instant=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))),
        ("createdAt", "2026-01-02",
         Typed("2026-01-02", instant=datetime(2026, 1, 2, tzinfo=UTC))),
        ("created_at", "lately", Typed("lately", text="lately", words=" lately ")),
        ("birthday", "2026-01-02", Typed("2026-01-02", text="2026-01-02", words=" 2026 01 02 ")),
        ("seen_at", "0001-01-01T00:00:00+14:00",
         Typed("0001-01-01T00:00:00+14:00", text="0001-01-01t00:00:00+14:00",
               words=" 0001 01 01t00 00 00 14 00 ")),
        ("plan", None, Typed(None)),
        ("plan", "   ", Typed(None)),
        ("big", 10**400, Typed(str(10**400), text=str(10**400), words=f" {10**400} ")),
    ],
)  # fmt: skip
def test_a_value_is_typed_once(name: str, value: Any, is_typed: Typed) -> None:
    assert typed(name, value) == is_typed


@pytest.mark.parametrize(
    ("source", "flat"),
    [
        ({"a": {"b": {"c": 1}}}, {"a.b.c": 1}),
        ({"topics": ["Pricing", "Security"]}, {"topics": "Pricing, Security"}),
        ({"topics": []}, {"topics": ""}),
        ({"sizes": [1, 2.5, True, None]}, {"sizes": "1, 2.5, true"}),
        ({"products": [{"name": "A", "price": 1}, {"name": "B"}]},
         {"products.name": "A, B", "products.price": "1"}),
    ],
)  # fmt: skip
def test_nested_values_are_flattened(source: dict[str, Any], flat: dict[str, Any]) -> None:
    assert dict(flatten(source)) == flat


def test_nesting_without_end_becomes_nothing() -> None:
    deep: dict[str, Any] = {"x": 1}
    for _ in range(500):
        deep = {"d": deep, "l": [deep]}

    assert list(flatten(deep)) == []


def test_a_long_name_is_cut_and_marked() -> None:
    (one, _), (other, _) = flatten({"n" * 300: 1, "n" * 301: 2})

    assert len(one) == len(other) == MAX_NAME
    assert one != other


def test_traits_get_their_standard_names() -> None:
    traits: dict[str, Any] = {
        "firstName": "Ada", "jobTitle": "VP", "company": {"name": "Acme", "employee_count": 9},
        "address": {"city": "Bern", "street": "Gasse 1"}, "email": " Ada@Acme.example ",
        "favouriteColour": "red",
    }  # fmt: skip

    assert dict(lead_facts(traits)) == {
        "first_name": "Ada", "title": "VP", "company.name": "Acme", "company.employees": 9,
        "city": "Bern", "address.street": "Gasse 1", "email": "ada@acme.example",
        "favouriteColour": "red",
    }  # fmt: skip


def test_what_conditions_read_is_folded_and_leaves_out_the_unknown() -> None:
    properties = {"path": "/Prix/Été", "ref": None, "blank": " ", "n": 0, "ok": False}

    assert match_of(properties) == {
        "path": "/prix/ete", "path~": " prix ete ", "n": 0, "ok": False
    }  # fmt: skip


def values(user_id: str, name: str) -> list[Any]:
    mine = Fact.objects.filter(identity__value=user_id, name=name)
    return list(mine.order_by("holds_from", "id").values_list("value", flat=True))


@pytest.mark.django_db
class TestNews:
    def test_a_change_and_a_change_back_are_both_written(self) -> None:
        for days, title in enumerate(["VP", "VP", "CEO", "VP"]):
            record([facts({"title": title}, user_id="u", at=NOON + days * DAY)], at=NOON)

        assert values("u", "title") == ["VP", "CEO", "VP"]

    def test_one_batch_is_read_in_the_order_of_time(self) -> None:
        told = [
            facts({"title": title}, user_id="u", at=NOON + days * DAY)
            for days, title in [(2, "CEO"), (0, "VP"), (1, "VP"), (3, "CEO")]
        ]

        recorded = record(told, at=NOON)

        assert recorded.facts == 1  # one name of one lead changed
        assert values("u", "title") == ["VP", "CEO"]

    def test_what_is_told_late_is_compared_with_its_own_time(self) -> None:
        record([facts({"title": "VP"}, user_id="u", at=NOON)], at=NOON)
        record([facts({"title": "CEO"}, user_id="u", at=NOON + 4 * DAY)], at=NOON)

        record([facts({"title": "VP"}, user_id="u", at=NOON + 2 * DAY)], at=NOON)
        record([facts({"title": "CEO"}, user_id="u", at=NOON + 3 * DAY)], at=NOON)
        record([facts({"title": "Intern"}, user_id="u", at=NOON - DAY)], at=NOON)

        assert values("u", "title") == ["Intern", "VP", "CEO", "CEO"]

    def test_one_is_not_true_and_zero_is_not_false(self) -> None:
        for days, value in enumerate([1, True, 0, False, 0.0]):
            record([facts({"x": value}, user_id="u", at=NOON + days * DAY)], at=NOON)

        assert [repr(value) for value in values("u", "x")] == ["1", "True", "0", "False", "0.0"]

    def test_null_is_written_only_over_something(self) -> None:
        for days, value in enumerate([None, "Pro", "", None]):
            record([facts({"plan": value}, user_id="u", at=NOON + days * DAY)], at=NOON)

        assert values("u", "plan") == ["Pro", None]
        plan = {fact.name: fact for fact in facts_of(lead_of("user_id", "u"))}["plan"]
        assert (plan.text, plan.number, plan.truth, plan.instant) == (None, None, None, None)

    def test_facts_are_told_as_known_at_an_instant(self) -> None:
        record([facts({"title": "VP"}, user_id="u", at=NOON - 9 * DAY)], at=NOON)
        late = facts({"title": "CEO"}, user_id="u", at=NOON - 5 * DAY, known_at=NOON)
        record([late], at=NOON)
        lead = lead_of("user_id", "u")

        told = {at: facts_of(lead, at=NOON + at * DAY) for at in (-10, -4, 0)}

        assert [[fact.value for fact in found] for found in told.values()] == [[], ["VP"], ["CEO"]]

    def test_an_email_brings_its_domain(self) -> None:
        record([did(user_id="u", email="ada@acme.example")], at=NOON)

        told = {fact.name: fact.value for fact in facts_of(lead_of("user_id", "u"))}
        assert told == {"email": "ada@acme.example", "email_domain": "acme.example"}

    def test_company_facts_are_kept_once_for_the_company(self) -> None:
        traits = {"name": "Acme", "employees": 50}
        record([group(traits, user_id="u", group_id="g")], at=NOON)
        record([group(traits, user_id="v", group_id="g", at=NOON + DAY)], at=NOON)

        acme = lead_of("user_id", "v").company
        assert acme is not None
        assert {fact.name: fact.value for fact in company_facts_of(acme)} == traits
        assert Fact.objects.filter(company=acme).count() == 2

    def test_strange_text_arrives_as_it_was(self) -> None:
        strange = 'tab\t new\nline \\N back\\slash "quoted" {brace} ünï ☃ \x01'

        record([facts({"note": strange, 'k\te"y\\': "x"}, user_id='u"\\,{}\t')], at=NOON)

        told = {fact.name: fact.value for fact in facts_of(lead_of("user_id", 'u"\\,{}\t'))}
        assert told == {"note": strange, 'k\te"y\\': "x"}
