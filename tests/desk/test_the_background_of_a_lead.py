"""What is known of a lead beside what it did comes once its page is read that far."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from handraise.leads.models import Consent, Lead
from handraise.team.models import User
from tests.browser import PHONE, Visit
from tests.desk.conftest import client_of


@pytest.fixture
def client(mia: User) -> Client:
    return client_of(mia)


@pytest.mark.django_db
def test_it_is_a_part_for_htmx_and_a_page_for_everybody_else(client: Client, ada: Lead) -> None:
    url = f"/lead/{ada.pk}/background/"

    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    page = client.get(url).content.decode()

    for text in (part, page):
        assert "Head of Operations" in text
        assert "Known by" in text
        assert 'name="owner"' in text
    assert part.lstrip().startswith("<section")
    assert "<html" in page
    assert f'href="/lead/{ada.pk}/"' in page


@pytest.mark.django_db
def test_the_page_leads_to_it_and_looking_back_holds_it(client: Client, ada: Lead) -> None:
    now = client.get(f"/lead/{ada.pk}/").content.decode()
    then = client.get(f"/lead/{ada.pk}/", {"at": ada.created_at.isoformat()}).content.decode()

    assert f'href="/lead/{ada.pk}/background/"' in now
    assert "What we know</h2>" not in now
    assert "What we know</h2>" in then


@pytest.mark.django_db
def test_who_may_not_edit_sees_it_without_forms(ada: Lead, vera: User) -> None:
    text = client_of(vera).get(f"/lead/{ada.pk}/background/").content.decode()

    assert "Head of Operations" in text
    assert 'name="owner"' not in text
    assert 'name="add"' not in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390])
def test_it_comes_when_one_scrolls_there(visit: Visit, ada: Lead, mia: User, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 400})
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")
    expect(page.get_by_role("heading", name="What we know")).to_have_count(0)

    # What comes by itself pushes the place down, out of the little that a low window shows.
    expect(page.locator("[hx-trigger=load]")).to_have_count(0)
    page.locator("#background").scroll_into_view_if_needed()

    expect(page.get_by_role("heading", name="What we know")).to_be_visible()
    assert visit.violations() == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_keyboard_comes_to_it_and_goes_on_from_there(
    visit: Visit, ada: Lead, mia: User
) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 400})
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")

    page.locator("#background").focus()
    expect(page.get_by_role("heading", name="What we know")).to_be_visible()
    expect(page.locator("section#background")).to_be_focused()
    page.keyboard.press("Tab")

    expect(page.locator("#background a")).to_be_focused()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_script", [True, False])
def test_consent_is_noted_from_the_head_of_the_page(
    visit: Visit, ada: Lead, mia: User, has_script: bool
) -> None:
    if not has_script:
        context = visit.page.context.browser.new_context(  # type: ignore[union-attr]
            java_script_enabled=False,
            viewport=PHONE,  # type: ignore[arg-type]
        )
        visit = Visit(context.new_page(), visit.origin)
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")
    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Note consent").click()
    if not has_script:
        page.get_by_role("link", name="Note consent").click()
    page.get_by_label("In which words").fill("Yes, send it.")
    page.get_by_role("button", name="Note it").click()

    expect(page.get_by_role("status")).to_contain_text("Consent noted.")
    assert Consent.objects.get().wording == "Yes, send it."
