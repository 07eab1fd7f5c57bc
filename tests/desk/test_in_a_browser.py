"""The pages as people meet them: a real browser, its keys, its widths, its themes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from handraise.agreement.queries import Published
from handraise.capture.keys import create_key
from handraise.handover.actions import accept
from handraise.handover.models import Acceptance, Handover, Opening, Rejection
from handraise.handover.rating import rate
from handraise.kit import clock
from handraise.leads.decide import SourceKind, Via
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.desk.conftest import offered
from tests.personas import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_signs_in_with_address_and_password(visit: Visit, mia: User) -> None:
    page = visit.go("/")
    page.get_by_label("Email").fill("mia@team.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")


def test_the_inbox_is_answered_by_keys_alone(visit: Visit, agreed: Published, mia: User) -> None:
    first, second = offered("Ada"), offered("Ben", title="Director of Planning")
    page = visit.sign_in(mia).go("/inbox/")
    expect(page.locator("[data-offer]")).to_have_count(2)
    shown = page.locator(".brief-head h1")

    page.keyboard.press("j")
    expect(page).to_have_url(f"{visit.origin}/inbox/{second.pk}/")
    expect(shown).to_have_text("Ben")
    page.keyboard.press("k")
    expect(shown).to_have_text("Ada")
    page.keyboard.press("a")

    expect(page.locator("[data-offer]")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("Ada is yours")
    expect(page.locator("#rail-waiting")).to_have_text("1")
    expect(page).to_have_title("(1) Inbox · Handraise")
    assert Acceptance.objects.get().handover == first
    assert Opening.objects.filter(handover=second, by=mia).exists()

    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Why is Ben not for you now?")).to_be_visible()
    page.get_by_label("No need yet").check()
    page.get_by_label("What should marketing know?").fill("Next spring.")
    page.get_by_role("button", name="Give back").click()

    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    rejection = Rejection.objects.get()
    assert (rejection.handover, rejection.reason, rejection.note) == (
        second, "No need yet", "Next spring.",
    )  # fmt: skip


def test_a_letter_typed_into_a_note_is_not_a_command(
    visit: Visit, handover: Handover, mia: User
) -> None:
    page = visit.sign_in(mia).go(f"/inbox/{handover.pk}/")
    page.keyboard.press("r")
    page.get_by_label("What should marketing know?").press_sequentially("a raja")
    page.keyboard.press("Escape")
    expect(page.locator("[data-offer][aria-current]")).to_be_focused()

    expect(page.locator("#rejection")).to_be_hidden()
    assert not Acceptance.objects.exists()


def test_focus_stays_in_the_queue_when_an_offer_is_opened(
    visit: Visit, agreed: Published, mia: User
) -> None:
    offered("Ada")
    second = offered("Ben", title="Director of Planning")
    page = visit.sign_in(mia).go("/inbox/")

    page.locator(f'[data-offer][href="/inbox/{second.pk}/"]').click()
    expect(page.locator(".brief-head h1")).to_have_text("Ben")
    expect(page.locator("[data-offer][aria-current]")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{visit.origin}/lead/{second.lead_id}/")


def test_a_refused_answer_is_asked_again_with_what_was_chosen(
    visit: Visit, handover: Handover, mia: User
) -> None:
    page = visit.sign_in(mia).go(f"/inbox/{handover.pk}/")
    page.keyboard.press("r")
    page.get_by_label("No fit").check()
    page.get_by_role("button", name="Give back").click()

    dialog = page.locator("#rejection")
    expect(dialog.get_by_role("alert")).to_contain_text("note")
    expect(dialog.get_by_label("No fit")).to_be_checked()

    page.get_by_label("What should marketing know?").fill("A student.")
    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    assert Rejection.objects.get().note == "A student."


def test_new_offers_appear_by_themselves(visit: Visit, agreed: Published, mia: User) -> None:
    page = visit.sign_in(mia).go("/inbox/")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()

    offered("Ada")

    expect(page.locator("[data-offer]")).to_have_count(1, timeout=15_000)
    expect(page.locator("#queue-words")).to_have_text("1 waiting")
    expect(page.locator("#rail-waiting")).to_have_text("1")
    expect(page).to_have_title("(1) Inbox · Handraise")


def test_a_session_that_ends_leads_back_to_the_sign_in(visit: Visit, mia: User) -> None:
    page = visit.sign_in(mia).go("/inbox/")

    Session.objects.all().delete()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=15_000)


def test_leads_are_found_while_typing(visit: Visit, handover: Handover, mia: User) -> None:
    offered("Zenobia")
    page = visit.sign_in(mia).go("/leads/")
    expect(page.locator("tbody tr")).to_have_count(2)

    page.get_by_label("Search leads").press_sequentially("zenobia@")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Zenobia", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("1 lead")


def test_the_page_of_a_lead_explains_its_scores(
    visit: Visit, handover: Handover, mia: User
) -> None:
    page = visit.sign_in(mia).go(f"/lead/{handover.lead_id}/")

    page.get_by_text("Asked for a demo").first.click()

    expect(page.locator(".kind-intent details[open] li").first).to_contain_text("Demo Requested")
    page.get_by_role("button", name="Log", exact=True).click()
    page.get_by_label("What happened", exact=True).select_option("Called")
    page.get_by_label("What was said").fill("They will decide in May.")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator(".timeline")).to_contain_text("They will decide in May.")


def test_the_theme_is_the_readers_choice(visit: Visit, mia: User) -> None:
    page = visit.sign_in(mia).go("/")
    page.get_by_role("button", name="Light or dark").click()

    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_of_an_accepted_lead_pass_axe(
    dress: str, visit: Visit, handover: Handover, mia: User
) -> None:
    accept(handover, by=mia, at=clock.now(), via=Via.WEB)
    Acceptance.objects.update(touch_due_at=clock.now() + timedelta(days=3))
    rate(handover, stars=2, word="Only curious", by=mia, at=clock.now(), via=Via.WEB)
    visit.sign_in(mia)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    paths = ["/", f"/lead/{handover.lead_id}/", f"/handover/{handover.pk}/"]
    assert not worn.troubles(paths)


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_every_page_passes_axe(
    dress: str, visit: Visit, handover: Handover, rita: User, mark: User
) -> None:
    create_key(kind=SourceKind.WEBSITE, name="Website", by=rita, at=clock.now())
    lead = f"/lead/{handover.lead_id}/"
    paths = [
        "/", "/inbox/", f"/inbox/{handover.pk}/", f"/handover/{handover.pk}/", "/leads/",
        "/leads/?q=nobody", "/leads/new/", lead, f"{lead}background/", f"{lead}edit/",
        f"{lead}merges/", f"{lead}timeline/", f"{lead}?at=2026-11-01T12:00", "/companies/",
        f"/company/{handover.lead.company_id}/", f"/company/{handover.lead.company_id}/edit/",
        "/journal/", "/people/", "/people/new/", f"/people/{mark.pk}/", "/keys/", "/profile/",
        "/account/password/change/", "/account/logout/", "/ui/patterns/", "/agreement/",
        "/imports/", "/feedback/",
    ]  # fmt: skip
    visit.sign_in(rita)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    assert not worn.troubles(paths)
