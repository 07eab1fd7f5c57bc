"""rescore stores the newest score of each lead and says how each stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.leads.models import Activity, Lead
from handraise.leads.record import record
from handraise.scoring.actions import rescore
from handraise.scoring.models import Score
from handraise.scoring.queries import scores_at
from tests.leads.said import did, lead_of
from tests.personas import DAY, NOON
from tests.scoring.conftest import agreement

Publish = Callable[[Document], Published]


def test_it_gives_one_standing_a_lead_in_order(
    ada: Lead, ben: Lead, cleo: Lead, document: Document, publish: Publish
) -> None:
    asked = [cleo.pk, ada.pk, ben.pk, ada.pk]

    standings = rescore(asked, published=publish(document), at=NOON)

    assert [standing.lead_id for standing in standings] == sorted({ada.pk, ben.pk, cleo.pk})
    assert Score.objects.count() == 3


def test_it_stores_what_it_says(ada: Lead, document: Document, publish: Publish) -> None:
    (standing,) = rescore([ada.pk], published=publish(document), at=NOON)

    stored = Score.objects.get(pk=ada.pk)
    assert (stored.version, stored.scored_at) == (1, NOON)
    for name in ("fit", "interest", "intent", "priority", "grade", "truths"):
        assert getattr(stored, name) == getattr(standing, name)
    assert stored.contributions[:3] == [25, 20, 0]
    assert stored.matched == [0, 0, 0, 1, 1, 3, 1]
    assert stored.latest[6] == NOON - DAY
    assert standing.truths == {
        "mql.when": True, "mql.never": None, "mql.needs": True, "needs.email": True,
        "sql.when": True, "route.0": False,
    }  # fmt: skip


def test_it_replaces_an_older_score(ada: Lead, document: Document, publish: Publish) -> None:
    rescore([ada.pk], published=publish(document), at=NOON - 10 * DAY)

    (standing,) = rescore([ada.pk], published=publish(document), at=NOON)

    assert Score.objects.get().intent == standing.intent > 60


def test_for_nobody_it_asks_nothing(document: Document, publish: Publish) -> None:
    assert rescore([], published=publish(document), at=NOON) == []  # there is no database here


def test_many_leads_take_the_other_plan_and_score_the_same(
    ada: Lead, ben: Lead, document: Document, publish: Publish
) -> None:
    Lead.objects.bulk_create(
        Lead(pk=pk, canonical_id=pk, stage_since=NOON, created_at=NOON)
        for pk in range(10_000, 10_200)
    )

    many = rescore([ada.pk, ben.pk, *range(10_000, 10_200)], published=publish(document), at=NOON)
    few = rescore([ada.pk, ben.pk], published=publish(document), at=NOON)

    assert len(many) == 202
    assert few == many[:2]
    assert many[-1].truths["mql.when"] is False


@pytest.mark.parametrize("seconds", [1e308, -1e308, 10**400, "many", True, None])
def test_one_absurd_activity_cannot_stop_a_score(
    ada: Lead, publish: Publish, seconds: object
) -> None:
    document = agreement(
        intent=[{"name": "Stayed", "event": "page", "points": 1000, "at_most": 10,
                 "each": {"of": "seconds", "per": 0.000001}, "half_life": "1 second"}],
        mql={"when": {"did": {"event": "page", "sum": "seconds", "at_least": 1}}},
    )  # fmt: skip
    for page in Activity.objects.filter(name="page"):
        page.match["seconds"] = min(seconds, 1e308) if isinstance(seconds, int) else seconds
        page.save()

    (standing,) = rescore([ada.pk], published=publish(document), at=NOON)

    assert 0 <= standing.intent <= 10
    assert standing.truths["mql.when"] is (seconds in (1e308, 10**400))


def test_signs_that_mean_something_to_a_database_are_plain_text(ada: Lead) -> None:
    odd = "100% 'sure' \\ \"yes\" %s {x} ; -- élan 🎈"
    document = agreement(
        fit=[{"name": odd, "points": 1, "when": {odd: {"ends_with": odd}}}],
        intent=[{"name": odd, "event": odd, "points": 5, "where": {odd: {"equals": odd}}}],
        lists={"ours": (odd,)},
        routes=[{"name": odd, "team": odd, "when": {"title": {"in_list": "ours"}}}],
    )

    (scores,) = scores_at(document=document, lead_ids=[ada.pk], at=NOON)

    assert scores.contributions == [None, pytest.approx(7.6, abs=9), pytest.approx(9, abs=9), 0]


def test_three_hundred_signals_compile_and_run(ada: Lead, publish: Publish) -> None:
    document = agreement(
        fit=[
            {"name": f"Fit {n}", "points": 1, "when": {f"fact {n}": {"equals": n}}}
            for n in range(100)
        ],
        intent=[
            {"name": f"Page {n}", "event": "page", "points": 1, "half_life": "7 days",
             "where": {"path": {"starts_with": f"/{n}"}}}
            for n in range(198)
        ],
    )  # fmt: skip

    (standing,) = rescore([ada.pk], published=publish(document), at=NOON)

    assert (standing.fit, standing.intent) == (0, 0)
    assert len(Score.objects.get().contributions) == 300


def test_an_agreement_without_signals_scores_nothing(ada: Lead, publish: Publish) -> None:
    document = agreement(fit=[], interest=[], intent=[], mql={"when": {"title": "vp sales"}})

    (standing,) = rescore([ada.pk], published=publish(document), at=NOON)

    assert (standing.priority, standing.truths["mql.when"]) == (0, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "is_reached"),
    [(timedelta(0), True), (timedelta(seconds=2), True), (timedelta(hours=1), True),
     (timedelta(hours=2), False)],
)  # fmt: skip
def test_what_gives_as_much_as_is_asked_for_reaches_it(
    publish: Publish, later: timedelta, is_reached: bool
) -> None:
    document = agreement(
        intent=[{"name": "Quote", "event": "Quote", "points": 10, "half_life": "7 days"}],
        mql={"when": {"intent": {"at_least": 10}}},
    )
    record([did("Quote", user_id="zoe", at=NOON)], at=NOON)
    zoe = lead_of("user_id", "zoe")

    (standing,) = rescore([zoe.pk], published=publish(document), at=NOON + later)

    assert standing.truths["mql.when"] is is_reached
