"""Fixtures of every test, and what is settled for all of them."""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

pytest_plugins = ["tests.browser", "tests.once", "tests.personas"]

# How long one example takes says more of the machine than of the code.
settings.register_profile("handraise", deadline=None)
settings.load_profile("handraise")

_OF_THE_DATABASE = {"db", "transactional_db", "live_server", "once"}


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses among them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the database of the run: only these can fail on another server."""
    for item in items:
        asked = _OF_THE_DATABASE.intersection(getattr(item, "fixturenames", ()))
        if asked or item.get_closest_marker("django_db"):
            item.add_marker("database")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage took a quarter of some files."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
