"""The pages as people meet them: light, dark and on a phone, by hand and without fault."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.enablement.actions import Line, write_message
from handraise.enablement.decide import Piece
from handraise.enablement.models import KeyMessage, Playbook, Script, Use
from handraise.enablement.using import use
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.enablement.conftest import HOW, asset, message, playbook, script
from tests.world import lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _written(mark: User) -> Playbook:
    """One of each kind, an older wording among them."""
    speed = message(mark)
    opening = script(mark, "Hello {{ lead.name }}, {{ lead.title }}. {{ 'speed-1' | message }}")
    write_message(speed, code="", wording="Live in an hour.", seen=1, owner=mark, by=mark, **HOW)
    lines = (
        Line(Piece.SCRIPT, opening.pk), Line(Piece.ASSET, asset(mark).pk),
        Line(Piece.QUESTION, question="Why now?"), Line(Piece.MESSAGE, speed.pk),
    )  # fmt: skip
    return playbook(mark, "Everybody", "", *lines)


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_are_sound_in_every_dress(visit: Visit, mark: User, dress: str) -> None:
    book, opening, ada = _written(mark), Script.objects.get(), lead("Ada")
    code = KeyMessage.objects.get()
    use(opening, ada, by=mark, at=clock.now(), via=Via.WEB)
    seen = Visit(dressed(visit.page.context, dress), visit.origin).sign_in(mark)

    pages = [f"/enablement/{part}" for part in (
        "", "scripts/", "assets/", "messages/", "works/", "playbooks/new/", "assets/new/",
        f"playbooks/{book.pk}/", f"scripts/{opening.pk}/", f"messages/{code.pk}/",
    )]  # fmt: skip
    assert not seen.troubles([*pages, f"/lead/{ada.pk}/helps/", f"/lead/{ada.pk}/"])


def test_a_script_is_seen_for_a_lead_while_it_is_written(visit: Visit, mark: User) -> None:
    lead("Ada")
    page = visit.sign_in(mark).go("/enablement/scripts/new/")

    page.get_by_label("What to say").fill("Hello {{ lead.name }}, {{ lead.title }}")

    expect(page.locator("#preview mark")).to_have_text("⟨lead.title is not known⟩")
    page.get_by_label("What to say").fill("Hello\n{{ lead.nam }}")
    expect(page.locator("#preview [role=alert]")).to_contain_text("line 2: There is no lead.nam")


@pytest.mark.parametrize("dress", ["light", "phone"])
def test_one_click_on_the_page_of_a_lead_notes_a_use(
    visit: Visit, mark: User, mia: User, dress: str
) -> None:
    _written(mark)
    ada = lead("Ada", title="Head of Sales")
    seen = Visit(dressed(visit.page.context, dress), visit.origin).sign_in(mia)
    page = seen.go(f"/lead/{ada.pk}/")

    expect(page.locator("#helps")).to_contain_text("Hello Ada, Head of Sales. Live in an hour.")
    page.get_by_role("button", name="Used Opening").click()

    expect(page.locator("#helps")).to_contain_text("used now")
    assert Use.objects.get().by == mia
    assert not seen.complaints


def test_a_condition_is_counted_while_it_is_written(visit: Visit, mark: User) -> None:
    lead("Ada", title="Head of Sales"), lead("Ben", title="Clerk")
    page = visit.sign_in(mark).go("/enablement/playbooks/new/")

    page.get_by_label("For leads of whom this holds").fill("title: {contains_word: head}")

    expect(page.locator(".counted")).to_have_text("Holds for 1 of 2 leads now.")
