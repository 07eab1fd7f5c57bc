"""The worker: digests, looks, runs jobs, survives a lost database, and stops when told to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.feedback.evidence_queue import EVIDENCE
from handraise.flow import work
from handraise.handover.models import Handover
from handraise.kit.clock import now
from handraise.leads.models import Lead
from handraise.leads.record import record
from handraise.team.models import User
from tests.leads.said import did, facts
from tests.world import in_force

pytestmark = pytest.mark.django_db(transaction=True)


@app.task(name="tests.leave_a_mark")
def leave_a_mark(name: str) -> None:
    """A job of the tests: shows that it ran, on Django's own connection."""
    Lead.objects.filter(name=name).update(title="Marked")


may_end = Event()


@app.task(name="tests.go_on")
def go_on() -> None:
    """A job that takes as long as the test wants."""
    may_end.wait(60)


@contextmanager
def working() -> Iterator[Event]:
    """A worker in this process; afterwards it has stopped, within five seconds."""
    stop = Event()
    thread = Thread(target=work.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def until(holds: Callable[[], object], seconds: float = 15) -> None:
    """Wait for what other threads do; the clock on the wall, since they run by it."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def arrives(name: str) -> None:
    email = f"{name.lower()}@acme.example"
    at = now()
    record(
        [
            facts({"name": name, "title": "Head of Sales"}, email=email, at=at),
            did("Demo Requested", email=email, at=at),
        ],
        at=at,
    )


def offered(name: str) -> bool:
    return Handover.objects.filter(lead__name=name).exists()


def test_it_moves_leads_on_by_itself(mark: User, mia: User) -> None:
    in_force(mark, mia)

    with working():
        arrives("Ada")
        until(lambda: offered("Ada"))


def test_it_survives_that_the_database_drops_every_connection(mark: User, mia: User) -> None:
    in_force(mark, mia)

    with working():
        arrives("Ada")
        until(lambda: offered("Ada"))
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        arrives("Ben")
        until(lambda: offered("Ben"))


def test_it_runs_jobs_that_were_deferred_in_a_transaction(mark: User, mia: User) -> None:
    in_force(mark, mia)
    arrives("Ada")

    with working():
        leave_a_mark.defer(name="Ada")
        until(lambda: Lead.objects.filter(title="Marked").exists())
        until(lambda: ProcrastinateJob.objects.filter(status="succeeded").exists())


@pytest.mark.parametrize(("long", "short"), [("default", EVIDENCE), (EVIDENCE, "default")])
def test_evidence_and_imports_do_not_wait_for_each_other(
    long: str, short: str, mark: User, mia: User
) -> None:
    in_force(mark, mia)
    arrives("Ada")
    may_end.clear()

    try:
        with working():
            go_on.configure(queue=long).defer()
            until(ProcrastinateJob.objects.filter(status="doing").exists)
            leave_a_mark.configure(queue=short).defer(name="Ada")
            until(Lead.objects.filter(title="Marked").exists)
            may_end.set()
            until(lambda: not ProcrastinateJob.objects.filter(status="doing").exists())
    finally:
        may_end.set()


def test_a_job_whose_worker_was_killed_is_put_back(mark: User, mia: User) -> None:
    in_force(mark, mia)
    arrives("Ada")
    pk = leave_a_mark.defer(name="Ada")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour')"
            " returning id"
        )
        (killed,) = cursor.fetchone()
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s",
            [killed, pk],
        )

    with working():
        until(lambda: Lead.objects.filter(title="Marked").exists())


def test_a_step_that_fails_is_tried_again_and_ends_no_thread() -> None:
    stop, calls = Event(), []

    def step() -> int:
        calls.append(1)
        if len(calls) == 3:
            stop.set()
        raise RuntimeError("a fault in the code")

    work.repeat("test", step, stop, 0.01)

    assert len(calls) == 3
