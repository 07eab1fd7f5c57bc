"""Who may be written to for a purpose: by ground, withdrawal, confirmation and topic."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handraise.consent.actions import withdraw_all
from handraise.consent.arranging import bring_back_purpose, retire_purpose, retire_topic
from handraise.consent.decide import Basis, How
from handraise.consent.queries import permitted
from handraise.leads.actions import merge_leads, record_consent, undo_merge
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.consent.conftest import changed, give, leave, made, may, purpose, verdict
from tests.personas import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_who_was_never_asked_is_not_written_to(ada: Lead) -> None:
    assert verdict(ada).why == "They never agreed to Newsletter."


def test_who_agreed_is_written_to_until_they_withdraw(ada: Lead) -> None:
    give(ada)
    leave(ada, at=NOON + HOUR)

    assert may(ada)
    assert not may(ada, at=NOON + 2 * HOUR)
    assert verdict(ada, at=NOON + HOUR).why == "They withdrew consent to Newsletter."


def test_consent_to_one_purpose_is_none_to_another(ada: Lead) -> None:
    give(ada, "newsletter")

    assert not may(ada, "events")


def test_consent_known_from_elsewhere_counts(ada: Lead, eve: Lead) -> None:
    record_consent(
        ada, purpose="Newsletter", is_given=True, wording="", by=None, at=NOON, via=Via.API
    )

    assert may(ada)
    assert not may(eve)


def test_on_legitimate_interest_everybody_is_written_to_but_who_objected(
    ada: Lead, ben: Lead, mark: User
) -> None:
    made("Tips", mark, basis=Basis.LEGITIMATE_INTEREST)
    leave(ben, "tips")

    assert may(ada, "tips")
    assert verdict(ben, "tips").why == "They objected to Tips."


def test_a_withdrawal_holds_when_the_ground_is_changed(ada: Lead, mark: User) -> None:
    told = made("Tips", mark)
    leave(ada, "tips")

    changed(told, mark, basis=Basis.CONTRACT)

    assert not may(ada, "tips")


def test_who_wants_none_of_it_gets_nothing_that_is_made_later(ada: Lead, mark: User) -> None:
    give(ada)
    withdraw_all(ada, how=How.PREFERENCES, by=None, at=NOON, via=Via.WEB)
    made("Tips", mark, basis=Basis.LEGITIMATE_INTEREST)

    assert not may(ada)
    assert verdict(ada, "tips").why == "They asked for none of our mails."
    assert may(ada, "service")


def test_who_left_everything_may_come_back(ada: Lead) -> None:
    withdraw_all(ada, how=How.PREFERENCES, by=None, at=NOON, via=Via.WEB)
    give(ada, at=NOON + HOUR)

    assert may(ada, at=NOON + HOUR)
    assert not may(ada, "events", at=NOON + HOUR)


def test_a_topic_that_was_left_is_left_and_the_others_stay(ada: Lead) -> None:
    give(ada)
    leave(ada, topics=["guides"])

    assert verdict(ada, topic="guides").why == (
        "They did not choose the topic Guides and articles of Newsletter."
    )
    assert may(ada, topic="customer-stories")
    assert may(ada)


def test_who_agreed_to_one_topic_did_not_agree_to_the_others(ada: Lead) -> None:
    give(ada, topics=["guides"])

    assert may(ada, topic="guides")
    assert not may(ada, topic="customer-stories")


def test_a_second_topic_comes_beside_the_first(ada: Lead) -> None:
    give(ada, topics=["guides"])
    give(ada, topics=["customer-stories"], at=NOON + HOUR)

    assert may(ada, topic="guides", at=NOON + HOUR)
    assert may(ada, topic="customer-stories", at=NOON + HOUR)


def test_naming_a_topic_takes_none_from_who_has_all(ada: Lead) -> None:
    give(ada)
    give(ada, topics=["guides"], at=NOON + HOUR)

    assert may(ada, topic="customer-stories", at=NOON + HOUR)


@pytest.mark.parametrize(
    ("code", "topic", "why"),
    [
        ("weather", "", "No purpose is called weather."),
        ("", "", "No purpose is called so."),
        ("newsletter", "weather", "Newsletter has no topic weather."),
    ],
)
def test_what_is_not_known_permits_nobody(ada: Lead, code: str, topic: str, why: str) -> None:
    give(ada)

    assert verdict(ada, code, topic).why == why


def test_what_is_retired_permits_nobody_until_it_is_back(ada: Lead, mark: User) -> None:
    give(ada)
    told = purpose("newsletter")
    retire_topic(told.topics.get(code="guides"), by=mark, at=NOON, via=Via.WEB)
    assert "not in use any more" in verdict(ada, topic="guides").why

    retire_purpose(told, by=mark, at=NOON, via=Via.WEB)
    assert "not in use any more" in verdict(ada).why

    bring_back_purpose(told, by=mark, at=NOON, via=Via.WEB)
    assert may(ada)


def test_merged_leads_are_one_and_parted_ones_two(ada: Lead, gus: Lead) -> None:
    give(ada)
    leave(gus, at=NOON + HOUR)
    merge = merge_leads(ada, gus, why="Same.", by=None, at=NOON + HOUR, via=Via.WEB)

    assert not may(ada, at=NOON + HOUR)
    assert not may(gus, at=NOON + HOUR)

    undo_merge(merge, by=None, at=NOON + 2 * HOUR, via=Via.WEB)
    assert may(ada, at=NOON + 2 * HOUR)


def test_many_are_asked_in_two_statements(ada: Lead, ben: Lead, eve: Lead) -> None:
    give(ada)

    with CaptureQueriesContext(connection) as asked:
        found = permitted([ada.pk, ben.pk, eve.pk, 987654321], purpose="newsletter", at=NOON)

    assert len(asked) == 2
    assert [found[one.pk].may for one in (ada, ben, eve)] == [True, False, False]
    assert found[987654321].why == "There is no such lead."
