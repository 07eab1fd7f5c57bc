"""Consent in a real browser: the way of a stranger without cookies, and no trouble in any dress."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import expect

from handraise.consent.decide import Kind
from handraise.consent.importing import carry_out, preview
from handraise.consent.links import confirmation_url, token_for
from handraise.kit import clock
from handraise.leads.actions import record_consent
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.consent.conftest import bar, give, leave, may, purpose
from tests.consent.test_confirming import ADA, asked
from tests.personas import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_stranger_confirms_chooses_and_leaves_without_cookies(visit: Visit, ada: Lead) -> None:
    url = confirmation_url(asked(ada, at=clock.now())).removeprefix(settings.ADDRESS)
    page = visit.go(url)
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, it is confirmed")

    page = visit.go(f"/preferences/{token_for(ada.pk, ADA)}/")
    expect(page.get_by_label("Newsletter")).to_be_checked()
    page.get_by_label("Guides and articles").uncheck()
    page.get_by_label("Product news").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("You get from now on: Product news.")
    expect(page.get_by_label("Guides and articles")).not_to_be_checked()

    page.get_by_role("button", name="None of all this").click()
    expect(page.get_by_role("status")).to_contain_text("You get none of these mails any more.")
    expect(page.get_by_label("Newsletter")).not_to_be_checked()
    assert not page.context.cookies()
    assert not may(ada, at=clock.now())


def test_an_address_is_found_while_typing_and_lifted(visit: Visit, rita: User) -> None:
    bar(ADA, "ben@summit.example")
    page = visit.sign_in(rita).go("/consent/suppressed/")

    page.get_by_label("Search addresses and domains").fill("ada")
    expect(page.get_by_text("ben@summit.example")).to_have_count(0)
    page.get_by_role("button", name=f"Lift {ADA}").click()
    page.get_by_role("dialog").get_by_label("Why").fill("They asked for it.")
    page.get_by_role("button", name="Lift it").click()

    expect(page.get_by_role("status")).to_contain_text("may be written to again")


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_of_consent_pass_axe(dress: str, visit: Visit, rita: User, ada: Lead) -> None:
    paths = _pages(rita, ada)
    visit.sign_in(rita)

    here = Visit(dressed(visit.page.context, dress), visit.origin)

    assert here.troubles(paths) == []


def _pages(rita: User, ada: Lead) -> list[str]:
    """One of everything that these pages show."""
    give(ada, topics=["guides"])
    leave(ada, "events")
    record_consent(
        ada, purpose="old list", is_given=True, wording="", by=None, at=NOON, via=Via.API
    )
    open_one = asked(ada, purpose="offers", at=clock.now())
    bar(f"{'a-very-long-name' * 4}@engines.example", "rival.example", kind=Kind.BOUNCE, why="Gone.")
    done = preview(f"{ADA}\nno address", name="old.csv", why="Left.", by=rita, at=NOON)
    carry_out(done, by=rita, at=NOON, via=Via.WEB)
    fresh = preview(f"email\n{ADA}\nno", name="new.csv", why="", by=rita, at=clock.now())
    return [
        "/consent/", "/consent/new/", f"/consent/{purpose('newsletter').pk}/",
        "/consent/suppressed/", "/consent/lists/new/", f"/consent/lists/{done.pk}/",
        f"/consent/lists/{fresh.pk}/", f"/lead/{ada.pk}/background/",
        f"/lead/{ada.pk}/consent/", f"/lead/{ada.pk}/consents/",
        f"/preferences/{token_for(ada.pk, ADA)}/",
        confirmation_url(open_one).removeprefix(settings.ADDRESS),
    ]  # fmt: skip
