"""Messages are written, published, changed and taken out of use, without losing a word."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from handraise.consent.models import Purpose
from handraise.enablement.actions import write_message
from handraise.enablement.queries import places_of
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine, Lead
from handraise.messaging import actions, queries
from handraise.messaging.actions import Overtaken, Refused, Settings
from handraise.messaging.models import MailCitation, Message
from handraise.messaging.trying import previewed, send_test
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.enablement.conftest import message as key_message
from tests.messaging.conftest import words
from tests.personas import NOON

pytestmark = pytest.mark.django_db
HOW: dict[str, Any] = {"at": NOON, "via": Via.WEB}
CITING = '<mj-text>{{ "speed-1" | message }}</mj-text>'


def begun(by: User, inside: str = "", code: str = "welcome", **settled: Any) -> Message:
    settings = Settings(**{"name": "Welcome", **settled})
    return actions.add(code=code, settings=settings, words=words(inside), by=by, **HOW)


def with_house(by: User) -> None:
    actions.write_house(name="Tideline", address="1 Quay Street\nHarbour", by=by, **HOW)


def test_what_is_published_is_sent_until_the_next_is_published(mark: User) -> None:
    made = begun(mark)
    assert queries.published("welcome") is None

    first = actions.publish(made, seen=1, by=mark, **HOW)
    actions.write(made, words("<mj-text>New.</mj-text>"), seen=2, by=mark, **HOW)

    assert queries.published("welcome") == first
    second = actions.publish(made, seen=3, by=mark, **HOW)
    assert queries.published("welcome") == second
    assert (first.number, second.number) == (1, 2)
    assert queries.codes() == {"welcome": "Welcome"}


def test_a_message_with_a_fault_is_kept_but_not_published(mark: User) -> None:
    made = begun(mark, "<mj-txt>{{ lead.nam }}</mj-txt>")

    with pytest.raises(Refused, match=r"line 2: There is no <mj-txt>") as refused:
        actions.publish(made, seen=1, by=mark, **HOW)

    assert "There is no lead.nam" in str(refused.value)
    assert "mj-txt" in queries.draft_of(made).mjml


def test_marketing_is_published_only_with_a_postal_address(mark: User) -> None:
    made = begun(mark, purpose=Purpose.objects.values_list("code", flat=True)[0])

    with pytest.raises(Refused, match="postal address"):
        actions.publish(made, seen=1, by=mark, **HOW)
    with_house(mark)

    actions.publish(made, seen=1, by=mark, **HOW)


def test_nobody_writes_over_a_colleague(mark: User, rita: User) -> None:
    made = begun(mark)
    actions.write(made, words("<mj-text>Rita.</mj-text>"), seen=1, by=rita, **HOW)

    with pytest.raises(Overtaken, match=r"Rita has changed Welcome since") as overtaken:
        actions.write(made, words("<mj-text>Mark.</mj-text>"), seen=1, by=mark, **HOW)

    assert overtaken.value.seen == 2
    assert "Rita." in queries.draft_of(made).mjml


def test_going_back_makes_a_draft_of_what_was_said(mark: User) -> None:
    made = begun(mark, "<mj-text>First.</mj-text>")
    actions.publish(made, seen=1, by=mark, **HOW)
    actions.write(made, words("<mj-text>Second.</mj-text>"), seen=2, by=mark, **HOW)
    actions.publish(made, seen=3, by=mark, **HOW)

    actions.go_back(made, 1, seen=4, by=mark, **HOW)

    assert "First." in queries.draft_of(made).mjml
    assert queries.published("welcome") == made.versions.get(number=2)
    changed = [line for line in queries.history(made)[0].lines if line[0] in "+-"]
    assert changed == [("-", "<mj-text>Second.</mj-text>"), ("+", "<mj-text>First.</mj-text>")]


def test_a_retired_message_is_sent_to_nobody_and_comes_back(mark: User) -> None:
    made = begun(mark)
    actions.publish(made, seen=1, by=mark, **HOW)

    actions.retire(made, by=mark, **HOW)
    actions.retire(made, by=mark, **HOW)
    assert queries.published("welcome") is None
    actions.restore(made, by=mark, **HOW)

    assert queries.published("welcome") is not None
    assert JournalLine.objects.filter(kind="messaging.message_retired").count() == 1


def test_a_code_is_its_own(mark: User) -> None:
    begun(mark)
    for code in ("welcome", "new", "house", "Not a code", "", "a" * 61):
        with pytest.raises(Refused):
            begun(mark, code=code)


def test_a_purpose_and_a_topic_must_be_in_use(mark: User) -> None:
    with pytest.raises(Refused, match="no purpose 'gossip'"):
        begun(mark, purpose="gossip")
    with pytest.raises(Refused, match="another purpose"):
        begun(mark, purpose=Purpose.objects.values_list("code", flat=True)[0], topic="gossip")


@pytest.mark.parametrize("part", ["subject", "preheader", "mjml", "text"])
def test_what_is_no_text_or_too_long_is_refused(mark: User, part: str) -> None:
    made = begun(mark)
    for junk in ("a\0b", "a\ud800b", "x" * 100_001):
        with pytest.raises(Refused):
            actions.write(made, replace(words(), **{part: junk}), seen=1, by=mark, **HOW)


def test_only_marketing_and_revenue_operations_write(mia: User, mark: User) -> None:
    made = begun(mark)
    with pytest.raises(PermissionDenied):
        begun(mia, code="other")
    with pytest.raises(PermissionDenied):
        actions.publish(made, seen=1, by=mia, **HOW)
    with pytest.raises(PermissionDenied):
        with_house(mia)


def test_the_page_of_a_key_message_shows_the_messages_that_say_it(mark: User) -> None:
    speed = key_message(mark)
    made = begun(mark, CITING)
    actions.publish(made, seen=1, by=mark, **HOW)
    write_message(speed, code="", wording="Live in an hour.", seen=1, by=mark, **HOW)
    speed.refresh_from_db()

    place = places_of([speed])[speed.pk][0]

    assert (place.name, place.noun, place.number, place.is_older) == ("Welcome", "message", 1, True)
    actions.confirm(MailCitation.objects.get(), by=mark, **HOW)
    assert [each.is_older for each in places_of([speed])[speed.pk]] == [False]


def test_an_older_wording_is_told_while_writing(mark: User) -> None:
    speed = key_message(mark)
    made = begun(mark, CITING)
    write_message(speed, code="", wording="Live in an hour.", seen=1, by=mark, **HOW)

    told = previewed(made, words(CITING), None, at=NOON)

    assert "speed-1 has a newer wording" in str(told.findings[0])


def test_a_test_reaches_oneself_as_the_lead_would_get_it(mark: User, ada: Lead) -> None:
    made = begun(mark)

    send_test(made, words(subject="For {{ lead.first_name }}"), ada, by=mark, **HOW)

    sent = Outgoing.objects.get()
    read = message_from_bytes(bytes(sent.body), policy=policy.default)
    assert sent.recipients == ["mark@team.example"]
    assert read["Subject"] == "Test: For Ada"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


def test_a_test_of_what_cannot_be_sent_says_why(mark: User, ben: Lead) -> None:
    made = begun(mark)

    with pytest.raises(Refused, match="for Ben Nevis: read is not known"):
        send_test(made, words("<mj-text>{{ read }}</mj-text>"), ben, by=mark, **HOW)

    assert not Outgoing.objects.exists()


def test_a_preview_names_what_is_missing_in_its_place(mark: User, ben: Lead) -> None:
    told = previewed(begun(mark), words("<mj-text>You read {{ read }}.</mj-text>"), ben, at=NOON)

    assert told.reason == "read is not known."
    assert told.made is not None
    assert "⟨read is not known⟩" in told.made.html
