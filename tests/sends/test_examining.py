"""The doctor says whether sends can leave and are believed, and what to publish."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handraise.messaging.models import MessageVersion
from handraise.sends.decide import State
from handraise.sends.examining import Found, examine
from handraise.sends.models import Send
from handraise.sends.proofs import Unanswered, record_of
from handraise.sends.signing import signer
from tests.personas import NOON
from tests.sends.conftest import people, send
from tests.sends.test_what_arrives import keys

pytestmark = pytest.mark.django_db
DOMAIN = "news.handraise.example"


class Names(dict[str, list[str]]):
    """What stands in the DNS."""

    def __call__(self, name: str) -> list[str]:
        return self.get(name, [])


@pytest.fixture
def house(settings: Any) -> None:
    settings.SMTP_URL = "smtp://mail.handraise.example"
    settings.MAIL_FROM = f"News <news@{DOMAIN}>"
    settings.ADDRESS = "https://handraise.example"
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = DOMAIN, "s1"
    settings.DKIM_KEY, _ = keys()


def well() -> Names:
    """A domain that has published everything; DMARC stands above it."""
    signing = signer()
    assert signing is not None
    return Names({
        DOMAIN: ["google-site=1", "v=spf1 a:mail.handraise.example -all"],
        f"s1._domainkey.{DOMAIN}": [record_of(signing)],
        "_dmarc.handraise.example": ["v=DMARC1; p=quarantine; rua=mailto:d@handraise.example"],
    })  # fmt: skip


def found(names: Any, subject: str = "") -> list[Found]:
    every = list(examine(at=NOON, ask=names))
    return [one for one in every if not subject or one.subject == subject]


def test_all_is_well(house: None) -> None:
    every = found(well())

    assert [one.subject for one in every] == ["sends", "SPF", "DKIM", "DMARC"]
    assert not [one for one in every if one.to_do]


@pytest.mark.parametrize(
    ("subject", "name", "records", "to_do"),
    [
        ("SPF", DOMAIN, [], "v=spf1 a:mail.handraise.example ~all"),
        ("SPF", DOMAIN, ["v=spf1 -all", "v=spf1 mx -all"], "Make one of them"),
        ("SPF", DOMAIN, ["v=spf1 +all"], "~all"),
        ("DKIM", f"s1._domainkey.{DOMAIN}", [], "v=DKIM1; k=rsa; p="),
        ("DKIM", f"s1._domainkey.{DOMAIN}", ["v=DKIM1; p=AAAA"], "v=DKIM1; k=rsa; p="),
        ("DMARC", "_dmarc.handraise.example", [], f"Publish at _dmarc.{DOMAIN}"),
        ("DMARC", "_dmarc.handraise.example", ["v=DMARC1; rua=x"], "p=none"),
    ],
)
def test_what_is_missing_is_said_with_what_to_publish(
    house: None, subject: str, name: str, records: list[str], to_do: str
) -> None:
    names = well()
    names[name] = records

    (one,) = found(names, subject)

    assert to_do in one.to_do


def test_a_signature_of_another_house_does_not_count(house: None, settings: Any) -> None:
    settings.DKIM_DOMAIN = "other.example"
    (one,) = found(Names(), "DKIM")
    assert DOMAIN in one.to_do


def test_a_dns_that_does_not_answer_is_said(house: None) -> None:
    def silent(name: str) -> list[str]:
        raise Unanswered(f"{name} could not be asked for.")

    assert "could not be asked" in found(silent)[-1].said


def test_a_setting_that_cannot_be_read_is_wrong(house: None, settings: Any) -> None:
    settings.SENDS_PACE = "gmail.com:many"
    (one,) = found(Names())
    assert one.is_wrong
    assert "gmail.com:many" in one.said


def test_what_waits_or_went_wrong_is_counted(
    house: None, settings: Any, asked: MessageVersion
) -> None:
    leads = people(3)
    late, failed, unclear = (send(asked, lead, due_at=NOON - timedelta(hours=1)) for lead in leads)
    Send.objects.filter(pk=failed.pk).update(state=State.FAILED)
    Send.objects.filter(pk=unclear.pk).update(state=State.UNCLEAR)

    told = [one.said for one in found(well(), "sends")]

    assert [words.split()[0] for words in told] == ["1", "1", "1"]
    assert late.state == State.WAITING


def test_without_a_server_nothing_is_asked_of_the_dns(settings: Any) -> None:
    settings.SMTP_URL = settings.MAIL_FROM = ""
    assert [one.subject for one in found(None)] == ["sends"]
