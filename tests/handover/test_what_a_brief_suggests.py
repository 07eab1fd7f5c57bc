"""What to say and to send stands in the brief as it was at the offer, and never stops an offer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec import Raw

from handraise.agreement.queries import Published
from handraise.enablement.actions import Line, write_script
from handraise.enablement.decide import Kind, Piece
from handraise.enablement.models import Script, ScriptVersion
from handraise.enablement.shelf import shelf
from handraise.handover import helping
from handraise.handover.actions import offer
from handraise.handover.models import Handover
from handraise.leads.models import Lead
from handraise.qualification.answering import Said, answer
from handraise.team.models import User
from tests.enablement.conftest import HOW, asset, playbook, script
from tests.personas import NOON
from tests.world import mql

pytestmark = pytest.mark.django_db

BODY = "Hi {{ lead.first_name }}, {{ seller.name }} here. {{ why_now }} {{ answers.need }}"


@pytest.fixture
def opening(rita: User) -> Script:
    """A script of a playbook for everybody, with a question and an asset."""
    said = script(rita, BODY)
    playbook(
        rita, "Everybody", "",
        Line(Piece.SCRIPT, said.pk), Line(Piece.QUESTION, question="Who else decides?"),
        Line(Piece.ASSET, asset(rita).pk),
    )  # fmt: skip
    return said


def _brief(lead: Lead, agreed: Published) -> dict[str, Any]:
    offer([lead.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=lead).brief


def test_it_is_said_for_this_lead_by_who_is_asked(agreed: Published, opening: Script) -> None:
    ada = mql("Ada")

    suggested = _brief(ada, agreed)["suggested"]

    (said,) = suggested["scripts"]
    assert said["text"].startswith("Hi ⟨lead.first_name is not known⟩, Mia here. Asked for a demo")
    assert said["missing"] == ["lead.first_name", "answers.need"]
    assert suggested["questions"] == ["Who else decides?"]
    assert [one["link"] for one in suggested["assets"]] == ["https://example.com/prices"]


def test_answers_of_an_earlier_time_are_said(agreed: Published, opening: Script, mia: User) -> None:
    ada = mql("Ada")
    said = Said("Clear need", quote="It hurts.")
    answer(ada, framework="BANT", question="need", said=said, by=mia, **HOW)

    assert _brief(ada, agreed)["suggested"]["scripts"][0]["text"].endswith(" Clear need")


def test_it_stays_as_it_was_sent(agreed: Published, opening: Script, rita: User) -> None:
    ada = mql("Ada")
    sent = _brief(ada, agreed)

    write_script(
        opening, name="Other", body="Anew.", kind=Kind.CALL, owner=rita, by=rita, seen=1, **HOW
    )
    offer([ada.pk], published=agreed, at=NOON)

    assert Handover.objects.get(lead=ada).brief == sent


def test_a_script_with_a_fault_is_named(agreed: Published, opening: Script) -> None:
    ScriptVersion.objects.update(body="{{ lead.name")

    (said,) = _brief(mql("Ada"), agreed)["suggested"]["scripts"]

    assert said["fault"]
    assert said["text"] == ""


@pytest.mark.parametrize("breaks", ["database", "code"])
def test_whatever_fails_there_the_offer_is_made(
    breaks: str, agreed: Published, opening: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1/0" if breaks == "database" else "select 1")
        raise RecursionError

    monkeypatch.setattr(helping, "suggestions_for", broken)

    brief = _brief(mql("Ada"), agreed)

    assert brief["suggested"] == helping.UNREADABLE
    assert "scripts" not in brief["suggested"]


def test_without_playbooks_it_costs_one_question(agreed: Published) -> None:
    shelf()  # read once
    told = {mql("Ada").pk: helping.Offered("", "Mia", Raw(b"[]"), Raw(b"[]"))}

    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = helping.suggestions(told, document=agreed.document, at=NOON)

    assert found == {}
    assert len(asked) == 1
