"""Names that are markup or formulas: shown as the text that they are, and harmless in a file."""

from __future__ import annotations

import pytest

from handraise.agreement.queries import Published
from handraise.handover.asking import ask
from handraise.handover.models import Handover
from handraise.handover.rating import rate
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.talk.noting import write_note
from handraise.talk.tasking import add_task
from handraise.team.models import User
from tests.desk.conftest import client_of, offered

pytestmark = pytest.mark.django_db
MARKUP = "<img src=x onerror=alert(1)>"
FORMULA = "=HYPERLINK(A1)"


@pytest.fixture
def shown(agreed: Published, mia: User) -> Handover:
    """An offer of a lead, a company, a note, a question and a task that all mean harm."""
    made = offered("Ada", title=f"Head of {MARKUP}", company__name=MARKUP, city=FORMULA)
    at = clock.now()
    Lead.objects.filter(pk=made.lead_id).update(name=MARKUP, tags=[MARKUP[:30]])
    write_note(made.lead, MARKUP, by=mia, at=at, via=Via.WEB)
    add_task(MARKUP, assignee=mia, lead=made.lead, by=mia, at=at, via=Via.WEB)
    ask(made, text=MARKUP, by=mia, at=at, via=Via.WEB)
    return made


PAGES = ("/", "/inbox/", "/leads/", "/companies/", "/questions/", "/tasks/", "/journal/",
         "/notifications/", "/lead/{lead}/", "/lead/{lead}/notes/", "/lead/{lead}/missing/",
         "/lead/{lead}/helps/", "/lead/{lead}/letters/new/", "/company/{company}/",
         "/handover/{handover}/", "/inbox/{handover}/", "/pipeline/new/?lead={lead}")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_markup_is_text_on_every_page(page: str, shown: Handover, mia: User, rita: User) -> None:
    lead = Lead.objects.get(pk=shown.lead_id)
    path = page.format(lead=lead.pk, company=lead.company_id, handover=shown.pk)
    read = 0
    for reader in (mia, rita):
        answer = client_of(reader).get(path)
        if answer.status_code == 200:
            read += 1
            assert "<img src=x" not in answer.content.decode()

    assert read


def test_a_formula_is_text_in_a_file(shown: Handover, rita: User) -> None:
    Lead.objects.filter(pk=shown.lead_id).update(name=FORMULA)
    answer = client_of(rita).get("/export/leads.csv")

    lines = b"".join(answer).decode()  # type: ignore[arg-type]
    assert f"'{FORMULA}" in lines
    assert f",{FORMULA}" not in lines


def test_a_word_of_a_rating_is_text_in_feedback(shown: Handover, mia: User) -> None:
    client = client_of(mia)
    client.post(f"/handover/{shown.pk}/acceptance/")
    shown.refresh_from_db()
    rate(shown, stars=1, word=MARKUP, by=mia, at=clock.now(), via=Via.WEB)

    page = client.get("/feedback/").content.decode()
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
