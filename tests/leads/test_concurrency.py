"""Digests and workers beside each other, on real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection, transaction

from handraise.leads import attention, cards
from handraise.leads.entry import Entry
from handraise.leads.models import Activity, Attention, Company, Identity, Lead, Source
from handraise.leads.record import Recorded, record
from tests.leads.said import a_source, did, facts
from tests.personas import NOON

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")
LATER = NOON + timedelta(hours=1)


def side_by_side(*works: Callable[[], T]) -> list[T]:
    """Run each in a thread with a connection of its own, starting together."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            barrier.wait(10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(60) for future in [pool.submit(run, work) for work in works]]


def recording(entries: list[Entry]) -> Callable[[], Recorded]:
    return lambda: record(entries, at=NOON)


def test_two_digests_of_the_same_new_people_make_each_once() -> None:
    source = a_source()
    people = range(300)

    def batch(order: range | reversed[int]) -> list[Entry]:
        return [
            facts({"company": "Acme"}, source=source, user_id=f"u{n}", anonymous_id=f"a{n}",
                  email=f"p{n}@firm{n % 7}.example")
            for n in order
        ]  # fmt: skip

    for _ in range(3):
        side_by_side(recording(batch(people)), recording(batch(reversed(people))))

    assert Lead.objects.count() == 300
    assert Identity.objects.count() == 900
    assert Company.objects.count() == 7


def test_two_digests_that_merge_the_same_people_agree() -> None:
    source = a_source()
    for kind in ("anonymous_id", "user_id"):
        record([did(source=source, **{kind: f"x{n}"}) for n in range(100)], at=NOON)
    both = [did(source=source, anonymous_id=f"x{n}", user_id=f"x{n}") for n in range(100)]

    done = side_by_side(recording(both), recording(both[::-1]))

    assert sum(recorded.merges for recorded in done) == 100
    assert Lead.objects.filter(is_current=True).count() == 100
    assert Activity.objects.count() == 400


def test_a_merge_under_the_feet_of_a_digest_is_noticed() -> None:
    source = a_source()
    chain = [f"k{n}" for n in range(60)]
    record([did(source=source, anonymous_id=name) for name in chain], at=NOON)
    signing_in = [did(source=source, anonymous_id=name, user_id="one") for name in chain]
    clicking = [did(source=source, anonymous_id=name) for name in chain[::-1]]

    side_by_side(
        *(recording([entry]) for entry in signing_in[:3]),
        recording(signing_in), recording(clicking), recording(clicking),
    )  # fmt: skip

    assert Lead.objects.filter(is_current=True).count() == 1
    faces = Lead.objects.exclude(is_current=True).values_list("canonical", flat=True)
    assert set(faces) == set(Lead.objects.filter(is_current=True).values_list("pk", flat=True))


def test_nobody_waits_for_a_lead_that_is_held_and_its_card_follows() -> None:
    source = a_source()
    (lead,) = record([facts({"title": "Planner"}, source=source, user_id="u")], at=NOON).lead_ids
    attention.claim(at=NOON, limit=9)
    told = [
        facts({"title": "Head of Fleet"}, source=source, user_id="u", at=LATER),
        did(source=source, user_id="u", at=LATER),
    ]

    with transaction.atomic():
        attention.lock([lead])
        side_by_side(lambda: record(told, at=LATER))  # would never come back if it waited
        while_held = Lead.objects.get(pk=lead).title
    due = attention.claim(at=LATER, limit=9)
    cards.refresh_cards(due.stale)

    assert (while_held, due) == ("Planner", attention.Due([lead], [lead]))
    assert Lead.objects.get(pk=lead).title == "Head of Fleet"
    assert Activity.objects.count() == 1


def test_two_workers_share_the_due_leads() -> None:
    source = a_source()
    record([did(source=source, anonymous_id=f"a{n}") for n in range(200)], at=NOON)
    everybody = list(Lead.objects.values_list("pk", flat=True))
    together = Barrier(2)

    def work() -> list[int]:
        with transaction.atomic():
            mine = attention.claim(at=NOON, limit=100).leads
            together.wait(10)
            return mine

    first, second = side_by_side(work, work)

    assert first == sorted(first)
    assert len(first) <= 100
    assert sorted({*first, *second}) == sorted(everybody)
    assert not Attention.objects.exists()


def test_a_worker_that_fails_leaves_its_leads_for_the_next(website: Source) -> None:
    record([did(source=website, anonymous_id="a")], at=NOON)

    @transaction.atomic
    def fail() -> None:
        attention.claim(at=NOON, limit=10)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert len(attention.claim(at=NOON, limit=10).leads) == 1


def test_parallel_locks_of_the_same_leads_in_any_order_do_not_deadlock() -> None:
    source = a_source()
    record([did(source=source, anonymous_id=f"a{n}") for n in range(50)], at=NOON)
    everybody = list(Lead.objects.values_list("pk", flat=True))

    def hold(leads: list[int]) -> Callable[[], int]:
        def work() -> int:
            for _ in range(20):
                with transaction.atomic():
                    attention.lock(leads)
            return len(leads)

        return work

    assert side_by_side(hold(everybody), hold(everybody[::-1])) == [50, 50]


def test_what_is_due_later_waits(website: Source) -> None:
    lead = record([did(source=website, anonymous_id="a")], at=NOON).lead_ids[0]
    attention.claim(at=NOON, limit=10)
    attention.wake([lead], look_at=NOON + timedelta(hours=1), why="clock")

    assert attention.claim(at=NOON, limit=10).leads == []
    assert attention.next_look(at=NOON) == NOON + timedelta(hours=1)
    assert attention.claim(at=NOON + timedelta(hours=1), limit=10).leads == [lead]
