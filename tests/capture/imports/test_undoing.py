"""Taking an import back: by retraction, and never over the heads of people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.capture.decide import ImportState
from handraise.capture.imports import ImportRefused, undo
from handraise.capture.models import Import
from handraise.leads.actions import tag
from handraise.leads.decide import Via
from handraise.leads.models import Activity, JournalLine, Lead
from handraise.leads.queries import facts_of, leads_visible_to
from handraise.team.models import User
from tests.capture.imports.conftest import WriteFile
from tests.capture.imports.samples import PEOPLE, VISITED, VISITS, WON, brought
from tests.personas import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
TWO = "Email,Name,Size\nada@example.com,Ada,1\nben@example.com,Ben,2\n"


def test_leads_that_only_the_import_told_of_are_gone(file: WriteFile, mark: User) -> None:
    done = brought(file(TWO), PEOPLE, mark)

    gone = undo(done, by=mark, at=LATER, via=Via.WEB)

    assert (gone.leads, gone.kept) == (2, [])
    assert not leads_visible_to(mark).exists()
    after = Import.objects.get(pk=done.pk)
    assert (after.state, after.undone_at) == (ImportState.UNDONE, LATER)
    assert JournalLine.objects.filter(kind="capture.import_undone").count() == 1


def test_leads_on_whom_people_acted_stay_and_are_listed(file: WriteFile, mark: User) -> None:
    done = brought(file(TWO), PEOPLE, mark)
    ada = Lead.objects.get(email="ada@example.com")
    tag(ada, add=["met"], remove=[], by=mark, at=NOON + timedelta(hours=1), via=Via.WEB)

    gone = undo(done, by=mark, at=LATER, via=Via.WEB)

    assert [lead.pk for lead in gone.kept] == [ada.pk]
    kept = Import.objects.get(pk=done.pk).report["undone"]["kept_leads"]
    assert kept[0]["id"] == ada.pk
    assert [lead.pk for lead in leads_visible_to(mark)] == [ada.pk]


def test_what_it_said_before_can_still_be_seen_as_of_then(file: WriteFile, mark: User) -> None:
    done = brought(file(TWO), PEOPLE, mark)
    ada = Lead.objects.get(email="ada@example.com")

    undo(done, by=mark, at=LATER, via=Via.WEB)

    then = {fact.name: fact.value for fact in facts_of(ada, at=NOON + timedelta(minutes=1))}
    assert then["size"] == 1
    assert "size" not in {fact.name for fact in facts_of(ada, at=LATER)}


def test_stages_told_by_it_step_back(file: WriteFile, mark: User) -> None:
    brought(file(TWO), PEOPLE, mark)
    outcomes = file("Email,When,Status\nada@example.com,2026-02-03,won\n", "outcomes.csv")
    done = brought(outcomes, WON, mark)

    gone = undo(done, by=mark, at=LATER, via=Via.WEB)

    assert (gone.moves, gone.leads, gone.kept) == (1, 0, [])
    assert Lead.objects.get(email="ada@example.com").stage == "LEAD"


def test_activities_are_retracted_not_deleted(file: WriteFile, mark: User) -> None:
    done = brought(file("\n".join(VISITED)), VISITS, mark)

    gone = undo(done, by=mark, at=LATER, via=Via.WEB)

    assert gone.activities == Activity.objects.count() == 20


def test_it_happens_once_and_needs_permission(file: WriteFile, mark: User, vera: User) -> None:
    done = brought(file(TWO), PEOPLE, mark)

    with pytest.raises(PermissionDenied):
        undo(done, by=vera, at=LATER, via=Via.WEB)
    undo(done, by=mark, at=LATER, via=Via.WEB)
    with pytest.raises(ImportRefused, match="is undone already"):
        undo(done, by=mark, at=LATER, via=Via.WEB)


def test_undoing_its_own_merges_is_no_act_of_people(file: WriteFile, mark: User) -> None:
    mapping = VISITS.replace("Visitor}", "Visitor, user_id: Person}")
    path = file(
        "Visitor,Person,When,What,Data,Url,Agent\n"
        "v1,,2026-02-01T10:00:00Z,called,,,\n"
        "v2,p,2026-02-01T10:00:00Z,called,,,\n"
        "v1,p,2026-02-01T11:00:00Z,called,,,\n"
    )
    done = brought(path, mapping, mark)

    gone = undo(done, by=mark, at=LATER, via=Via.WEB)

    assert gone.kept == []
    assert not leads_visible_to(mark).exists()
