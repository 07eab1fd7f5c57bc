"""What is missing: every way that is told is true, needed in all its parts, and the nearest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from handraise.agreement.conditions import parse
from handraise.agreement.document import Document
from handraise.leads.models import Lead, Source
from handraise.qualification.decide import qualifies
from handraise.scoring.changes import Change, do
from handraise.scoring.missing import Goal, Missing, _Search, missing
from handraise.scoring.satisfying import satisfying
from handraise.scoring.scores import Scores
from handraise.scoring.standing import standing_of
from tests.personas import NOON, Telling
from tests.scoring.conftest import agreement

MQL = Goal(
    ("mql.when", "mql.needs"), "mql.never", lambda scores: qualifies(standing_of(scores))
)  # fmt: skip
SQL = Goal(("sql.when",), "", lambda scores: scores.truths["sql.when"] is True)
Told = Callable[..., Lead]
NOTHING = Scores(1, NOON, 0, 0, 0, 0, "", 0, 0, [], [], [], {})


def of(lead: Lead, document: Document, goal: Goal = MQL) -> Missing:
    return missing(lead.pk, document=document, goal=goal, at=NOON)


def says(found: Missing) -> list[str]:
    return [way.says for way in found.ways]


@pytest.fixture
def ida(website: Source) -> Told:
    """Somebody of whom just that much is known."""

    def told(*did: str, **traits: object) -> Lead:
        telling = Telling(website, "Ida Example", "ida@acme.example").is_(**traits)
        for name in did:
            telling.did(name, 0)
        return telling.lead()

    return told


def test_one_demo_request_or_three_webinars(ben: Lead, document: Document) -> None:
    found = of(ben, document)

    assert says(found)[:2] == ["“Demo Requested” once", "“Webinar Attended” 3 times"]
    assert found.ways[0].scores.intent == 60
    assert (found.is_met, found.blocked) == (False, ())


def test_as_many_more_employees_as_are_missing(ida: Told) -> None:
    document = agreement(
        mql={"when": {"any": [{"company.employees": {"at_least": 250}},
                              {"did": {"event": "Demo Requested"}}]}},
    )  # fmt: skip
    lead = ida(title="Head of IT", company__employees=200)

    assert says(of(lead, document)) == [
        "“Demo Requested” once", "number of employees: 50 more (250)",
    ]  # fmt: skip


def test_what_can_be_asked_comes_before_what_must_happen(ida: Told) -> None:
    document = agreement(
        mql={"when": {"any": [{"budget": {"at_least": 1000}},
                              {"did": {"event": "Demo Requested"}}]}},
    )  # fmt: skip

    assert says(of(ida(), document)) == ["budget is at least 1,000", "“Demo Requested” once"]


def test_two_changes_where_one_is_not_enough(ida: Told) -> None:
    document = agreement(mql={"when": {"fit": {"at_least": 40}}})

    found = of(ida(), document)

    assert says(found) == [
        "number of employees is between 50 and 2,000 and title contains the word vp or head"
    ]
    assert found.ways[0].scores.fit == 45


def test_each_change_is_done_no_more_often_than_needed_after_another_was_done_less() -> None:
    """As of points below zero: what b takes away, a must bring."""

    class Judged(_Search):
        def __init__(self) -> None:
            pass

        def passes(self, way: Sequence[Change]) -> Scores | None:
            times = {change.key: change.times for change in way}
            a, b = times.get("a", 0), times.get("b", 0)
            return NOTHING if 16 * a - 5 * b >= 6 and 8 * b >= 16 else None

    a, b = (replace(do(name, name, {}), key=name) for name in ("a", "b"))

    found = Judged()._smallest((a.at(2), b.at(3)))

    assert found is not None
    assert [(change.key, change.times) for change in found.changes] == [("a", 1), ("b", 2)]


def test_wishes_at_odds_with_each_other_are_given_up() -> None:
    words = [{"country": {"one_of": [f"{n}{letter}" for letter in "abc"]}} for n in range(40)]
    condition = parse({"all": [*words, {"country": {"at_least": 3}}]})

    assert satisfying(condition) == []


def test_a_cap_is_kept_and_the_rest_comes_from_another_signal(ida: Told) -> None:
    document = agreement(mql={"when": {"interest": {"at_least": 40}}})
    lead = ida("Content Downloaded", "Content Downloaded", "Content Downloaded")

    assert says(of(lead, document)) == ["“Webinar Attended” once"]
    assert says(of(lead, agreement(
        interest=[{"name": "Guide", "event": "Content Downloaded", "points": 10, "at_most": 30}],
        mql={"when": {"interest": {"at_least": 40}}},
    ))) == []  # fmt: skip


def test_what_has_faded_counts_with_what_is_left_of_it(website: Source) -> None:
    document = agreement(mql={"when": {"interest": {"at_least": 35}}})
    telling = Telling(website, "Ida Example", "ida@acme.example").is_()
    lead = telling.did("Content Downloaded", 30).did("Content Downloaded", 0).lead()

    assert says(of(lead, document))[0] == "“Webinar Attended” 2 times"


def test_a_visit_must_be_of_the_right_page(ida: Told) -> None:
    document = agreement(
        mql={"when": {"did": {"event": "page", "where": {"path": {"starts_with": "/pricing"}},
                              "within": "7 days", "at_least": 3}}},
    )  # fmt: skip

    assert says(of(ida("page"), document)) == ["“page”, where path begins with /pricing 3 times"]


def test_a_sum_is_made_up_by_one_that_is_large_enough(website: Source) -> None:
    document = agreement(
        mql={"when": {"did": {"event": "Product Added", "sum": "seats", "at_least": 50}}}
    )
    lead = Telling(website, "Ida", "i@acme.example").is_().did("Product Added", 1, seats=20).lead()

    (way,) = of(lead, document).ways

    assert way.changes[0].properties == (("seats", 30),)


def test_consent_is_one_thing_to_ask_for(ida: Told) -> None:
    document = agreement(mql={"when": {"consent": "newsletter"}})

    assert says(of(ida(), document)) == ["consent to newsletter"]


def test_a_fact_that_is_needed_is_part_of_every_way(ida: Told) -> None:
    document = agreement(mql={"when": {"did": {"event": "Demo Requested"}}, "needs": ["budget"]})

    found = of(ida(), document)

    assert says(found) == ["budget is known and “Demo Requested” once"]
    assert (found.facts[0].subject, found.facts[0].is_needed) == ("budget", True)


def test_who_is_ruled_out_is_told_by_what(dan: Lead, document: Document) -> None:
    found = of(dan, document)

    assert found.blocked == ("Is marked as competitor",)
    assert found.ways == ()


def test_who_qualifies_lacks_nothing(ada: Lead, document: Document) -> None:
    assert of(ada, document).is_met


def test_facts_nobody_knows_are_told_with_what_they_could_add(
    ida: Told, document: Document
) -> None:
    facts = {fact.subject: fact.points for fact in of(ida(), document).facts}

    assert facts == {"title": 25, "company.employees": 20}


def test_a_fact_that_is_enough_alone_stands_first(ida: Told) -> None:
    document = agreement(mql={"when": {"fit": {"at_least": 25}}})

    first, second = of(ida(), document).facts

    assert (first.subject, first.is_enough) == ("title", True)
    assert (second.subject, second.is_enough) == ("company.employees", False)


def test_a_fact_that_counts_only_beside_another_says_so(ida: Told) -> None:
    document = agreement(
        fit=[{"name": "Both", "points": 30, "when": {"title": "owner", "country": "denmark"}}],
        mql={"when": {"fit": {"at_least": 30}}},
    )

    found = of(ida(), document)

    assert says(found) == ["title is owner and country is denmark"]
    assert {fact.subject: fact.beside for fact in found.facts} == {
        "title": ("country",), "country": ("title",),
    }  # fmt: skip


def test_for_sql_its_own_criteria_count(ben: Lead, document: Document) -> None:
    assert says(of(ben, document, SQL))[0] == "“Demo Requested” once"


def test_what_is_too_far_off_is_not_called_near(ida: Told) -> None:
    document = agreement(
        interest=[], intent=[{"name": "Read", "event": "page", "points": 1}],
        mql={"when": {"intent": {"at_least": 60}}},
    )  # fmt: skip

    assert of(ida(), document).ways == ()
