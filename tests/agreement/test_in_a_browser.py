"""The agreement as people meet it: read, got wrong, mended, proposed, signed by both."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.agreement import shipped
from handraise.agreement.decide import State
from handraise.agreement.models import Version
from handraise.team.models import User
from tests.browser import Visit, dressed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_nothing_to_an_agreement_in_force(visit: Visit, mark: User, mia: User) -> None:
    page = visit.sign_in(mark).go("/agreement/")
    page.get_by_role("link", name="begin with the text").click()
    field = page.get_by_label("The agreement")
    faulty = shipped.text().replace("half_life: 45 days", "half_lif: 45 days")

    field.fill(faulty)
    page.get_by_role("button", name="Propose", exact=True).click()

    expect(page.get_by_role("heading", name="1 fault in the text")).to_be_visible()
    number = next(n for n, line in enumerate(faulty.split("\n"), 1) if "half_lif:" in line)
    page.get_by_role("link", name=f"line {number}").click()
    expect(page.locator(f"#line-{number}")).to_be_in_viewport()
    expect(page.locator(f"#line-{number}")).to_contain_text("Did you mean half_life?")
    expect(field).to_have_value(faulty)

    field.fill(shipped.text())
    page.get_by_role("button", name="Propose", exact=True).click()
    page.get_by_role("button", name="Sign for marketing").click()

    expect(page.get_by_role("status")).to_contain_text("It holds once sales signs too")
    visit.sign_in(mia).go("/agreement/")
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_role("button", name="Sign for sales").click()
    expect(page.get_by_role("status")).to_contain_text("Both sides have signed")
    expect(page.get_by_role("heading", level=1)).to_have_text("First agreement")
    assert Version.objects.get().state == State.PUBLISHED


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_no_page_shuts_anybody_out(dress: str, visit: Visit, mark: User, in_force: Version) -> None:
    visit.page = dressed(visit.page.context, dress)
    visit.sign_in(mark)

    for path in ["", "versions/", "versions/1/", "compare/1/1/", "propose/"]:
        page = visit.go(f"/agreement/{path}")
        assert visit.violations() == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, path
