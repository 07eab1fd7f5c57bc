"""A list of addresses not to write to: looked at first, carried out once, lifted as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.consent.decide import Kind, Refused
from handraise.consent.importing import carry_out, discard, lift_import, outlook, preview
from handraise.consent.models import Suppression, SuppressionImport
from handraise.consent.queries import suppressed
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.consent.conftest import bar
from tests.personas import NOON
from tests.world import kinds

pytestmark = pytest.mark.django_db
ADA = "ada@engines.example"
TEXT = f"email\n{ADA}\nx@y.example\nrival.example\nno address\ngmail.com\n"


def looked_at(rita: User, text: str = TEXT) -> SuppressionImport:
    return preview(text, name="old.csv", why="Left in the old system", by=rita, at=NOON)


def done(rita: User, text: str = TEXT) -> SuppressionImport:
    made = looked_at(rita, text)
    carry_out(made, by=rita, at=NOON, via=Via.WEB)
    made.refresh_from_db()
    return made


def test_looking_suppresses_nobody_and_says_what_would_be(rita: User, ada: Lead) -> None:
    done(rita, "x@y.example")

    made = looked_at(rita)

    found = outlook(made)
    assert (found.total, found.new, found.leads) == (3, 2, 1)
    assert [number for number, _ in made.faults] == [5, 6]
    assert not suppressed([ADA], at=NOON)


def test_carried_out_it_holds_and_twice_is_harmless(rita: User, ada: Lead) -> None:
    made = done(rita)

    assert carry_out(made, by=rita, at=NOON, via=Via.WEB) == 3
    found = suppressed([ADA, "dan@rival.example"], at=NOON)
    assert found[ADA].kind is Kind.IMPORTED
    assert "Left in the old system" in found[ADA].why
    assert "dan@rival.example" in found
    assert (made.added, made.pending) == (3, [])
    assert kinds(ada)[-1] == "consent.suppressed"


def test_lifting_it_lifts_what_it_brought_and_nothing_else(rita: User) -> None:
    bar(ADA, kind=Kind.COMPLAINT)
    first = done(rita, "x@y.example")
    second = done(rita)

    assert lift_import(second, why="The wrong file.", by=rita, at=NOON, via=Via.WEB) == 2
    assert lift_import(second, why="The wrong file.", by=rita, at=NOON, via=Via.WEB) == 0

    assert set(suppressed([ADA, "x@y.example", "a@rival.example"], at=NOON)) == {ADA, "x@y.example"}
    assert first.suppressions.filter(lifted_at=None).count() == 1


def test_a_list_that_was_lifted_can_come_again(rita: User) -> None:
    lift_import(done(rita), why="Too early.", by=rita, at=NOON, via=Via.WEB)

    assert done(rita).added == 3


def test_a_list_is_forgotten_if_it_was_not_carried_out(rita: User) -> None:
    made, kept = looked_at(rita), done(rita)

    discard(made, by=rita)
    with pytest.raises(Refused, match="carried out already"):
        discard(kept, by=rita)
    with pytest.raises(Refused, match="discarded"):
        carry_out(made, by=rita, at=NOON, via=Via.WEB)
    looked_at(rita)
    preview("a@b.example", name="", why="", by=rita, at=NOON + timedelta(days=2))

    assert SuppressionImport.objects.filter(carried_out_at=None).count() == 1


def test_what_cannot_be_done_is_refused(rita: User, mia: User) -> None:
    with pytest.raises(Refused, match="not one address"):
        looked_at(rita, "\n\n")
    with pytest.raises(Refused, match="nothing in this list"):
        done(rita, "no address")
    with pytest.raises(Refused, match="Say why"):
        lift_import(done(rita), why="", by=rita, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="not carried out"):
        lift_import(looked_at(rita), why="x", by=rita, at=NOON, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        looked_at(mia)


def test_many_are_suppressed_at_once(rita: User) -> None:
    made = done(rita, "\n".join(f"p{number}@many.example" for number in range(20_000)))

    assert made.added == 20_000
    assert Suppression.objects.count() == 20_000
