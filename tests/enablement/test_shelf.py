"""What is kept of playbooks is never older than what the database says."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from handraise.enablement.actions import Line, restore, retire, write_script
from handraise.enablement.decide import Kind, Piece
from handraise.enablement.queries import suggestion_for
from handraise.enablement.shelf import shelf
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.enablement.conftest import HOW, message, playbook, script
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db


def _texts(one: Lead) -> list[str]:
    found = suggestion_for(one, document=None, at=NOON)
    return [] if found is None else [script["text"] for script in found["scripts"]]


def test_a_changed_script_is_said_at_once(mark: User) -> None:
    ada, opening = lead("Ada"), script(mark, "Hello.")
    playbook(mark, "Everybody", "", Line(Piece.SCRIPT, opening.pk))
    assert _texts(ada) == ["Hello."]

    write_script(
        opening,
        name=opening.name,
        kind=Kind(opening.kind),
        body="Good day.",
        seen=1,
        by=mark,
        **HOW,
    )

    assert _texts(ada) == ["Good day."]


def test_a_retired_script_is_silent_and_a_restored_one_speaks_again(mark: User) -> None:
    ada, opening = lead("Ada"), script(mark, "Hello.")
    playbook(mark, "Everybody", "", Line(Piece.SCRIPT, opening.pk))
    said = [_texts(ada)]

    retire(opening, by=mark, **HOW)
    said.append(_texts(ada))
    restore(opening, by=mark, **HOW)
    said.append(_texts(ada))

    assert said == [["Hello."], [], ["Hello."]]


def test_what_was_rolled_back_is_not_kept(mark: User) -> None:
    ada = lead("Ada")
    with transaction.atomic():
        playbook(mark, "Never", "")
        assert [one.name for one, _ in shelf().asked] == ["Never"]
        transaction.set_rollback(True)

    assert shelf().asked == []
    assert suggestion_for(ada, document=None, at=NOON) is None


def test_a_new_wording_of_a_key_message_is_read(mark: User) -> None:
    message(mark, "speed", "Fast.")
    assert shelf().wordings == {"speed": "Fast."}

    message(mark, "ease", "Easy.")

    assert shelf().wordings == {"speed": "Fast.", "ease": "Easy."}


def test_asking_again_is_one_statement(mark: User) -> None:
    playbook(mark, "Everybody", "", Line(Piece.SCRIPT, script(mark, "Hello.").pk))
    first = shelf()

    with CaptureQueriesContext(connection) as asked:
        again = shelf()

    assert again is first
    assert len(asked) == 1
