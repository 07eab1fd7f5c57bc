"""Double opt-in: an address counts once its mailbox has said yes."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from handraise.consent.actions import ask_confirmation
from handraise.consent.actions import give as agree
from handraise.consent.decide import CONFIRM_WITHIN, How, Kind, Refused
from handraise.consent.links import confirmation_url
from handraise.consent.models import Confirmation
from handraise.consent.preferring import confirm
from handraise.leads.actions import edit_lead
from handraise.leads.decide import Via
from handraise.leads.models import Consent, Lead
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.consent.conftest import WORDS, bar, changed, give, may, purpose, verdict
from tests.personas import NOON
from tests.world import kinds

pytestmark = pytest.mark.django_db
ADA = "ada@engines.example"
HOUR = timedelta(hours=1)


def ask(lead: Lead, address: str = ADA, **more: object) -> Confirmation | None:
    told = {"purpose": "newsletter", "wording": WORDS, "by": None, "at": NOON, "via": Via.WEB}
    return ask_confirmation(lead, address=address, **{**told, **more})  # type: ignore[arg-type]


def asked(lead: Lead, **more: object) -> Confirmation:
    made = ask(lead, **more)
    assert made is not None
    return made


def mail() -> str:
    row = Outgoing.objects.latest("pk")
    body = message_from_bytes(bytes(row.body), policy=policy.SMTPUTF8).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_form_posts_a_mail_and_no_consent_yet(ada: Lead) -> None:
    assert give(ada, how=How.FORM, address="Ada@Engines.example") is None

    made = Confirmation.objects.get()
    row = Outgoing.objects.get()
    assert (row.recipients, row.subject) == ([ADA], "Please confirm: Newsletter")
    assert confirmation_url(made) in mail()
    assert WORDS in mail()
    assert not Consent.objects.exists()
    assert verdict(ada).why == "They have not yet confirmed their address for Newsletter."


def test_confirming_gives_consent_with_the_words_shown(ada: Lead) -> None:
    made = asked(ada, topics=["guides"])

    assert confirm(made, at=NOON + HOUR)

    consent = Consent.objects.select_related("proof", "source").get()
    assert (consent.is_given, consent.wording, consent.holds_from) == (True, WORDS, NOON + HOUR)
    assert (consent.proof.how, consent.proof.address) == ("link", ADA)
    assert may(ada, topic="guides", at=NOON + HOUR)
    assert not may(ada, topic="customer-stories", at=NOON + HOUR)
    assert kinds(ada)[-4:] == [
        "consent.asked", "consent.confirmed", "consent.chosen", "leads.consented",
    ]  # fmt: skip


def test_confirming_twice_is_harmless(ada: Lead) -> None:
    made = asked(ada)

    assert [confirm(made, at=NOON), confirm(made, at=NOON + HOUR)] == [True, False]
    assert Consent.objects.count() == 1


def test_a_link_runs_out(ada: Lead) -> None:
    made = asked(ada)

    with pytest.raises(Refused, match="run out"):
        confirm(made, at=NOON + CONFIRM_WITHIN)

    assert not may(ada, at=NOON + CONFIRM_WITHIN)


def test_the_version_of_the_wording_is_kept(ada: Lead, mark: User) -> None:
    words = purpose("newsletter").wording
    give(ada, wording=words)
    changed(purpose("newsletter"), mark, wording="New words.")
    give(ada, wording="New words.", at=NOON + HOUR)
    give(ada, wording="Words of my own.", at=NOON + 2 * HOUR)

    found = Consent.objects.order_by("pk").values_list("proof__number", flat=True)
    assert list(found) == [1, 2, None]


def test_an_address_that_took_its_place_is_not_confirmed_by_it(ada: Lead, rita: User) -> None:
    confirm(asked(ada), at=NOON)
    facts = {"email": "victim@elsewhere.example"}
    edit_lead(ada, facts=facts, by=rita, at=NOON + HOUR, via=Via.WEB)
    assert verdict(ada, at=NOON + HOUR).why == (
        "They agreed to Newsletter, and their present address is not confirmed."
    )

    confirm(asked(ada, address="victim@elsewhere.example", at=NOON + HOUR), at=NOON + HOUR)
    assert may(ada, at=NOON + HOUR)


def test_what_a_colleague_was_told_needs_no_mail(ada: Lead) -> None:
    give(ada, how=How.HAND)

    assert may(ada)
    assert not Outgoing.objects.exists()


def test_a_form_without_confirmation_is_consent_at_once(ada: Lead, mark: User) -> None:
    changed(purpose("newsletter"), mark, needs_confirmation=False)

    assert give(ada, how=How.FORM, address=ADA) is not None
    assert may(ada)

    changed(purpose("newsletter"), mark, needs_confirmation=True)
    assert not may(ada)


def test_a_form_sent_twice_is_one_mail(ada: Lead) -> None:
    first = asked(ada)

    assert asked(ada, at=NOON + timedelta(minutes=5)) == first
    assert asked(ada, at=NOON + HOUR) != first
    assert Outgoing.objects.count() == 2


def test_nobody_is_flooded(ada: Lead, ben: Lead) -> None:
    for hours in range(5):
        asked(ben, at=NOON + hours * HOUR)

    assert ask(ada, at=NOON + 6 * HOUR) is None
    assert Outgoing.objects.count() == 5
    assert asked(ada, at=NOON + 26 * HOUR)


def test_a_suppressed_address_gets_no_mail_and_the_timeline_says_so(ada: Lead) -> None:
    bar(ADA, kind=Kind.COMPLAINT)

    assert ask(ada) is None
    assert not Outgoing.objects.exists()
    assert kinds(ada)[-1] == "consent.not_asked"


@pytest.mark.parametrize(
    "told",
    [
        {"address": "no address"},
        {"address": "ada@engines.example\r\nBcc: x@y.example"},
        {"purpose": "weather"},
        {"wording": "a\x00b"},
        {"wording": "long " * 2000},
    ],
)
def test_what_cannot_be_asked_is_refused(ada: Lead, told: dict[str, str]) -> None:
    with pytest.raises(Refused):
        ask(ada, **told)

    assert not Outgoing.objects.exists()


def test_a_topic_that_there_is_not_is_refused(ada: Lead) -> None:
    with pytest.raises(Refused, match="no topic"):
        agree(
            ada, purpose="newsletter", topics=["weather"], wording="", how=How.HAND, by=None,
            at=NOON, via=Via.WEB,
        )  # fmt: skip
