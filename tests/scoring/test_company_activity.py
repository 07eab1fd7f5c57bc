"""Part of what colleagues do counts too, and they are looked at when it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.leads.models import Activity, Attention, Lead, Source
from handraise.leads.record import record
from handraise.scoring.actions import rescore, wake_colleagues
from handraise.scoring.queries import explain, scores_at
from tests.leads.said import did
from tests.personas import DAY, NOON, Telling
from tests.scoring.conftest import agreement

Publish = Callable[[Document], Published]
COMPANY = agreement(company={"weight": 0.5, "at_most": 20})


@pytest.fixture
def colleague(website: Source) -> Lead:
    """Silent herself, at the company of Ada."""
    told = Telling(website, "Grace Hall", "grace@engines.example")
    return told.is_(company__name="Analytical Engines").lead()


def test_a_share_of_what_colleagues_did_counts_up_to_the_cap(ada: Lead, colleague: Lead) -> None:
    ada_scores, hers = scores_at(document=COMPANY, lead_ids=[ada.pk, colleague.pk], at=NOON)

    assert hers.contributions[3:] == [0, 0, 0, 0]
    assert (hers.company_intent, hers.intent) == (20, 20)
    assert hers.company_interest == pytest.approx(ada_scores.interest / 2)
    assert ada_scores.company_intent == 0


def test_it_is_part_of_the_explanation(ada: Lead, colleague: Lead) -> None:
    explained = explain(colleague.pk, document=COMPANY, at=NOON)

    intent = explained.kinds[2]
    assert (intent.from_colleagues, intent.total, intent.score) == (20, 20, 20)


def test_colleagues_are_woken_at_the_next_five_minutes_and_once(
    ada: Lead, colleague: Lead, publish: Publish
) -> None:
    published = publish(COMPANY)
    rescore([colleague.pk], published=published, at=NOON - 2 * DAY)
    Attention.objects.all().delete()
    at = NOON + timedelta(minutes=7)

    woken = wake_colleagues([ada.pk], published=published, at=at)

    assert woken == 1
    wake = Attention.objects.get()
    assert (wake.lead_id, wake.look_at) == (colleague.pk, NOON + timedelta(minutes=10))
    rescore([colleague.pk], published=published, at=at)
    assert wake_colleagues([ada.pk, colleague.pk], published=published, at=at) == 0


def test_colleagues_are_woken_for_what_is_known_late(
    ada: Lead, colleague: Lead, website: Source, publish: Publish
) -> None:
    published = publish(COMPANY)
    at = NOON + DAY
    rescore([colleague.pk], published=published, at=at)
    assert wake_colleagues([ada.pk], published=published, at=at) == 0

    known = Activity.objects.filter(identity__lead=ada).latest("occurred_at").identity
    then = NOON - 90 * DAY
    late = did("Demo Requested", source=website, at=then, known_at=at + DAY,
               **{known.kind: known.value})  # fmt: skip
    record([late], at=at + DAY)

    assert wake_colleagues([ada.pk], published=published, at=at + DAY) == 1


def test_without_company_activity_nobody_is_woken(
    ada: Lead, colleague: Lead, publish: Publish
) -> None:
    published = publish(agreement())
    rescore([colleague.pk], published=published, at=NOON - 2 * DAY)

    assert wake_colleagues([ada.pk], published=published, at=NOON) == 0


@pytest.mark.parametrize(("points", "share"), [(-50, 0), (150, 50)])
def test_a_colleague_counts_from_0_to_100_and_no_further(
    ada: Lead, colleague: Lead, points: float, share: float
) -> None:
    did = {"event": "Demo Requested", "points": points}
    document = agreement(
        company={"weight": 0.5, "at_most": 100},
        interest=[{"name": "As interest", **did}],
        intent=[{"name": "As intent", **did}],
    )

    (hers,) = scores_at(document=document, lead_ids=[colleague.pk], at=NOON)

    assert (hers.company_interest, hers.company_intent) == (share, share)
