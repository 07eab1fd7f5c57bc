"""The questions on the page of a lead: answered with evidence, taken back, and what SQL lacks."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.kit import clock
from handraise.leads.actions import log_activity
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.answering import Said, answer
from handraise.qualification.models import Answer, Override, Return
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.qualification.conftest import ASKING
from tests.world import in_force, lead, stage_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    return in_force(mark, mia, ASKING)


@pytest.fixture
def sal_lead(agreed: Published) -> Lead:
    """Ada, accepted by sales development."""
    made = lead("Ada", "Demo Requested", title="Head of Sales", budget=5, at=clock.now())
    Lead.objects.filter(pk=made.pk).update(stage=Stage.SALES_ACCEPTED)
    made.refresh_from_db()
    return made


def page(user: User, path: str, **headers: str) -> str:
    return unescape(client_of(user).get(path, headers=headers).content.decode())


def send(user: User, about: Lead, **given: Any) -> Any:
    full = {"question": "need", "value": "Clear need", "evidence": "quote", "quote": "It hurts.",
            "seen": "0", **given}  # fmt: skip
    return client_of(user).post(f"/lead/{about.pk}/answers/", full)


def test_a_question_is_answered_and_stands_on_the_page(sal_lead: Lead, mia: User) -> None:
    sent = send(mia, sal_lead)

    assert sent.headers["Location"] == f"/lead/{sal_lead.pk}/#qualification"
    shown = page(mia, f"/lead/{sal_lead.pk}/")
    assert "Clear need" in shown
    assert "“It hurts.”" in shown
    assert "BANT, need: Clear need." in shown  # the timeline


def test_the_form_opens_in_place_and_as_a_page_of_its_own(sal_lead: Lead, mia: User) -> None:
    where = f"/lead/{sal_lead.pk}/answers/?question=need"

    part, whole = page(mia, where, **{"HX-Request": "true"}), page(mia, where)

    for shown in (part, whole):
        assert "What made you look into this now?" in shown
        assert "Keep the answer" in shown
        assert "Demo Requested (" in shown  # an activity to choose
    assert "<html" in whole
    assert "<html" not in part


def test_what_was_typed_stays_when_something_is_missing(sal_lead: Lead, mia: User) -> None:
    sent = send(mia, sal_lead, quote="", text="They <b>hope</b> so")

    shown = sent.content.decode()
    assert "Say what the answer rests on" in shown
    assert "They &lt;b&gt;hope&lt;/b&gt; so" in shown
    assert re.search(r'value="Clear need"[^>]*checked', shown)
    assert not Answer.objects.exists()


BAD = [{"value": "Perhaps"}, {"quote": "x" * 1_000_000}, {"quote": "\x00"}, {"seen": "-1"},
       {"evidence": "rumour"}, {"activity": "99"}]  # fmt: skip


@pytest.mark.parametrize("given", BAD)
def test_bad_input_is_answered_with_the_form(
    sal_lead: Lead, mia: User, given: dict[str, str]
) -> None:
    sent = send(mia, sal_lead, **given)

    assert sent.status_code == 200
    assert "Keep the answer" in sent.content.decode()
    assert not Answer.objects.exists()


def test_an_activity_serves_as_evidence(sal_lead: Lead, mia: User) -> None:
    call = log_activity(
        sal_lead, name="Called", properties={"note": "=HYPERLINK()"}, occurred_at=clock.now(),
        by=mia, at=clock.now(), via=Via.WEB,
    )  # fmt: skip

    send(mia, sal_lead, activity=str(call.pk), quote="")

    assert Answer.objects.get().activity == call
    assert "Called: =HYPERLINK()" in page(mia, f"/lead/{sal_lead.pk}/")


def test_who_is_overtaken_sees_it_and_may_send_again(sal_lead: Lead, mia: User, nils: User) -> None:
    said = Said("No need", quote="Bought another.")
    answer(
        sal_lead, framework="BANT", question="need", said=said, by=nils, at=clock.now(),
        via=Via.WEB,
    )  # fmt: skip

    told = send(mia, sal_lead).content.decode()
    assert "Nils answered “No need” meanwhile" in told
    seen = re.search(r'name="seen" value="(\d+)"', told)
    assert seen is not None
    send(mia, sal_lead, seen=seen[1])

    assert Answer.objects.count() == 2
    assert "Before:" in page(mia, f"/lead/{sal_lead.pk}/")


def test_an_answer_is_taken_back(sal_lead: Lead, mia: User) -> None:
    send(mia, sal_lead)
    given = Answer.objects.get()

    client_of(mia).post(f"/answer/{given.pk}/withdrawal/")
    again = client_of(mia).post(f"/answer/{given.pk}/withdrawal/", follow=True)

    assert "there is a newer one" in again.content.decode()
    assert "not answered" in page(mia, f"/lead/{sal_lead.pk}/")


def test_what_sql_lacks_stands_wherever_one_looks(sal_lead: Lead, mia: User, sal: User) -> None:
    lacks = "Not answered yet: need, authority."
    shown = page(sal, f"/lead/{sal_lead.pk}/")

    assert lacks in shown  # beside the move to SQL
    assert "BANT: authority" in shown  # to move on
    assert lacks in page(mia, f"/lead/{sal_lead.pk}/missing/", **{"HX-Request": "true"})


def test_marketing_reads_answers_and_does_not_give_them(
    sal_lead: Lead, mark: User, mia: User
) -> None:
    assert 'id="qualification"' not in page(mark, f"/lead/{sal_lead.pk}/")
    send(mia, sal_lead)

    shown = page(mark, f"/lead/{sal_lead.pk}/")

    assert "Clear need" in shown
    assert "Answer anew" not in shown
    assert "Take back" not in shown


def test_looking_back_shows_what_was_known_then(sal_lead: Lead, mia: User) -> None:
    before = clock.now().isoformat()
    send(mia, sal_lead)

    shown = client_of(mia).get(f"/lead/{sal_lead.pk}/", {"at": before}).content.decode()

    assert "Clear need" not in shown.split('id="qualification"')[-1].split("Timeline")[0]
    assert "Take back" not in shown


def test_not_now_is_one_step(sal_lead: Lead, mia: User) -> None:
    shown = page(mia, f"/lead/{sal_lead.pk}/")
    assert "wakes at the start of the next quarter" in shown

    given = {"to": "NURTURE", "plan": "Needs the board", "reason": "Meets in May.", "wakes_at": ""}
    client_of(mia).post(f"/lead/{sal_lead.pk}/moves/", given)

    assert stage_of(sal_lead) is Stage.NURTURE
    assert Return.objects.get().plan == "Needs the board"
    assert "What does Ada wait for?" not in page(mia, f"/lead/{sal_lead.pk}/")


def test_a_manager_overrides_on_the_page(sal_lead: Lead, rita: User) -> None:
    given = {"to": "SALES_QUALIFIED", "reason": "The board asked for it.", "override": "on"}

    client_of(rita).post(f"/lead/{sal_lead.pk}/moves/", given)

    assert "Not answered yet: need, authority." in Override.objects.get().lacked


def test_before_anybody_spoke_to_them_the_page_says_so(agreed: Published, mia: User) -> None:
    ben = lead("Ben", at=clock.now())

    assert "Nobody has spoken to them yet" in page(mia, f"/lead/{ben.pk}/answers/")
    assert 'id="qualification"' not in page(mia, f"/lead/{ben.pk}/")
