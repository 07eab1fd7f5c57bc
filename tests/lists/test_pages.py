"""The pages of lists: written in rows or as text, counted, shown, filtered by, downloaded."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from handraise.leads.decide import Via
from handraise.lists import actions
from handraise.lists.models import SavedList
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.lists.conftest import by_condition, fixed
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db
ROWS: dict[str, Any] = {
    "mode": "rows", "how": "all", "name": "Germans", "subject": ["country", ""],
    "does": ["is", "is"], "value": ["germany", ""],
}  # fmt: skip


def sent(user: User, do: str, **given: Any) -> str:
    """What the page of a new list answers."""
    posted = {**ROWS, **given, "do": do}
    return client_of(user).post(reverse("new_list"), posted, follow=True).content.decode()


def test_a_list_is_made_of_rows(mia: User) -> None:
    lead("Ada", country="Germany")

    page = sent(mia, "save")

    made = SavedList.objects.get()
    assert made.text == "country: germany\n"
    assert "<b>1</b> lead as of" in page


def test_a_list_is_made_of_text(mia: User) -> None:
    sent(mia, "save", mode="text", text="any:\r\n  - country: germany\r\n  - country: norway\r\n")

    assert SavedList.objects.get().text == "any:\n  - country: germany\n  - country: norway\n"


def test_a_fault_is_named_by_its_line_and_nothing_typed_is_lost(mia: User) -> None:
    text = "all:\n  - country: {is_knwon: true}"

    page = sent(mia, "save", mode="text", text=text)

    assert "line 2, all[0].country.is_knwon" in page
    assert "is_knwon: true}</textarea>" in page
    assert not SavedList.objects.exists()


def test_rows_become_text_and_text_becomes_rows(mia: User) -> None:
    as_text = sent(mia, "text")
    as_rows = sent(mia, "rows", mode="text", text="country: {starts_with: ger}")
    too_much = sent(mia, "rows", mode="text", text="employees: {between: [1, 5]}")

    assert "country: germany\n</textarea>" in as_text
    assert 'name="value" value="ger"' in as_rows
    assert "more than rows can" in too_much
    assert not SavedList.objects.exists()


def test_leads_are_counted_while_a_condition_is_written(mia: User) -> None:
    lead("Ada", country="Germany")
    lead("Ben")

    answer = client_of(mia).post(reverse("list_count"), ROWS).content.decode()
    fault = client_of(mia).post(reverse("list_count"), {**ROWS, "does": ["at_least"]})

    assert "Holds for <b>1</b> of 2 leads now; unknown for 1" in answer
    assert "is not a number" in fault.content.decode()


def test_an_edited_list_opens_in_the_rows_it_was_made_of(mia: User) -> None:
    germans = by_condition("country: {starts_with: ger}", mia)

    page = client_of(mia).get(reverse("edit_list", args=[germans.pk])).content.decode()

    assert 'value="ger"' in page


def test_names_are_escaped(mia: User) -> None:
    fixed(mia, name="<b>Fair</b>")

    page = client_of(mia).get(reverse("lists")).content.decode()

    assert "&lt;b&gt;Fair" in page
    assert "<b>Fair" not in page


def test_leads_are_filtered_by_a_list(mia: User) -> None:
    lead("Ada", country="Germany")
    lead("Ben", country="Norway")
    germans = by_condition("country: germany", mia)

    page = client_of(mia).get(reverse("leads"), {"list": str(germans.pk), "sort": "name"})

    assert [one.name for one in page.context["page"].rows] == ["Ada"]
    assert "as of" in page.content.decode()


@pytest.mark.parametrize("address", ["/leads/", "/export/leads.csv", "/export/moves.csv"])
def test_a_private_list_of_another_is_not_found_by_any_way(
    address: str, mia: User, rita: User
) -> None:
    secret = fixed(mia)

    assert client_of(rita).get(address, {"list": secret.pk}).status_code == 404
    for name in ("list", "edit_list"):
        assert client_of(rita).get(reverse(name, args=[secret.pk])).status_code == 404
    ada = lead("Ada")
    put_in = client_of(rita).post(reverse("lead_lists", args=[ada.pk]), {"add": secret.pk})
    assert put_in.status_code == 404


@pytest.mark.parametrize("what", ["leads", "activities", "scores", "moves"])
def test_what_is_of_a_list_is_exported_alone(what: str, rita: User) -> None:
    ada, fair = lead("Ada", "page"), fixed(rita)
    lead("Ben", "page")
    actions.put_in(fair, ada, by=rita, at=NOON, via=Via.WEB)

    answer = client_of(rita).get(f"/export/{what}.csv", {"list": fair.pk})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    leads = {row["id" if what == "leads" else "lead_id"] for row in rows}
    assert leads == ({str(ada.pk)} if what in {"leads", "activities"} else set())


def test_the_page_of_a_lead_puts_it_into_a_list_and_takes_it_out(mia: User) -> None:
    ada, fair, browser = lead("Ada"), fixed(mia), client_of(mia)
    address = reverse("lead_lists", args=[ada.pk])

    browser.post(address, {"add": fair.pk})
    page = browser.get(reverse("background", args=[ada.pk])).content.decode()
    browser.post(address, {"remove": fair.pk})

    assert "Take out of the list Fair" in page
    assert not fair.members.exists()


def test_a_list_that_cannot_be_read_says_so_where_it_is_used(mia: User) -> None:
    lead("Ada")
    broken = by_condition("country: germany", mia)
    SavedList.objects.update(text="country: {explodes: true}", as_of=None)

    page = client_of(mia).get(reverse("leads"), {"list": broken.pk}).content.decode()

    assert "its condition cannot be read any more" in page
    assert "explodes" in page
