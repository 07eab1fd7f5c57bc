"""The pages: choose a file, see what it would bring, start, watch, mend, take back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.capture.imports import run
from handraise.capture.imports.running import fail
from handraise.capture.models import Drop, Import, Inbox
from handraise.leads.actions import tag
from handraise.leads.decide import Via
from handraise.leads.models import Lead, Source
from handraise.team.models import User
from tests.personas import NOON

pytestmark = pytest.mark.django_db
CSV = b"Email,Full Name,Job Title\nada@example.com,Ada,VP\nben@,Ben,Clerk\n"


@pytest.fixture
def browser(client: Client, mark: User) -> Client:
    client.force_login(mark)
    return client


def uploaded(browser: Client, content: bytes = CSV, kind: str = "leads") -> str:
    """Send a file; the address of its draft."""
    file = SimpleUploadedFile("people.csv", content, "text/csv")
    answer = browser.post("/imports/new/", {"file": file, "kind": kind})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def mapping_of(browser: Client, draft: str) -> str:
    return str(browser.get(draft).context["form"]["mapping"].value())


def started(browser: Client) -> Import:
    draft = uploaded(browser)
    browser.post(f"{draft}start/", {"mapping": mapping_of(browser, draft)})
    return Import.objects.get()


def test_the_list_teaches_the_first_step_when_empty(browser: Client) -> None:
    page = browser.get("/imports/").content.decode()

    assert "Nothing imported yet" in page
    assert 'href="/imports/new/"' in page


def test_a_file_is_understood_and_shown_before_anything_is_written(browser: Client) -> None:
    page = browser.get(uploaded(browser)).content.decode()

    assert "Email" in page
    assert "ada@example.com" in page
    assert "is not an e-mail address" in page
    assert not Import.objects.exists()
    assert not Lead.objects.exists()


def test_a_changed_mapping_is_looked_at_again(browser: Client) -> None:
    draft = uploaded(browser)
    mapping = "kind: leads\nidentity: {email: Emial}\n"

    part = browser.post(draft, {"mapping": mapping}, headers={"HX-Request": "true"})

    assert b"has no column &#x27;Emial&#x27;. Did you mean &#x27;Email&#x27;?" in part.content
    assert b"<html" not in part.content


def test_faults_of_the_mapping_are_named(browser: Client) -> None:
    draft = uploaded(browser)

    page = browser.post(f"{draft}start/", {"mapping": "kind: leads\nwhat: ever"}).content.decode()

    assert "what: this key is not known here." in page
    assert not Import.objects.exists()


def test_starting_writes_the_row_and_defers_the_job(browser: Client) -> None:
    importing = started(browser)

    job = ProcrastinateJob.objects.get()
    assert job.task_name == "capture.tasks.run_import"
    assert job.args == {"import_id": importing.pk}
    assert importing.file_name == "people.csv"
    assert b"Waiting for the worker" in browser.get(f"/imports/{importing.pk}/").content


def test_the_same_file_is_refused_on_the_page(browser: Client) -> None:
    importing = started(browser)

    draft = uploaded(browser)
    page = browser.post(f"{draft}start/", {"mapping": mapping_of(browser, draft)})

    assert f"as import {importing.pk}" in page.content.decode()
    assert Import.objects.count() == 1


def test_progress_is_polled_until_it_is_over(browser: Client) -> None:
    importing = started(browser)

    before = browser.get(f"/imports/{importing.pk}/progress/")
    run(importing.pk, at=NOON)
    after = browser.get(f"/imports/{importing.pk}/progress/")

    assert b'hx-trigger="every 2s"' in before.content
    assert "HX-Redirect" not in before.headers
    assert after.headers["HX-Redirect"] == f"/imports/{importing.pk}/"


def test_refused_rows_are_shown_and_can_be_downloaded(browser: Client) -> None:
    importing = started(browser)
    run(importing.pk, at=NOON)

    page = browser.get(f"/imports/{importing.pk}/").content.decode()
    file = b"".join(browser.get(f"/imports/{importing.pk}/refused.csv").streaming_content)  # type: ignore[arg-type]

    assert "Line 3: column &#x27;Email&#x27;: &#x27;ben@&#x27; is not an e-mail address." in page
    assert file.decode("utf-8-sig").splitlines()[1].startswith("ben@,Ben,Clerk,3,")


def test_undo_takes_it_back_and_says_so(browser: Client) -> None:
    importing = started(browser)
    run(importing.pk, at=NOON)

    page = browser.post(f"/imports/{importing.pk}/undoing/", follow=True).content.decode()

    assert "What was taken back" in page
    assert f"Import {importing.pk} is undone." in page
    again = browser.post(f"/imports/{importing.pk}/undoing/", follow=True).content.decode()
    assert "is undone already" in again


def test_leads_that_stay_after_an_undo_are_one_click_away(browser: Client, mark: User) -> None:
    importing = started(browser)
    run(importing.pk, at=NOON)
    ada = Lead.objects.get(email="ada@example.com")
    tag(ada, add=["met"], remove=[], by=mark, at=NOON + timedelta(hours=1), via=Via.WEB)

    page = browser.post(f"/imports/{importing.pk}/undoing/", follow=True).content.decode()

    assert "1 lead stays" in page
    assert f'href="/lead/{ada.pk}/">ada@example.com</a>' in page


def test_a_failed_import_can_be_tried_again(browser: Client) -> None:
    importing = started(browser)
    fail(importing, "The disk was full.", at=NOON)

    page = browser.get(f"/imports/{importing.pk}/").content.decode()
    browser.post(f"/imports/{importing.pk}/resuming/")

    assert "The disk was full." in page
    assert "Try again" in page
    assert ProcrastinateJob.objects.count() == 2
    assert run(importing.pk, at=NOON).taken_rows == 1
    again = browser.post(f"/imports/{importing.pk}/resuming/", follow=True).content.decode()
    assert "Only an import that failed" in again


@pytest.mark.parametrize("content", [b"", b"\n", b"PK\x03\x04", b"\x00\x01", b"a,b\n"])
def test_files_that_are_no_tables_get_a_sentence(browser: Client, content: bytes) -> None:
    file = SimpleUploadedFile("odd.csv", content, "text/csv")

    page = browser.post("/imports/new/", {"file": file, "kind": "activities"}, follow=True)

    assert page.status_code == 200
    assert b"callout--bad" in page.content or b"errorlist" in page.content


def test_a_file_above_the_limit_is_not_taken(browser: Client, settings: object) -> None:
    settings.IMPORT_LIMIT = 1024 * 1024  # type: ignore[attr-defined]
    file = SimpleUploadedFile("big.csv", b"a,b\n" + b"1,2\n" * 400_000, "text/csv")

    page = browser.post("/imports/new/", {"file": file, "kind": "leads"})

    assert b"Choose a file of at most 1 MB." in page.content


def test_an_upload_is_only_for_who_made_it(browser: Client, client: Client, rita: User) -> None:
    draft = uploaded(browser)
    client.force_login(rita)

    assert client.get(draft).status_code == 404
    assert client.get("/imports/new/..%2f..%2fetc/").status_code == 404


@pytest.mark.parametrize("address", ["", "new/", "1/", "1/progress/", "1/refused.csv", "drops/"])
def test_only_those_who_may_import_see_the_pages(
    client: Client, vera: User, mia: User, address: str
) -> None:
    for person in (vera, mia):
        client.force_login(person)

        assert client.get(f"/imports/{address}").status_code == 403


def test_an_import_that_is_not_there_is_not_found(browser: Client) -> None:
    assert browser.get("/imports/99/").status_code == 404


@pytest.fixture
def drop(db: None) -> Drop:
    source = Source.objects.create(name="Website", kind="api", created_at=NOON)
    return Drop.objects.create(
        at=NOON, received_at=NOON, source=source, reason="nobody", detail="userId is missing.",
        endpoint="track", body=b'{"event":"<b>x</b>"}',
    )  # fmt: skip


def test_refused_messages_are_listed_by_reason(browser: Client, drop: Drop) -> None:
    page = browser.get("/imports/drops/").content.decode()
    other = browser.get("/imports/drops/?reason=too_deep").content.decode()

    assert "userId is missing." in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "userId is missing." not in other


def test_refused_messages_are_tried_again(browser: Client, drop: Drop) -> None:
    browser.post("/imports/drops/replays/", {"drop": [str(drop.pk)]})

    drop.refresh_from_db()
    assert Inbox.objects.get().body == b'{"event":"<b>x</b>"}'
    assert drop.replayed_at is not None


def test_all_of_one_reason_are_tried_again(browser: Client, drop: Drop) -> None:
    browser.post("/imports/drops/replays/", {"all_of": "nobody"})

    assert Inbox.objects.count() == 1


def test_nothing_ticked_is_answered_kindly(browser: Client, drop: Drop) -> None:
    page = browser.post("/imports/drops/replays/", {"drop": "x"}, follow=True)

    assert "Tick the messages" in page.content.decode()
