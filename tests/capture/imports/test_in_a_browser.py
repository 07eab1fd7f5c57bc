"""A file on its way through the pages, in a real browser, in every dress."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from handraise.capture.imports import run
from handraise.capture.models import Drop, Import
from handraise.leads.models import Source
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.capture.imports.conftest import WriteFile
from tests.personas import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CSV = "Email,Full Name,Job Title\nada@example.com,Ada,VP\nben@,Ben,Clerk\n"


def chosen(visit: Visit, file: WriteFile, content: str = CSV) -> Page:
    """A page that shows what a file would bring."""
    page = visit.go("/imports/new/")
    page.get_by_label("CSV file").set_input_files(file(content))
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What people.csv would bring")
    return page


def test_a_file_is_looked_at_started_watched_and_taken_back(
    visit: Visit, file: WriteFile, mark: User
) -> None:
    page = chosen(visit.sign_in(mark), file)
    expect(page.locator("#preview")).to_contain_text("is not an e-mail address")

    page.get_by_label("What the columns mean").fill("kind: leads\nidentity: {email: Emial}\n")
    expect(page.locator("#preview")).to_contain_text("Did you mean 'Email'?")
    page.get_by_label("What the columns mean").fill("kind: leads\nidentity: {email: Email}\n")
    expect(page.locator("#preview")).to_contain_text("Columns not used: Full Name, Job Title.")
    page.get_by_role("button", name="Start the import").click()

    expect(page.locator("#progress")).to_contain_text("Waiting for the worker")
    run(Import.objects.get().pk, at=NOON)
    expect(page.locator("#progress h2")).to_have_text("1 row taken")
    expect(page.get_by_text("Line 3: column 'Email'")).to_be_visible()

    page.get_by_role("button", name="Undo", exact=True).press("Enter")
    page.get_by_role("button", name="Undo the import").press("Enter")
    expect(page.get_by_role("heading", name="What was taken back")).to_be_visible()


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_every_page_about_files_passes_axe(
    dress: str, visit: Visit, file: WriteFile, mark: User
) -> None:
    visit.sign_in(mark)
    source = Source.objects.create(name="Website", kind="api", created_at=NOON)
    Drop.objects.create(at=NOON, received_at=NOON, source=source, reason="nobody",
                        detail="userId is missing.", body=b"{" + b"x" * 500)  # fmt: skip
    draft = re.sub("^.*?/imports", "/imports", chosen(visit, file).url)
    visit.page.get_by_role("button", name="Start the import").click()
    expect(visit.page.locator("#progress")).to_be_visible()
    waiting = f"/imports/{Import.objects.get().pk}/"
    other = re.sub("^.*?/imports", "/imports", chosen(visit, file, CSV + "é" * 300 + "\n").url)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    found = worn.troubles(["/imports/", "/imports/new/", "/imports/drops/", other, waiting])
    run(Import.objects.get().pk, at=NOON)
    found += worn.troubles([waiting, "/imports/"])

    assert draft != other
    assert not found
