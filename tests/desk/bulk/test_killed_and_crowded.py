"""A worker that is killed, two that run at once, two bulks over the same leads: each lead once."""

from __future__ import annotations

from itertools import count

import pytest
from django.db import connection

from handraise.desk.bulk import turns
from handraise.desk.bulk.decide import Deed, State
from handraise.desk.bulk.models import Bulk, BulkLead
from handraise.desk.bulk.running import run
from handraise.leads.bulk import rows_of
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.desk.bulk.conftest import LATER, begun, done, many, previewed, undone
from tests.handover.test_racing import together
from tests.personas import NOON

pytestmark = pytest.mark.django_db(transaction=True)
_LINES = """
    SELECT count(*), count(DISTINCT lead_id) FROM leads_journalline
    WHERE kind = 'leads.tagged' AND data -> %s ? 'VIP'
"""


class Killed(BaseException):
    """As if the process were gone: nobody may catch it."""


def _lines(which: str) -> tuple[int, ...]:
    """How many lines tell of the tag, and of how many leads."""
    return rows_of(_LINES, [which])[0]


def _tagged() -> int:
    return Lead.objects.filter(tags__contains=["VIP"]).count()


def _kill_in_batch(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The worker dies in the middle of that batch, after some of its leads."""
    left = count(number * 100 - 40, -1)

    def dying(*given: object) -> None:
        if next(left) <= 0:
            raise Killed
        turns.do(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("handraise.desk.bulk.running.do", dying)


def test_three_thousand_are_done_once_each_though_the_worker_is_killed_and_undone_exactly(
    rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = many(3_000)
    bulk = begun(previewed(ids, Deed.TAG, rita, tag="VIP"), rita)
    with monkeypatch.context() as patch:
        _kill_in_batch(patch, 15)
        with pytest.raises(Killed):
            run(bulk.pk, now=lambda: NOON)
    assert _tagged() == Bulk.objects.get().done == 1_400

    finished = run(bulk.pk, now=lambda: NOON)

    assert (finished.state, finished.done, _tagged()) == (State.DONE, 3_000, 3_000)
    assert _lines("added") == (3_000, 3_000)
    gone = undone(bulk, rita)
    assert (gone.undone, gone.left, _tagged()) == (3_000, 0, 0)
    assert _lines("removed") == (3_000, 3_000)


def test_two_workers_at_one_bulk_do_each_lead_once(mia: User) -> None:
    bulk = begun(previewed(many(450), Deed.TAG, mia, tag="VIP"), mia)

    results = together(*[lambda: run(bulk.pk, now=lambda: NOON)] * 3)

    assert not [one for one in results if isinstance(one, Exception)]
    assert (Bulk.objects.get().done, _tagged(), _lines("added")) == (450, 450, (450, 450))


def test_two_bulks_over_the_same_leads_wait_for_each_other(mia: User, nils: User) -> None:
    ids = many(400)
    first = begun(previewed(ids, Deed.TAG, mia, tag="VIP"), mia)
    second = begun(previewed(ids, Deed.OWN, nils, owner=nils.pk), nils)
    BulkLead.objects.filter(bulk=second).delete()
    BulkLead.objects.bulk_create(BulkLead(bulk=second, lead_id=pk) for pk in reversed(ids))

    results = together(
        lambda: run(first.pk, now=lambda: NOON), lambda: run(second.pk, now=lambda: NOON)
    )

    assert not [one for one in results if isinstance(one, Exception)]
    assert (_tagged(), Lead.objects.filter(owner=nils).count()) == (400, 400)


def test_two_who_undo_at_once_undo_it_once(mia: User) -> None:
    bulk = done(many(250), Deed.TAG, mia, tag="VIP")

    results = together(*[lambda: undone(bulk, mia, LATER)] * 2)

    assert not [one for one in results if isinstance(one, Exception)]
    gone = Bulk.objects.get()
    assert (gone.state, gone.undone, gone.left) == (State.UNDONE, 250, 0)
    assert _lines("removed") == (250, 250)
    assert connection.in_atomic_block is False
