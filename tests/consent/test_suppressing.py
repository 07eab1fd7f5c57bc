"""Addresses and domains that must not be written to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handraise.consent.actions import lift, suppress
from handraise.consent.decide import Kind, Refused
from handraise.consent.models import Suppression
from handraise.consent.queries import suppressed
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.consent.conftest import bar
from tests.personas import NOON
from tests.world import said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ADA = "ada@engines.example"


def test_an_address_is_found_however_it_is_written() -> None:
    bar(" Ada@Engines.Example ", why="Asked on the phone.")

    found = suppressed(["ADA@engines.example", "ben@engines.example"], at=NOON)

    assert set(found) == {"ADA@engines.example", ADA}
    assert found[ADA].why == (
        "ada@engines.example must not be written to (since 4 March 2026): Asked on the phone."
    )


def test_a_domain_holds_for_all_below_it_and_for_no_other() -> None:
    bar("@rival.example")

    asked = ["dan@rival.example", "dan@eu.rival.example", "dan@notrival.example", "dan@example"]
    assert set(suppressed(asked, at=NOON)) == {"dan@rival.example", "dan@eu.rival.example"}


def test_domains_in_other_letters_are_one() -> None:
    bar("müller.example")

    assert suppressed(["eva@xn--mller-kva.example"], at=NOON)
    assert suppressed(["eva@MÜLLER.example"], at=NOON)


def test_what_is_not_known_to_be_an_address_is_harmless() -> None:
    assert suppressed(["", "@", "no address", "a\x00@b.example", "a@b"], at=NOON) == {}


def test_it_holds_from_its_instant_until_it_is_lifted(rita: User) -> None:
    bar(ADA)
    row = Suppression.objects.get()
    lift(row, why="They asked for it.", by=rita, at=NOON + HOUR, via=Via.WEB)

    assert not suppressed([ADA], at=NOON - HOUR)
    assert suppressed([ADA], at=NOON)
    assert not suppressed([ADA], at=NOON + HOUR)


def test_lifting_a_bounce_leaves_the_complaint(rita: User) -> None:
    bar(ADA, kind=Kind.BOUNCE)
    bar(ADA, kind=Kind.COMPLAINT)
    assert suppressed([ADA], at=NOON)[ADA].kind is Kind.COMPLAINT

    lift(Suppression.objects.get(kind="bounce"), why="Fixed.", by=rita, at=NOON, via=Via.WEB)

    assert suppressed([ADA], at=NOON)[ADA].kind is Kind.COMPLAINT


def test_barring_twice_is_one_row_and_lifting_twice_one_line(rita: User) -> None:
    assert (bar(ADA), bar(ADA.upper())) == (1, 0)
    row = Suppression.objects.get()

    assert lift(row, why="They asked.", by=rita, at=NOON, via=Via.WEB)
    assert not lift(row, why="They asked.", by=rita, at=NOON, via=Via.WEB)
    assert bar(ADA) == 1


def test_the_lead_is_told_of_on_its_timeline(ada: Lead, rita: User) -> None:
    bar(ADA, kind=Kind.BOUNCE, why="No such mailbox.")
    lift(Suppression.objects.get(), why="A typing error.", by=rita, at=NOON, via=Via.WEB)

    assert said(ada, "consent.suppressed") == [
        "ada@engines.example is not written to any more. Bounced: No such mailbox."
    ]
    assert said(ada, "consent.lifted") == [
        "ada@engines.example may be written to again: A typing error."
    ]


@pytest.mark.parametrize(
    "text", ["", "no", "com", "a b@c.example", "gmail.com", "x@", "a@b@c.example\x00", "1.2.3.4"]
)
def test_what_is_no_address_or_bars_everybody_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        bar(text)

    assert not Suppression.objects.exists()


def test_only_who_nurtures_may(mia: User, rita: User) -> None:
    with pytest.raises(PermissionDenied):
        suppress([ADA], kind=Kind.HAND, why="", by=mia, at=NOON, via=Via.WEB)
    bar(ADA)

    with pytest.raises(PermissionDenied):
        lift(Suppression.objects.get(), why="No.", by=mia, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="Say why"):
        lift(Suppression.objects.get(), why=" ", by=rita, at=NOON, via=Via.WEB)


def test_thousands_are_asked_in_one_statement() -> None:
    bar("p7@many.example")
    asked = [f"p{number}@many.example" for number in range(5_000)]

    with CaptureQueriesContext(connection) as statements:
        found = suppressed(asked, at=NOON)

    assert (len(statements), set(found)) == (1, {"p7@many.example"})
