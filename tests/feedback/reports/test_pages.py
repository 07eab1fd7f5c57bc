"""The pages of reports: one an audience, files for those who may, a wish for the mail."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Route, expect

from handraise.feedback.reports.catalogue import AUDIENCES, TABLES
from handraise.feedback.reports.models import ReportWish
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.world import in_force

pytestmark = pytest.mark.django_db


def test_each_role_is_shown_its_own(client: Client, mark: User) -> None:
    client.force_login(mark)

    assert client.get(reverse("reports")).headers["Location"] == reverse(
        "report", args=["marketing"]
    )


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda one: one.code)
def test_every_audience_has_its_page(audience: object, client: Client, mark: User) -> None:
    client.force_login(mark)
    code = getattr(audience, "code", "")

    page = client.get(reverse("report", args=[code])).content.decode()
    rest = client.get(reverse("report_rest", args=[code])).content.decode()
    part = client.get(
        reverse("report_rest", args=[code]), headers={"HX-Request": "true"}
    ).content.decode()

    told = re.findall(r"reports/tables/([a-z_]+)\.csv", page + rest)
    assert tuple(told) == getattr(audience, "tables", ())
    assert page.count("What is counted") + rest.count("What is counted") == len(told)
    assert f'hx-get="{reverse("report_rest", args=[code])}?"' in page
    assert "<html" in rest
    assert "<html" not in part
    assert part.count("What is counted") == rest.count("What is counted")


def test_a_mail_is_wished_for_and_ended(client: Client, mark: User) -> None:
    client.force_login(mark)

    client.post(reverse("report_wish"), {"audience": "board"})
    assert ReportWish.objects.get().audience == "board"
    assert "No mail any more" in client.get(reverse("report", args=["board"])).content.decode()

    client.post(reverse("report_wish"), {"audience": ""})
    assert not ReportWish.objects.exists()


@pytest.mark.parametrize("code", list(TABLES))
def test_every_table_is_a_file(code: str, client: Client, mark: User) -> None:
    client.force_login(mark)

    for form in ("csv", "parquet"):
        made = client.get(reverse("report_table", args=[code, form]))
        assert made.status_code == 200
        assert made.headers["Content-Disposition"] == f'attachment; filename="{code}.{form}"'


def test_files_are_for_those_who_may_export(client: Client, mia: User) -> None:
    client.force_login(mia)

    assert client.get(reverse("report_files")).status_code == 403
    assert client.get(reverse("report_table", args=["targets", "csv"])).status_code == 403
    assert "as CSV" not in client.get(reverse("report", args=["both"])).content.decode()


def test_what_there_is_not_is_not_found(client: Client, mark: User) -> None:
    client.force_login(mark)

    assert client.get("/feedback/reports/nobody/").status_code == 404
    assert client.get("/feedback/reports/nobody/rest/").status_code == 404
    assert client.get("/feedback/reports/tables/targets.exe").status_code == 404
    assert client.get("/feedback/reports/tables/nothing.csv").status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_no_dress_shuts_anybody_out(visit: Visit, dress: str, mark: User, mia: User) -> None:
    in_force(mark, mia)
    visit.sign_in(mark)
    visit.page = dressed(visit.page.context, dress)

    assert visit.troubles([reverse("report", args=[one.code]) for one in AUDIENCES]) == []


def test_everybody_reads_the_same_days_wherever_they_live(client: Client, mark: User) -> None:
    """Days of a report are those of the installation, not of whoever reads it."""
    pages = []
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu"):
        User.objects.filter(pk=mark.pk).update(zone=zone)
        client.force_login(mark)
        asked = {"since": "2026-03-01", "until": "2026-03-31"}
        answer = client.get(reverse("report", args=["board"]), asked)
        about, page = answer.context["about"], answer.content.decode()
        pages.append((about.since, about.until))
        assert 'value="2026-03-01"' in page
        assert 'value="2026-03-31"' in page

    assert pages[0] == pages[1]
    assert pages[0][0] == datetime(2026, 3, 1, tzinfo=UTC)


def test_all_tables_of_a_page_are_one_look_at_the_standings(client: Client, mark: User) -> None:
    client.force_login(mark)

    for address in (
        reverse("report", args=["sales"]), reverse("report_rest", args=["sales"]),
        reverse("report_files"),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
            assert answer.status_code == 200
            assert b"".join(answer)  # type: ignore[arg-type]
        tried = [one for one in asked if "pg_try_advisory_xact_lock(hashtext('feedback_standing"
                 in one["sql"]]  # fmt: skip
        assert len(tried) == 1


def test_nothing_is_read_twice_for_the_tables_of_one_report(client: Client, mark: User) -> None:
    client.force_login(mark)

    for audience in ("marketing", "sales", "both", "board"):
        for name in ("report", "report_rest"):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse(name, args=[audience])).status_code == 200
            figures = [one["sql"] for one in asked if "feedback_standing standing" in one["sql"]]
            assert figures
            twice = {one for one in figures if figures.count(one) > 1}
            assert not twice, audience


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_rest_comes_by_itself_and_printing_waits_for_it(
    visit: Visit, mark: User, mia: User
) -> None:
    in_force(mark, mia)
    page = visit.sign_in(mark).page
    page.add_init_script(
        "window.print = () => { document.body.dataset.printed = document.body.innerText }"
    )
    waiting: list[Route] = []
    page.route("**/rest/*", lambda route: waiting.append(route))
    page.goto(visit.origin + reverse("report", args=["both"]))
    expect(page.get_by_role("heading", name="Sleeping stock")).to_have_count(0)

    page.get_by_role("button", name="Print").click()
    expect(page.locator("body[data-printed]")).to_have_count(0)
    waiting[0].continue_()

    expect(page.get_by_role("heading", name="Sleeping stock")).to_be_visible()
    expect(page.locator("body[data-printed*='Sleeping stock']")).to_have_count(1)
