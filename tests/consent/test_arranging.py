"""Purposes and topics as a setting: wordings are versions, nothing that was said is lost."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from handraise.consent.arranging import (
    Terms,
    add_purpose,
    add_topic,
    bring_back_purpose,
    rename_topic,
    retire_purpose,
    retire_topic,
    ship,
)
from handraise.consent.decide import Basis, Refused
from handraise.consent.models import Purpose
from handraise.consent.queries import purposes
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine, Lead
from handraise.team.models import User
from tests.consent.conftest import WORDS, changed, give, made, may, purpose
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def test_an_installation_begins_with_purposes() -> None:
    ship()

    assert [one.code for one in purposes()] == [
        "newsletter", "product-news", "events", "offers", "service",
    ]  # fmt: skip
    assert all(one.wording for one in purposes() if one.basis == Basis.CONSENT)
    assert [topic.code for topic in purpose("events").topics.all()] == ["webinars", "on-site"]


def test_what_was_retired_is_not_shipped_again(mark: User) -> None:
    for one in purposes():
        retire_purpose(one, by=mark, at=NOON, via=Via.WEB)

    ship()

    assert purposes() == []


def test_a_purpose_is_called_by_its_folded_name(mark: User) -> None:
    assert made("Günstige  Angebote", mark).code == "gunstige angebote"


def test_an_old_code_is_taken_into_use(mark: User, ada: Lead) -> None:
    told = add_purpose(
        Terms("Briefings", wording=WORDS), code="Old List", by=mark, at=NOON, via=Via.WEB
    )

    assert told.code == "old list"


def test_other_words_are_a_new_version_and_the_same_are_none(mark: User) -> None:
    told = made("Tips", mark)
    changed(told, mark, name="Hints")
    changed(purpose("tips"), mark, wording="Other words.")
    changed(purpose("tips"), mark)

    kept = purpose("tips").wordings.order_by("number").values_list("number", "text", "by__name")
    assert list(kept) == [(1, WORDS, "Mark"), (2, "Other words.", "Mark")]
    lines = JournalLine.objects.filter(kind="consent.purpose_changed").order_by("pk")
    assert [line.said for line in lines] == [
        "Mark changed the name of Hints.", "Mark changed the wording of Hints.",
    ]  # fmt: skip
    assert lines[1].data["was"] == {"wording": WORDS}


@pytest.mark.parametrize(
    "terms",
    [
        Terms(""),
        Terms("Tips", wording=" "),
        Terms("Tips\nBcc: x", wording=WORDS),
        Terms("Tips", wording="a\x00b"),
        Terms("Tips", wording="long " * 1000),
        Terms("Newsletter", wording=WORDS),
        Terms("tips " * 20, wording=WORDS),
    ],
)
def test_what_makes_no_purpose_is_refused(terms: Terms, mark: User) -> None:
    before = Purpose.objects.count()

    with pytest.raises(Refused):
        add_purpose(terms, by=mark, at=NOON, via=Via.WEB)

    assert Purpose.objects.count() == before


def test_only_consent_is_confirmed(mark: User) -> None:
    told = made("Tips", mark, basis=Basis.LEGITIMATE_INTEREST, needs_confirmation=True)

    assert not told.needs_confirmation


def test_topics_come_go_and_come_back(mark: User, ada: Lead) -> None:
    told = purpose("offers")
    spring = add_topic(told, "Spring / Summer", by=mark, at=NOON, via=Via.WEB)
    give(ada, "offers", topics=[spring.code])
    rename_topic(spring, "Spring", by=mark, at=NOON, via=Via.WEB)
    assert may(ada, "offers", spring.code)

    retire_topic(spring, by=mark, at=NOON, via=Via.WEB)
    assert not may(ada, "offers", spring.code)

    again = add_topic(told, "Spring / Summer", by=mark, at=NOON, via=Via.WEB)
    assert again == spring
    assert may(ada, "offers", spring.code)
    with pytest.raises(Refused, match="has a topic"):
        add_topic(told, "SPRING / summer", by=mark, at=NOON, via=Via.WEB)


def test_a_topic_made_later_is_not_presumed(mark: User, ada: Lead, ben: Lead) -> None:
    give(ada, topics=["guides"])
    give(ben)

    add_topic(purpose("newsletter"), "Recipes", by=mark, at=NOON, via=Via.WEB)

    assert not may(ada, topic="recipes")
    assert may(ben, topic="recipes")


def test_only_who_nurtures_may(mia: User) -> None:
    told = purpose("newsletter")
    deeds = [
        lambda: made("Tips", mia), lambda: changed(told, mia, name="X"),
        lambda: retire_purpose(told, by=mia, at=NOON, via=Via.WEB),
        lambda: bring_back_purpose(told, by=mia, at=NOON, via=Via.WEB),
        lambda: add_topic(told, "X", by=mia, at=NOON, via=Via.WEB),
        lambda: retire_topic(told.topics.all()[0], by=mia, at=NOON, via=Via.WEB),
    ]  # fmt: skip
    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()
