"""Rating a lead that was handed over: who may, when, and where it shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.html import escape

from handraise.agreement.queries import Published
from handraise.feedback.keeping.reasons import ratings
from handraise.handover.actions import Refused, accept, offer, reject
from handraise.handover.models import Handover, Rating
from handraise.handover.rating import may_rate, rate
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.world import mql, said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def handover(agreed: Published) -> Handover:
    offer([mql("Ada").pk], published=agreed, at=NOON)
    return Handover.objects.get()


@pytest.fixture
def accepted(handover: Handover, mia: User) -> Handover:
    accept(handover, by=mia, at=NOON, via=Via.WEB)
    return handover


def test_who_was_asked_rates_it_and_may_think_again(accepted: Handover, mia: User) -> None:
    rate(accepted, stars=2, word="  Only\n curious ", by=mia, at=NOON, via=Via.WEB)
    rate(accepted, stars=4, by=mia, at=NOON + HOUR, via=Via.WEB)

    rating = Rating.objects.get()
    assert (rating.stars, rating.word, rating.at) == (4, "", NOON + HOUR)
    assert said(accepted.lead, "handover.rated") == [
        "Mia rated the lead 2 of 5: Only curious", "Mia rated the lead 4 of 5.",
    ]  # fmt: skip


def test_what_was_given_back_is_rated_too(handover: Handover, mia: User) -> None:
    assert not may_rate(mia, handover)
    reject(handover, reason="Not now", by=mia, at=NOON, via=Via.WEB)

    assert may_rate(mia, Handover.objects.get())


@pytest.mark.parametrize(
    ("stars", "word", "why"),
    [(0, "", "from 1 to 5"), (6, "", "from 1 to 5"), (3, "x" * 201, "at most 200 characters"),
     (3, "a\x00b", "at most 200 characters")],
)  # fmt: skip
def test_what_is_no_rating_is_refused(
    stars: int, word: str, why: str, accepted: Handover, mia: User
) -> None:
    with pytest.raises(Refused, match=why):
        rate(accepted, stars=stars, word=word, by=mia, at=NOON, via=Via.WEB)

    assert not Rating.objects.exists()


def test_nobody_rates_what_is_open_or_anothers(
    handover: Handover, mia: User, nils: User, mark: User
) -> None:
    with pytest.raises(Refused, match="Who answered for a lead rates it"):
        rate(handover, stars=3, by=mia, at=NOON, via=Via.WEB)
    accept(handover, by=mia, at=NOON, via=Via.WEB)
    for other in (nils, mark):
        with pytest.raises(Refused, match="Who answered for a lead rates it"):
            rate(handover, stars=3, by=other, at=NOON, via=Via.WEB)


def test_feedback_tells_the_mean_and_the_newest_words(
    accepted: Handover, mia: User, rita: User
) -> None:
    rate(accepted, stars=2, word="Only curious", by=mia, at=NOON, via=Via.WEB)
    rate(accepted, stars=5, by=rita, at=NOON, via=Via.WEB)

    found = ratings(since=NOON - HOUR, until=NOON + HOUR, at=NOON + HOUR)
    assert (found.count, found.mean) == (2, 3.5)
    assert [(one.stars, one.word, one.by, one.lead) for one in found.newest] == [
        (2, "Only curious", "Mia", "Ada")
    ]
    assert ratings(since=NOON + HOUR, until=NOON + 2 * HOUR, at=NOON + 2 * HOUR).count == 0


def test_the_page_of_the_handover_takes_and_shows_it(
    accepted: Handover, mia: User, vera: User
) -> None:
    client, path = client_of(mia), f"/handover/{accepted.pk}/"
    assert "Rate this lead" in client.get(path).content.decode()

    page = client.post(f"{path}rating/", {"stars": "2", "word": "<b>=cmd"}, follow=True)

    assert escape("<b>=cmd") in page.content.decode()
    assert "2 of 5" in page.content.decode()
    lead_page = client.get(f"/lead/{accepted.lead_id}/").content.decode()
    assert f"2 of 5, “{escape('<b>=cmd')}”" in lead_page
    assert "Rate this lead" not in client_of(vera).get(path).content.decode()
    refused = client.post(f"{path}rating/", {"stars": "many"}, follow=True).content.decode()
    assert "Rate it from 1 to 5." in refused
