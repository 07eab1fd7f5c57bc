"""What tests of talking share."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from handraise.leads.models import Lead
from tests.world import lead


@pytest.fixture
def ada(db: None) -> Lead:
    """A lead that nobody owns."""
    return lead("Ada")


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    cache.clear()  # how often a calendar was asked for
