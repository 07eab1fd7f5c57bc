"""A signal is added by keyboard, with a suggestion and a count; an error is seen and mended."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from handraise.agreement.decide import State
from handraise.agreement.discussing import comment
from handraise.agreement.models import Version
from handraise.agreement.reading import read
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.leads.said import did
from tests.personas import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _told_lately(ada: Lead) -> None:
    from handraise.leads.record import record

    then = clock.now() - timedelta(days=5)
    record([did("Trial Extended", at=then, user_id="ada")], at=then)


def test_a_signal_from_suggestion_to_signature(
    visit: Visit, in_force: Version, mark: User, mia: User, ada: Lead
) -> None:
    _told_lately(ada)
    page = visit.sign_in(mark).go("/agreement/")
    page.get_by_role("button", name="Change it").click()
    page.get_by_role("link", name="Add an intent signal").click()

    _fill_in_by_keyboard(page)
    expect(page.locator("#count_event")).to_contain_text("1 lead in 30 days")
    expect(page.locator("#fault_half_life")).to_contain_text("must be longer than nothing")
    expect(page.get_by_label("Half-life")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#fault_half_life")).to_contain_text("must be longer than nothing")

    page.get_by_label("Half-life").fill("14 days")
    expect(page.locator("#fault_half_life")).to_be_empty()
    expect(page.locator("#checked")).to_contain_text("New: Extended the trial")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("button", name="Sign for marketing").click()
    expect(page.get_by_role("status").first).to_contain_text("It holds once sales signs too")

    page = visit.sign_in(mia).go("/agreement/versions/2/")
    page.get_by_role("button", name="Sign for sales").click()
    expect(page.get_by_role("status").first).to_contain_text("Both sides have signed")
    published = Version.objects.get(state=State.PUBLISHED)
    assert published.number == 2
    assert read(published.text).intent[-1].event == "Trial Extended"


def _fill_in_by_keyboard(page: Page) -> None:
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Extended the trial")
    page.keyboard.press("Tab")
    page.keyboard.type("trial ext")
    expect(page.get_by_role("option", name="Trial Extended")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Activity")).to_have_value("Trial Extended")
    page.get_by_label("Points").focus()
    page.keyboard.type("25")
    page.keyboard.press("Tab")
    page.keyboard.type("0 days")


def test_a_condition_is_built_by_keyboard(
    visit: Visit, draft: Version, mark: User, ada: Lead
) -> None:
    page = visit.sign_in(mark).go(reverse("draft_new_part", args=[draft.number, "fit"]))
    page.get_by_label("Name", exact=True).fill("Sells software")
    page.get_by_label("Points").fill("10")

    page.get_by_role("button", name="Add a test").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What is tested")).to_be_focused()
    page.keyboard.type("indus")
    expect(page.get_by_role("option", name="company.industry")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("How it is tested").select_option("contains_word")
    page.get_by_label("Values, parted by commas").focus()
    page.keyboard.type("soft")
    expect(page.get_by_role("option", name="software")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#count_when")).to_contain_text("Holds for 1 of 1 leads now")
    page.get_by_label("Points").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    draft.refresh_from_db()
    assert (
        "- {name: Sells software, points: 10, when: {company.industry: {contains_word: software}}}"
        in draft.text
    )


def test_what_was_typed_is_not_lost_by_leaving(visit: Visit, draft: Version, mark: User) -> None:
    page = visit.sign_in(mark).go(reverse("draft_part_at", args=[draft.number, "intent", 0]))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Name", exact=True).press("End")
    page.keyboard.type(" of ours")

    page.get_by_role("link", name="Back", exact=True).click(no_wait_after=True)
    expect(page.get_by_label("Name", exact=True)).to_have_value(re.compile(" of ours$"))
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    assert asked == ["beforeunload"]


def test_the_focus_goes_to_what_is_wrong_and_stays_beside_what_was_removed(
    visit: Visit, draft: Version, mark: User
) -> None:
    page = visit.sign_in(mark).go(reverse("draft_new_part", args=[draft.number, "fit"]))
    page.get_by_label("Name", exact=True).fill("Sells software")
    page.get_by_role("button", name="Add a test").press("Enter")
    page.get_by_role("button", name="Remove this").press("Enter")
    expect(page.get_by_role("button", name="Add a test")).to_be_focused()

    page.get_by_label("Points").fill("many")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_label("Points")).to_be_focused()
    expect(page.get_by_role("alert").first).to_contain_text("It was not saved")


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_no_page_shuts_anybody_out(
    dress: str, visit: Visit, draft: Version, mark: User, ada: Lead
) -> None:
    comment(draft, "Asked for a demo", "Is 60 too much?", by=mark, at=NOON, via=Via.WEB)
    visit.page = dressed(visit.page.context, dress)
    visit.sign_in(mark)

    for name, more in [
        ("draft", []), ("draft_part", ["mql"]), ("draft_part", ["grades"]),
        ("draft_part_at", ["interest", 2]), ("draft_new_part", ["intent"]), ("draft_history", []),
        ("draft_removal", ["intent", 0]), ("agreement_talk", []), ("agreement_edit", []),
    ]:  # fmt: skip
        page = visit.go(reverse(name, args=[draft.number, *more]))
        page.wait_for_load_state("networkidle")
        assert visit.violations() == [], (name, more)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, (name, more)


# Presses "Remove this" in the very task in which the new row is put there.
_AT_ONCE = """() => {
  window.isSamePage = true;
  new MutationObserver((_, self) => {
    const removes = document.querySelector('[aria-label="Remove this"]');
    if (!removes) return;
    self.disconnect();
    removes.focus();
    removes.click();
  }).observe(document.body, {childList: true, subtree: true});
}"""


def test_a_row_can_be_removed_as_soon_as_it_is_there(
    visit: Visit, draft: Version, mark: User
) -> None:
    page = visit.sign_in(mark).go(reverse("draft_new_part", args=[draft.number, "fit"]))
    page.evaluate(_AT_ONCE)

    with page.expect_response(lambda told: "remove" in (told.request.post_data or "")):
        page.get_by_role("button", name="Add a test").press("Enter")

    expect(page.get_by_role("button", name="Remove this")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a test")).to_be_focused()
    assert page.evaluate("window.isSamePage")


def test_without_htmx_the_focus_stays_beside_what_was_removed(
    visit: Visit, draft: Version, mark: User
) -> None:
    visit.page.route(
        "**/htmx*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page = visit.sign_in(mark).go(reverse("draft_new_part", args=[draft.number, "fit"]))
    page.get_by_label("Name", exact=True).fill("Sells software")
    page.get_by_role("button", name="Add a test").press("Enter")
    page.get_by_role("button", name="Remove this").press("Enter")

    expect(page.get_by_role("button", name="Add a test")).to_be_focused()
