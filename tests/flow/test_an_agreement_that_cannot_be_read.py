"""A later release may read more strictly: what was signed goes on to hold, and doctor names it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.doctor import Level, examine
from handraise.agreement import checks, document, reading
from handraise.agreement.faults import AgreementError
from handraise.agreement.queries import Published, document_of, published, unreadable
from handraise.flow.look import look
from handraise.leads.decide import Stage
from handraise.leads.models import Attention, ParkedLead
from handraise.leads.record import WhenCards, record
from handraise.scoring.models import Score
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.leads.said import facts, lead_of
from tests.personas import NOON
from tests.world import lead, stage_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def forget() -> Iterator[None]:
    """Readings are remembered; a new release begins without any."""
    reading.read.cache_clear()
    reading.read_signed.cache_clear()
    yield
    reading.read.cache_clear()
    reading.read_signed.cache_clear()


@pytest.fixture
def stricter(agreed: Published, forget: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that allows two signals at most."""
    monkeypatch.setattr(checks, "MAX_SIGNALS", 2)


@pytest.fixture
def stranger(agreed: Published, forget: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release in which an agreement has another shape."""

    def refused(*_: object, **__: object) -> None:
        document.Behaviour.model_validate({"name": "x"})

    monkeypatch.setattr(document.Document, "model_validate", refused)


def test_a_fault_of_meaning_does_not_stop_what_was_signed(stricter: None) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")

    while look(at=NOON):
        pass

    assert stage_of(ada) is Stage.MARKETING_QUALIFIED
    assert document_of(1).name == "Small agreement"


def test_such_a_text_cannot_be_proposed_anew(stricter: None) -> None:
    from tests.world import AGREEMENT

    with pytest.raises(AgreementError, match="2 is the most"):
        reading.read(AGREEMENT)


def test_doctor_names_it_and_says_that_it_is_followed(stricter: None) -> None:
    (finding,) = [one for one in examine(at=NOON) if one.subject == "agreement text"]

    assert finding.level is Level.WARN
    assert "line 9, intent: There are 5 signals; 2 is the most." in finding.said
    assert "followed as before" in finding.to_do


def test_what_cannot_be_read_at_all_leaves_everybody_as_they_are_and_waiting(
    stranger: None,
) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")

    assert look(at=NOON) == 0

    assert (published(), stage_of(ada)) == (None, Stage.LEAD)
    assert not ParkedLead.objects.exists()
    assert not Score.objects.exists()
    assert Attention.objects.filter(lead=ada, look_at__lte=NOON).exists()
    found = unreadable()
    assert found is not None
    assert not found.is_followed


def test_what_people_are_called_is_shown_meanwhile(stranger: None) -> None:
    entry = facts({"name": "Ada"}, email="ada@acme.example")
    record([entry], at=NOON, when_cards=WhenCards.BEFORE_THE_LOOK)

    assert (look(at=NOON), look(at=NOON)) == (1, 0)

    ada = lead_of("email", "ada@acme.example")
    assert ada.name == "Ada"
    assert Attention.objects.filter(lead=ada, look_at__lte=NOON).exists()


def test_with_the_release_before_all_goes_on(
    stranger: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    look(at=NOON)

    monkeypatch.undo()
    while look(at=NOON):
        pass

    assert stage_of(ada) is Stage.MARKETING_QUALIFIED


def test_doctor_fails_on_it(stranger: None) -> None:
    (finding,) = [one for one in examine(at=NOON) if one.subject == "agreement text"]

    assert finding.level is Level.FAIL


def test_pages_go_on(stranger: None, mia: User) -> None:
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    client = client_of(mia)

    statuses = [
        client.get(address).status_code
        for address in ("/", "/leads/", f"/lead/{ada.pk}/", f"/lead/{ada.pk}/missing/", "/inbox/",
                        "/agreement/", "/agreement/versions/1/")
    ]  # fmt: skip

    assert statuses == [200] * 7


def test_as_a_rule_nothing_is_said(agreed: Published) -> None:
    assert unreadable() is None
    assert [one for one in examine(at=NOON) if one.subject == "agreement text"] == []
