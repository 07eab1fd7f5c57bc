"""What is supposed scores as if it were so: the same as when it is then really recorded."""

from __future__ import annotations

import pytest
from django.conf import settings

from handraise.agreement.document import Document
from handraise.leads.models import Activity, Fact, Lead
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment
from handraise.scoring.queries import scores_at, scores_of
from handraise.scoring.scores import Scores
from handraise.scoring.supposing import Supposed, home_of, scores_supposing
from tests.personas import DAY, NOON, Telling
from tests.scoring.conftest import agreement

CONSENTED = agreement(
    interest=[{"name": "Read", "event": "Content Downloaded", "points": 10,
               "needs_consent": "profiling"}]
)  # fmt: skip


def supposing(lead: Lead, document: Document, **rows: tuple[object, ...]) -> Scores:
    made = postgres.text_for(document, settings.TIME_ZONE)
    home = home_of(lead.pk, document=document, at=NOON)
    assert home is not None
    supposed = Supposed(**rows)  # type: ignore[arg-type]
    return scores_supposing(made, Moment(lead.pk, NOON, NOON), supposed, home)


def test_supposing_nothing_changes_nothing(ada: Lead, document: Document) -> None:
    (now,) = scores_at(document=document, lead_ids=[ada.pk], at=NOON)

    assert supposing(ada, document) == now


@pytest.mark.parametrize(
    ("activities", "facts"),
    [
        ([("Demo Requested", {})], {}),
        ([("Content Downloaded", {})] * 4, {}),
        ([("page", {"path": "/Pricing/plans", "seconds": 30})], {"title": "Head of Élan"}),
        ([], {"title": "VP", "company.employees": 60, "is_competitor": True}),
        ([], {"title": "100% Élan"}),
    ],
)
def test_it_is_what_recording_it_comes_to(
    ben: Lead, activities: list[tuple[str, dict[str, object]]], facts: dict[str, object],
    document: Document,
) -> None:  # fmt: skip
    supposed = supposing(ben, document, activities=tuple(activities), facts=tuple(facts.items()))
    source = Fact.objects.filter(identity__lead=ben)[0].source
    told = Telling(source, "Ben Nevis", "ben@summit.example")
    told.is_(0, **{name.replace(".", "__"): value for name, value in facts.items()})
    for name, properties in activities:
        told.did(name, 0, **properties)
    told.lead()

    (recorded,) = scores_at(document=document, lead_ids=[ben.pk], at=NOON)

    assert supposed == recorded


def test_consent_is_supposed_too(ada: Lead) -> None:
    assert supposing(ada, CONSENTED).interest == 0
    assert supposing(ada, CONSENTED, consents=(("profiling", True),)).interest == 10


def test_a_company_is_supposed_for_who_has_none(website: object, document: Document) -> None:
    ida = Telling(website, "Ida", "ida@gmail.com").is_(title="Student").lead()  # type: ignore[arg-type]

    (now,) = scores_at(document=document, lead_ids=[ida.pk], at=NOON)
    supposed = supposing(ida, document, facts=(("company.employees", 100),))

    assert (now.fit, now.contributions[1]) == (0, None)
    assert supposed.contributions[1] == 20


def test_nothing_is_written(ada: Lead, document: Document) -> None:
    before = (Activity.objects.count(), Fact.objects.count())

    supposing(ada, document, activities=(("Demo Requested", {}),), facts=(("title", "Student"),))

    assert (Activity.objects.count(), Fact.objects.count()) == before


def test_at_another_instant_it_is_of_that_instant(ada: Lead, document: Document) -> None:
    then = NOON - 15 * DAY
    made = postgres.text_for(document, settings.TIME_ZONE)
    home = home_of(ada.pk, document=document, at=then)
    assert home is not None

    (now,) = scores_of(made, [Moment(ada.pk, then, then)])
    supposed = Supposed(activities=(("Demo Requested", {}),))
    found = scores_supposing(made, Moment(ada.pk, then, then), supposed, home)

    assert found.intent == now.intent + 60
