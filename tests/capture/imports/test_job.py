"""The job: the worker takes an import up where it was left."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError

from handraise.capture import tasks
from handraise.capture.decide import ImportState
from handraise.capture.imports import read_mapping, running, start
from handraise.capture.models import Import
from handraise.flow.jobs import job_app
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.capture.imports.conftest import WriteFile
from tests.capture.imports.samples import PEOPLE
from tests.personas import NOON

pytestmark = pytest.mark.django_db(transaction=True)
CSV = "Email,Name,Size\n" + "".join(f"p{n}@b.example,P,{n}\n" for n in range(7))


def begun(file: WriteFile, by: User) -> Import:
    mapping = read_mapping(PEOPLE)
    made = start(file(CSV), kind=mapping.kind, mapping=mapping, by=by, at=NOON)
    tasks.run_import.defer(import_id=made.pk)
    return made


def work() -> None:
    """What the worker does with the jobs that wait."""

    async def until_none_waits() -> None:
        async with job_app().open_async() as app:
            await app.run_worker_async(wait=False, install_signal_handlers=False)

    # In a thread of its own: a browser test may hold this one's event loop.
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, until_none_waits()).result()


def test_the_worker_brings_it_in(file: WriteFile, mark: User) -> None:
    made = begun(file, mark)

    work()

    assert Import.objects.get(pk=made.pk).state == ImportState.DONE
    assert Lead.objects.count() == 7


def test_what_nobody_foresaw_is_said_on_the_import(
    file: WriteFile, mark: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = begun(file, mark)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the roof is on fire")

    monkeypatch.setattr(running, "store", broken)
    work()

    failed = Import.objects.get(pk=made.pk)
    assert failed.state == ImportState.FAILED
    assert "the roof is on fire" in failed.error


def test_a_database_that_is_away_is_tried_again(
    file: WriteFile, mark: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = begun(file, mark)

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(running, "store", away)
    work()

    assert Import.objects.get(pk=made.pk).state == ImportState.RUNNING
    assert tasks.run_import.retry_strategy is not None
