"""Playbooks hold by the conditions of the agreement's language, and suggest what helps."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handraise.agreement.queries import Published
from handraise.enablement.about import Situation
from handraise.enablement.actions import Line, retire
from handraise.enablement.decide import Piece
from handraise.enablement.matching import Count, count
from handraise.enablement.models import Playbook
from handraise.enablement.queries import playbooks_for, suggestion_for, suggestions_for
from handraise.enablement.shelf import shelf
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.enablement.conftest import HOW, About, asset, message, playbook, script
from tests.personas import NOON
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db

HEADS = "title: {contains_word: head}"


def _names(leads: list[Lead], agreed: Published | None = None) -> list[list[str]]:
    document = agreed.document if agreed else None
    found = playbooks_for([one.pk for one in leads], document=document, at=NOON)
    return [[matched.name for matched in found[one.pk]] for one in leads]


def test_a_playbook_holds_for_whom_its_condition_is_true(mark: User) -> None:
    leads = [lead("Ada", title="Head of Sales"), lead("Ben", title="Clerk"), lead("Cleo")]
    playbook(mark, "Heads", HEADS)
    playbook(mark, "Everybody", "", priority=-1)
    playbook(mark, "First", HEADS, priority=5)
    playbook(mark, "Resting", "", is_active=False)
    retire(playbook(mark, "Gone", ""), by=mark, **HOW)

    assert _names(leads) == [["First", "Heads", "Everybody"], ["Everybody"], ["Everybody"]]


def test_scores_and_lists_are_those_of_the_agreement_in_force(mark: User, mia: User) -> None:
    agreed = in_force(mark, mia)
    leads = [lead("Ada", "Demo Requested"), lead("Ben")]
    playbook(mark, "Keen", "intent: {at_least: 50}")

    assert _names(leads, agreed) == [["Keen"], []]


def test_one_that_can_no_longer_be_asked_does_not_silence_the_others(mark: User) -> None:
    ada = lead("Ada", title="Head of Sales")
    playbook(mark, "Heads", HEADS)
    lost = playbook(mark, "Lost", HEADS, priority=9)
    Playbook.objects.filter(pk=lost.pk).update(condition="title: {in_list: nobodys}")

    assert _names([ada]) == [["Heads"]]


def test_a_suggestion_is_plain_json_with_the_script_of_this_lead(mark: User) -> None:
    message(mark)
    ada = lead("Ada", title="Head of Sales")
    opening = script(mark, "Hello {{ lead.title }}, {{ company.name }}")
    first, late = asset(mark), asset(mark, "Contract", about=About(stages=[Stage.CUSTOMER]))
    lines = (
        Line(Piece.SCRIPT, opening.pk), Line(Piece.QUESTION, question="Why now?"),
        Line(Piece.ASSET, first.pk), Line(Piece.ASSET, late.pk), Line(Piece.MESSAGE, 0),
    )  # fmt: skip
    speed = message(mark, "speed-2", "Fast.")
    book = playbook(mark, "Heads", HEADS, *lines[:-1], Line(Piece.MESSAGE, speed.pk))
    playbook(mark, "Everybody", "", priority=-1)

    told = suggestion_for(ada, document=None, at=NOON, situation=Situation(seller="Mia"))

    assert told == json.loads(json.dumps(told)) == {
        "playbook": {"id": book.pk, "name": "Heads"},
        "others": ["Everybody"],
        "scripts": [{
            "id": opening.pk, "version": 1, "name": "Opening", "kind": "call opening",
            "question": "", "text": "Hello Head of Sales, ⟨company.name is not known⟩",
            "missing": ["company.name"], "fault": "",
        }],
        "questions": ["Why now?"],
        "assets": [{
            "id": first.pk, "version": 1, "name": "Price list",
            "link": "https://example.com/prices", "file": "", "what_for": "Who asks what it costs.",
        }],
        "messages": [{"code": "speed-2", "wording": "Fast."}],
    }  # fmt: skip


def test_what_is_retired_is_not_suggested(mark: User) -> None:
    ada, opening = lead("Ada"), script(mark, "Hello")
    playbook(mark, "All", "", Line(Piece.SCRIPT, opening.pk))
    retire(opening, by=mark, **HOW)

    told = suggestion_for(ada, document=None, at=NOON)

    assert told is not None
    assert told["scripts"] == []


def test_nothing_is_asked_where_there_is_no_playbook() -> None:
    ada = lead("Ada")
    shelf()  # read once
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert suggestions_for([ada.pk], document=None, at=NOON) == {}

    assert len(asked) == 1


def test_a_batch_takes_as_many_statements_as_one_lead(mark: User) -> None:
    opening = script(mark, "Hello {{ lead.name }}, {{ read | first }}")
    playbook(mark, "Heads", HEADS, Line(Piece.SCRIPT, opening.pk))
    ids = [lead(f"Head{n}", title="Head of Sales").pk for n in range(12)]
    suggestions_for(ids[:1], document=None, at=NOON)

    def statements(asked: list[int]) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert len(suggestions_for(asked, document=None, at=NOON)) == len(asked)
        return len(seen)

    assert statements(ids) == statements(ids[:1]) <= 16


@pytest.mark.parametrize(
    ("text", "found"), [("title: {contains_word: head}", 1), ("", 3), ("grade: a", 0)]
)
def test_a_condition_is_counted_among_those_who_are_here(text: str, found: int) -> None:
    lead("Ada", title="Head of Sales"), lead("Ben", title="Clerk"), lead("Cleo")
    told: Any = count(text, document=None, at=NOON)

    assert told == Count(found, 3, is_about=False)
