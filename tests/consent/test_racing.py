"""Two at the same moment, on real transactions: one row, and nobody is left half-way."""

from __future__ import annotations

import pytest

from handraise.consent.actions import give, withdraw_all
from handraise.consent.decide import How, Kind
from handraise.consent.importing import carry_out, preview
from handraise.consent.models import Leaving, Suppression
from handraise.consent.preferring import confirm
from handraise.consent.suppressing import suppress
from handraise.leads.decide import Via
from handraise.leads.models import Consent, Lead
from handraise.team.models import User
from tests.consent.conftest import WORDS, leave
from tests.consent.test_confirming import asked
from tests.handover.test_racing import together
from tests.personas import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_link_used_twice_at_once_is_one_consent(ada: Lead) -> None:
    made = asked(ada)

    results = together(*[lambda: confirm(made, at=NOON)] * 3)

    assert sorted(map(bool, results)) == [False, False, True]
    assert Consent.objects.count() == 1


def test_a_form_sent_twice_at_once_is_one_mail(ada: Lead) -> None:
    results = together(*[lambda: asked(ada)] * 3)

    assert len({one.pk for one in results}) == 1  # type: ignore[attr-defined]


def test_leaving_twice_at_once_is_left_once(ada: Lead) -> None:
    def left() -> object:
        return withdraw_all(ada, how=How.PREFERENCES, by=None, at=NOON, via=Via.WEB)

    results = together(left, left, lambda: leave(ada))

    assert not [one for one in results if isinstance(one, Exception)]
    assert Consent.objects.filter(purpose="newsletter").count() == 1
    assert Leaving.objects.count() == 1


def test_the_same_addresses_barred_at_once_are_there_once(rita: User) -> None:
    some = [f"p{number}@many.example" for number in range(300)]
    made = preview("\n".join(some), name="a", why="", by=rita, at=NOON)

    def bar(values: list[str]) -> object:
        return suppress(values, kind=Kind.BOUNCE, why="", by=None, at=NOON, via=Via.WORKER)

    results = together(
        lambda: bar(some), lambda: bar(some[::-1]),
        *[lambda: carry_out(made, by=rita, at=NOON, via=Via.WEB)] * 2,
    )  # fmt: skip

    assert sorted(results[:2]) == [0, 300]  # type: ignore[type-var]
    assert results[2:] == [300, 300]
    assert Suppression.objects.count() == 600


def test_consent_and_its_withdrawal_at_once_are_both_written(ada: Lead) -> None:
    def agree() -> object:
        return give(
            ada, purpose="newsletter", wording=WORDS, how=How.HAND, by=None, at=NOON, via=Via.WEB
        )

    results = together(agree, lambda: leave(ada))

    assert not [one for one in results if isinstance(one, Exception)]
    assert Consent.objects.count() == 2
