"""Nothing holds that both sides have not signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement import shipped
from handraise.agreement.actions import Refused, propose, sign, withdraw
from handraise.agreement.decide import State
from handraise.agreement.models import ListEntry, Version
from handraise.agreement.queries import list_values, published
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.personas import NOON

pytestmark = pytest.mark.django_db
TEXT = shipped.text()


def proposed(by: User, text: str = TEXT) -> Version:
    return propose(text, note="", by=by, at=NOON, via=Via.WEB)


def signed(version: Version, *people: User) -> Version:
    for person in people:
        sign(version, by=person, at=NOON, via=Via.WEB)
    version.refresh_from_db()
    return version


def test_a_proposal_is_not_in_force(mark: User) -> None:
    version = proposed(mark)

    assert version.state == State.PROPOSED
    assert published() is None


def test_one_signature_is_not_enough(mark: User) -> None:
    version = signed(proposed(mark), mark)

    assert version.state == State.PROPOSED
    assert published() is None


def test_the_second_signature_publishes(mark: User, mia: User) -> None:
    version = signed(proposed(mark), mark, mia)

    found = published()
    assert version.state == State.PUBLISHED
    assert found is not None
    assert found.number == version.number
    assert found.published_at == NOON
    assert found.document.name == "First agreement"


def test_account_executives_sign_for_sales_too(mark: User, sal: User) -> None:
    version = signed(proposed(mark), sal, mark)

    assert {signature.side for signature in version.signatures.all()} == {"marketing", "sales"}
    assert version.state == State.PUBLISHED


@pytest.mark.parametrize("who", ["rita", "vera"])
def test_it_refuses_a_signature_of_neither_side(
    who: str, mark: User, request: pytest.FixtureRequest
) -> None:
    version = proposed(mark)

    with pytest.raises(PermissionDenied):
        sign(version, by=request.getfixturevalue(who), at=NOON, via=Via.WEB)


def test_it_refuses_a_second_signature_of_one_person(mark: User) -> None:
    version = signed(proposed(mark), mark)

    with pytest.raises(Refused, match="You have signed this version already"):
        sign(version, by=mark, at=NOON, via=Via.WEB)


def test_nobody_signs_for_both_sides_by_changing_role(mark: User) -> None:
    version = signed(proposed(mark), mark)
    mark.role = "sales"
    mark.save()

    with pytest.raises(Refused, match="You have signed this version already"):
        sign(version, by=mark, at=NOON, via=Via.WEB)


def test_it_refuses_a_second_signature_of_one_side(mark: User, mia: User, sal: User) -> None:
    version = signed(proposed(mark), mia)

    with pytest.raises(Refused, match="Sales has signed already: Mia"):
        sign(version, by=sal, at=NOON, via=Via.WEB)


def test_it_refuses_to_sign_what_was_withdrawn(mark: User, mia: User) -> None:
    version = withdraw(proposed(mark), by=mark, at=NOON, via=Via.WEB)

    with pytest.raises(Refused, match="version 1 is withdrawn"):
        sign(version, by=mia, at=NOON, via=Via.WEB)


def test_publishing_retires_the_version_in_force(mark: User, mia: User) -> None:
    first = signed(proposed(mark), mark, mia)
    second = signed(proposed(mia), mark, mia)

    first.refresh_from_db()
    assert first.state == State.RETIRED
    assert first.retired_at == NOON
    assert second.state == State.PUBLISHED


def test_publishing_overtakes_older_proposals_only(mark: User, mia: User) -> None:
    older, middle, newer = proposed(mark), proposed(mark), proposed(mark)

    signed(middle, mark, mia)

    older.refresh_from_db()
    newer.refresh_from_db()
    assert older.state == State.WITHDRAWN
    assert newer.state == State.PROPOSED


def test_a_signature_given_beside_another_agreement_does_not_count(mark: User, mia: User) -> None:
    first, second = proposed(mark), proposed(mark)
    signed(second, mark)

    signed(first, mark, mia)

    second.refresh_from_db()
    assert second.state == State.WITHDRAWN
    said = JournalLine.objects.get(kind="agreement.withdrawn").said
    assert said == (
        "Version 2 was overtaken by version 1. It was signed beside another: propose it again."
    )
    with pytest.raises(Refused, match="Only a proposal can be signed"):
        sign(second, by=mia, at=NOON, via=Via.WEB)


def test_publishing_brings_its_own_lists(mark: User, mia: User) -> None:
    text = TEXT + "\nlists: {partners: [Acme.example, BÉTA.example]}\n"
    signed(proposed(mark, text), mark, mia)

    assert list_values("partners") == ["acme.example", "beta.example"]

    signed(proposed(mark), mark, mia)

    assert list_values("partners") == []
    assert ListEntry.objects.filter(list="free_email").exists()


def test_every_deed_leaves_a_line(mark: User, mia: User) -> None:
    signed(proposed(mark), mark, mia)

    lines = JournalLine.objects.order_by("id").values_list("kind", "said")
    assert [kind for kind, _ in lines] == [
        "agreement.proposed",
        "agreement.signed",
        "agreement.signed",
        "agreement.published",
    ]
    assert lines[1][1] == "Mark signed version 1 of the agreement for marketing."


def test_a_deactivated_person_does_not_sign(mark: User, mia: User) -> None:
    version = proposed(mark)
    mia.is_active = False
    mia.save()

    with pytest.raises(PermissionDenied):
        sign(version, by=mia, at=NOON + timedelta(days=1), via=Via.WEB)
