"""Scripts for one lead: what is missing is shown, and nothing half-rendered is ever sent."""

from __future__ import annotations

import pytest

from handraise.enablement.about import Situation
from handraise.enablement.models import Script, ScriptVersion
from handraise.enablement.rendering import shown, to_send
from handraise.leads.decide import Refused
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.enablement.conftest import message, script
from tests.personas import NOON

pytestmark = pytest.mark.django_db

BODY = "Hello {{ lead.first_name }}, {{ seller.name }} here. You read {{ read | join: ' and ' }}."


def test_a_script_says_what_is_known_of_the_lead(ada: Lead, mark: User) -> None:
    body = (
        "{{ lead.name }}, {{ lead.title }} in {{ lead.country }}, {{ company.name }} with "
        "{{ company.employees }} people in {{ company.industry }}; {{ lead.facts.source }}; "
        "{{ company.facts.employees }}; {{ why_now }} {{ answers.need }}"
    )

    told = shown(
        script(mark, body), ada, at=NOON, situation=Situation("Now.", answers={"need": "Speed."})
    )

    assert told.text == (
        "Ada Lovelace, VP Sales in United Kingdom, Analytical Engines with 250 people in "
        "Software; webinar; 250; Now. Speed."
    )
    assert told.missing == ()


def test_what_they_read_is_looked_up_newest_first(ada: Lead, mark: User) -> None:
    told = shown(script(mark, BODY), ada, at=NOON, situation=Situation(seller="Mia"))

    assert told.text == "Hello Ada, Mia here. You read The buyer's guide."


def test_a_missing_name_is_shown_not_left_blank(ben: Lead, mark: User) -> None:
    told = shown(script(mark, BODY), ben, at=NOON)

    assert told.missing == ("seller.name", "read")
    assert "⟨seller.name is not known⟩ here" in told.text
    assert [part.text for part in told.parts if part.is_missing] == [
        "⟨seller.name is not known⟩", "⟨read is not known⟩",
    ]  # fmt: skip


def test_what_is_sent_is_whole_or_refused_by_name(ada: Lead, ben: Lead, mark: User) -> None:
    mail, mia = script(mark, BODY), Situation(seller="Mia")

    assert to_send(mail, ada, at=NOON, situation=mia).startswith("Hello Ada, Mia here.")
    with pytest.raises(Refused, match="to Ben Nevis: read is not known"):
        to_send(mail, ben, at=NOON, situation=mia)
    with pytest.raises(Refused, match=r"seller\.name, read are not known"):
        to_send(mail, ben, at=NOON)


def test_a_script_that_became_faulty_is_named_never_sent_by_half(ada: Lead, mark: User) -> None:
    broken = script(mark, "Hello\nthere")
    ScriptVersion.objects.filter(script=broken).update(body="Hello\n{{ lead.name | gone }}")

    assert shown(broken, ada, at=NOON).parts == ()
    with pytest.raises(Refused, match="line 2: Unknown filter 'gone'"):
        to_send(broken, ada, at=NOON)


def test_nothing_is_sent_when_nothing_is_said(ada: Lead, mark: User) -> None:
    with pytest.raises(Refused, match="says nothing"):
        to_send(script(mark, "{% if answers.need %}So.{% endif %}"), ada, at=NOON)


def test_a_name_cannot_pass_for_a_mark_or_for_liquid(mark: User, ada: Lead) -> None:
    Lead.objects.filter(pk=ada.pk).update(name="\ue000x\ue001 {{ seller.name }}")

    assert to_send(script(mark, "{{ lead.name }}"), ada, at=NOON) == "x {{ seller.name }}"


def test_a_key_message_is_said_as_it_is_worded_now(ada: Lead, mark: User) -> None:
    speed = message(mark)
    made = script(mark, "We say: {{ 'speed-1' | message }}")
    assert to_send(made, ada, at=NOON) == "We say: Live in a day."

    speed.retired_at = NOON
    speed.save()

    assert shown(made, ada, at=NOON).missing == ("the key message speed-1",)


def test_what_was_not_known_then_is_not_said(ada: Lead, mark: User) -> None:
    told = shown("{{ lead.facts.source }}", ada, at=NOON.replace(month=1))

    assert told.missing == ("lead.facts.source",)
    assert Script.objects.count() == 0
