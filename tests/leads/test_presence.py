"""One statement says which kinds of rows there are of a lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handraise.leads.actions import merge_leads
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.leads.presence import present
from handraise.talk.noting import write_note
from handraise.talk.queries import NOTES, TASKS
from handraise.talk.tasking import add_task, finish_task
from handraise.team.models import User
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db
KINDS = {"notes": NOTES, "tasks": TASKS}


def test_it_names_what_there_is(mia: User, django_assert_num_queries: Callable[[int], Any]) -> None:
    ada, ben = lead("Ada"), lead("Ben")
    how = {"by": mia, "at": NOON, "via": Via.WEB}
    write_note(ada, "Met at the fair", **how)  # type: ignore[arg-type]
    done = add_task("Call", assignee=mia, lead=ben, **how)  # type: ignore[arg-type]
    finish_task(done, **how)  # type: ignore[arg-type]

    with django_assert_num_queries(1):
        assert present(ada, KINDS) == {"notes"}
    assert present(ben, KINDS) == frozenset()


def test_what_was_of_a_merged_lead_is_there_too(mia: User) -> None:
    ada, ben = lead("Ada"), lead("Ben")
    how = {"by": mia, "at": NOON, "via": Via.WEB}
    write_note(ben, "Met at the fair", **how)  # type: ignore[arg-type]

    merge_leads(ada, ben, why="The same.", **how)  # type: ignore[arg-type]

    assert present(Lead.objects.get(pk=ada.pk), KINDS) == {"notes"}
