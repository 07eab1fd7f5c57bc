"""Two signatures in the same instant publish once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from handraise.agreement import shipped
from handraise.agreement.actions import Refused, propose, sign
from handraise.agreement.decide import State
from handraise.agreement.models import Version
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.personas import NOON


def together(*deeds: Callable[[], object]) -> list[object]:
    """Run each deed on a connection of its own, all at once; what came or was raised."""
    gate = threading.Barrier(len(deeds))
    results: list[object] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        try:
            gate.wait()
            results[place] = deed()
        except Exception as fault:
            results[place] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_sides_in_one_instant_publish_once(mark: User, mia: User, sal: User) -> None:
    for round_ in range(1, 4):
        version = propose(shipped.text(), note="", by=mark, at=NOON, via=Via.WEB)

        results = together(
            lambda v=version: sign(v, by=mark, at=NOON, via=Via.WEB),
            lambda v=version: sign(v, by=mia, at=NOON, via=Via.WEB),
            lambda v=version: sign(v, by=sal, at=NOON, via=Via.WEB),
        )

        version.refresh_from_db()
        assert version.state == State.PUBLISHED
        assert version.signatures.count() == 2
        assert sum(isinstance(result, Refused) for result in results) == 1
        assert Version.objects.filter(state=State.PUBLISHED).count() == 1
        assert JournalLine.objects.filter(kind="agreement.published").count() == round_


@pytest.mark.django_db(transaction=True)
def test_two_proposals_in_one_instant_get_two_numbers(mark: User, mia: User) -> None:
    text = shipped.text()

    together(*[lambda by=by: propose(text, note="", by=by, at=NOON, via=Via.WEB)
               for by in (mark, mia, mark, mia)])  # fmt: skip

    assert sorted(Version.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_two_versions_signed_in_one_instant_leave_one_in_force(mark: User, mia: User) -> None:
    first = propose(shipped.text(), note="", by=mark, at=NOON, via=Via.WEB)
    second = propose(shipped.text(), note="", by=mark, at=NOON, via=Via.WEB)
    for version in (first, second):
        sign(version, by=mark, at=NOON, via=Via.WEB)

    results = together(
        lambda: sign(first, by=mia, at=NOON, via=Via.WEB),
        lambda: sign(second, by=mia, at=NOON, via=Via.WEB),
    )

    # Whichever comes first overtakes the other, which was signed beside something else.
    assert sorted(Version.objects.values_list("state", flat=True)) == ["published", "withdrawn"]
    assert sum(isinstance(result, Refused) for result in results) == 1
