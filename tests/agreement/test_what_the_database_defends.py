"""What must never be false about versions and signatures, whoever writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from handraise.agreement import shipped
from handraise.agreement.actions import propose, save_draft, sign
from handraise.agreement.decide import State
from handraise.agreement.models import ListEntry, Signature, Version
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def refused(deed: Callable[[], object], constraint: str) -> None:
    """The database refuses, at the latest at the end of the transaction."""

    def to_the_end() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            deed()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=constraint):
        to_the_end()


def version(by: User, state: State = State.PROPOSED, number: int = 7) -> Version:
    return Version.objects.create(
        number=number, state=state, text="x", created_at=NOON, created_by=by
    )


@pytest.fixture
def in_force(mark: User, mia: User) -> Version:
    made = propose(shipped.text(), note="", by=mark, at=NOON, via=Via.WEB)
    sign(made, by=mark, at=NOON, via=Via.WEB)
    sign(made, by=mia, at=NOON, via=Via.WEB)
    made.refresh_from_db()
    return made


def test_it_refuses_a_state_nobody_knows(mark: User) -> None:
    made = version(mark)

    refused(lambda: Version.objects.filter(pk=made.pk).update(state="lost"), "version_state_known")


def test_it_refuses_two_versions_in_force(in_force: Version, mark: User) -> None:
    refused(lambda: version(mark, State.PUBLISHED), "one_published_version")


def test_it_refuses_two_versions_of_one_number(in_force: Version, mark: User) -> None:
    refused(lambda: version(mark, number=in_force.number), "number")


def test_it_refuses_to_publish_without_both_signatures(mark: User) -> None:
    made = version(mark)
    Signature.objects.create(version=made, side="marketing", by=mark, at=NOON)

    refused(
        lambda: Version.objects.filter(pk=made.pk).update(state=State.PUBLISHED),
        "published_is_signed",
    )


@pytest.mark.parametrize("state", [State.PROPOSED, State.WITHDRAWN, State.RETIRED])
def test_it_refuses_to_change_what_was_proposed(state: State, mark: User) -> None:
    made = version(mark, state)

    refused(lambda: Version.objects.filter(pk=made.pk).update(text="y"), "version_stands")


def test_a_draft_may_be_changed(mark: User) -> None:
    made = save_draft("half an agreement", note="", by=mark, at=NOON, via=Via.WEB)

    assert Version.objects.filter(pk=made.pk).update(text="a whole one") == 1


def test_it_refuses_to_move_a_signature(in_force: Version, sal: User) -> None:
    refused(lambda: in_force.signatures.filter(side="sales").update(by=sal), "signature_stands")


def test_it_refuses_to_remove_a_signature(in_force: Version) -> None:
    refused(lambda: in_force.signatures.all().delete(), "signature_stands")


def test_it_refuses_one_person_on_both_sides(mark: User) -> None:
    made = version(mark)
    Signature.objects.create(version=made, side="marketing", by=mark, at=NOON)

    refused(
        lambda: Signature.objects.create(version=made, side="sales", by=mark, at=NOON),
        "nobody_signs_for_both",
    )


def test_it_refuses_two_signatures_of_one_side(mark: User, mia: User) -> None:
    made = version(mark)
    Signature.objects.create(version=made, side="sales", by=mark, at=NOON)

    refused(
        lambda: Signature.objects.create(version=made, side="sales", by=mia, at=NOON),
        "one_signature_a_side",
    )


def test_it_refuses_a_third_side(mark: User) -> None:
    made = version(mark)

    refused(
        lambda: Signature.objects.create(version=made, side="legal", by=mark, at=NOON), "side_known"
    )


def test_it_refuses_a_list_value_twice() -> None:
    ListEntry.objects.create(list="partners", value="acme.example")

    refused(
        lambda: ListEntry.objects.create(list="partners", value="acme.example"), "list_value_once"
    )
