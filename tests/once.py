"""A world that is made once for a whole file of tests, which look at it or change it and undo that.

Every test of a file may need the same costly world. A fixture of the file (`scope="module"`) that
asks for `once` writes it within a transaction around all of them; what a test does is rolled back
to that, by the transaction of its own that it has anyway. What the fixture gives must not be
changed by a test where it stands: read anew from the database what is to be changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction


@pytest.fixture(scope="module")
def once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around all tests of the file. Not for tests with `transaction=True`."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
