"""What the examination finds in a database that was damaged from outside."""

from __future__ import annotations

import pytest

from config.doctor import Level, examine
from handraise.leads.models import Activity, Lead
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def ledgers() -> tuple[Level, str]:
    (found,) = [found for found in examine(at=NOON) if found.subject == "ledgers"]
    return found.level, found.said


def test_it_finds_activities_of_nobody(ada: Lead) -> None:
    before = ledgers()

    newest = Activity.objects.order_by("-pk")[:1].values("pk")
    Activity.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(
        identity_id=10**9
    )

    assert before == (Level.OK, "every row is somebody's")
    assert ledgers() == (Level.FAIL, "leads_activity has rows of nobody: their identity is gone")
