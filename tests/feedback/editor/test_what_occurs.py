"""Suggestions come from what really occurs; counts from the compiled agreement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from handraise.agreement import occurring
from handraise.agreement.conditions import parse
from handraise.agreement.document import Behaviour, FitSignal
from handraise.agreement.models import Version
from handraise.agreement.reading import read
from handraise.feedback.editor import counting
from handraise.leads import limits, sampling
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.feedback.editor.conftest import as_user
from tests.personas import NOON

pytestmark = pytest.mark.django_db
LEADS = ("ada", "ben", "cleo", "dan", "eve", "finn", "hana")


@pytest.fixture
def everybody(request: pytest.FixtureRequest) -> list[Lead]:
    return [request.getfixturevalue(name) for name in LEADS]


def suggested(user: User, draft: Version, **asked: str) -> str:
    where = reverse("draft_suggestions", args=[draft.number])
    response = as_user(user).get(where, asked)
    assert response.status_code == 200
    return response.content.decode()


def test_activities_are_suggested_with_how_often_and_when_last(
    everybody: list[Lead], draft: Version, mark: User
) -> None:
    found = suggested(mark, draft, what="events", q="demo")

    assert 'data-value="Demo Requested"' in found
    assert "4 ×" in found
    assert "last " in found
    assert "Webinar" not in found


def test_properties_and_values_of_an_activity_are_suggested(
    everybody: list[Lead], draft: Version, mark: User
) -> None:
    properties = suggested(mark, draft, what="subjects", scope="properties", event="page", q="")
    values = suggested(mark, draft, what="values", scope="properties", event="page",
                       subject="path", operator="starts_with", q="/pri")  # fmt: skip

    assert 'data-value="path"' in properties
    assert 'data-value="seconds"' in properties
    assert "~" not in properties
    assert values.count('data-value="/pricing"') == 1
    assert "/blog" not in values


def test_facts_of_people_and_companies_are_suggested(
    everybody: list[Lead], draft: Version, mark: User
) -> None:
    facts = suggested(mark, draft, what="subjects", scope="facts", q="empl")
    values = suggested(mark, draft, what="values", scope="facts",
                       subject="company.industry", q="soft")  # fmt: skip

    assert 'data-value="company.employees"' in facts
    assert 'data-value="software"' in values


def test_a_criterion_may_speak_of_more_than_facts(
    everybody: list[Lead], draft: Version, mark: User
) -> None:
    assert 'data-value="intent"' in suggested(mark, draft, what="subjects", scope="lead", q="inte")
    assert 'data-value="intent"' not in suggested(
        mark, draft, what="subjects", scope="facts", q="inte"
    )
    assert "consent.newsletter" in suggested(mark, draft, what="subjects", scope="lead", q="cons")
    assert "CUSTOMER" in suggested(mark, draft, what="values", scope="lead", subject="stage")
    assert "free_email" in suggested(mark, draft, what="values", operator="in_list", subject="x")
    assert suggested(mark, draft, what="nonsense").strip() == ""


def test_what_takes_too_long_is_sampled_and_says_about(
    everybody: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = limits.rows

    def slow_unless_sampled(sql: str, *args: object, **rest: object) -> object:
        if "TABLESAMPLE" not in sql:
            raise limits.TooLong
        return whole(sql, *args, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(limits, "rows", slow_unless_sampled)

    found = {each.name: each for each in occurring.events()}

    assert found["Demo Requested"].is_about


def test_a_statement_is_stopped_in_time() -> None:
    with pytest.raises(limits.TooLong):
        limits.rows("SELECT pg_sleep(5)", [], milliseconds=20)

    assert limits.rows("SELECT 1", [], milliseconds=1000) == [(1,)]
    assert limits.rows("SHOW statement_timeout", [], milliseconds=1000) == [("1s",)]
    with limits.limited(5):
        pass
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def behaviour(**says: object) -> Behaviour:
    return Behaviour.model_validate({"name": "x", "points": 1, **says})


def test_leads_with_a_signal_are_counted_in_30_and_90_days(everybody: list[Lead]) -> None:
    asked = counting.of_behaviour(behaviour(event="Demo Requested"), lists={}, at=NOON)
    priced = counting.of_behaviour(
        behaviour(event="page", where={"path": "/pricing"}, half_life="7 days"), lists={}, at=NOON
    )

    assert asked is not None
    assert (asked.recent, asked.found, asked.total, asked.is_about) == (2, 3, 7, False)
    assert priced is not None
    assert priced.recent == 5


def test_a_window_and_points_below_zero_count_all_the_same(everybody: list[Lead]) -> None:
    short = behaviour(event="Demo Requested", within="2 days")
    negative = behaviour(event="Demo Requested").model_copy(update={"points": -5.0})

    assert counting.of_behaviour(short, lists={}, at=NOON).found == 2  # type: ignore[union-attr]
    assert counting.of_behaviour(negative, lists={}, at=NOON).found == 3  # type: ignore[union-attr]


def test_a_fit_condition_counts_the_unknown_too(everybody: list[Lead]) -> None:
    signal = FitSignal.model_validate({"name": "x", "points": -3, "when": {"is_competitor": True}})

    count = counting.of_fit(signal, lists={}, at=NOON)

    assert count is not None
    assert (count.found, count.unknown, count.total) == (1, 6, 7)


def test_a_criterion_counts_by_the_scores_of_the_draft(
    everybody: list[Lead], draft: Version
) -> None:
    document = read(draft.text)
    condition = parse({"all": [{"fit": {"at_least": 30}}, {"did": {"event": "Demo Requested"}}]})

    count = counting.of_condition(condition, document, lists={}, at=NOON)

    assert count is not None
    assert count.found > 0
    assert counting.of_condition(condition, None, lists={}, at=NOON) is None
    facts_only = parse({"country": "germany"})
    assert counting.of_condition(facts_only, None, lists={}, at=NOON).found == 1  # type: ignore[union-attr]


def test_a_list_of_the_draft_counts_before_it_is_in_force(everybody: list[Lead]) -> None:
    signal = FitSignal.model_validate(
        {"name": "x", "points": 3, "when": {"email_domain": {"in_list": "ours"}}}
    )

    count = counting.of_fit(signal, lists={"ours": ("summit.example",)}, at=NOON)

    assert count is not None
    assert count.found == 1


def test_many_leads_are_estimated_from_some(
    everybody: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "FEW", 3)

    count = counting.of_behaviour(behaviour(event="page"), lists={}, at=NOON + timedelta(days=1))

    assert count is not None
    assert count.is_about
    assert count.looked_at <= 4
    assert count.total == 7


def test_the_page_says_the_count_or_why_there_is_none(
    everybody: list[Lead], draft: Version, mark: User
) -> None:
    where = reverse("draft_new_part", args=[draft.number, "intent"])
    client = as_user(mark)

    counted = client.post(where, {"deed": "count", "of": "event", "event": "Demo Requested"})
    empty = client.post(where, {"deed": "count", "of": "event", "event": ""})

    assert "in 90 days, of 7." in counted.content.decode()
    assert "Leads are counted once this can be read." in empty.content.decode()
