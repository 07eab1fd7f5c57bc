"""The pages of bulk actions: from the list of leads to the result and back again."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.desk.bulk.decide import AT_ONCE, Deed, State
from handraise.desk.bulk.models import Bulk, BulkLead
from handraise.leads.actions import tag
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine, Lead
from handraise.lists import actions as lists
from handraise.team.models import User
from tests.desk.bulk.conftest import done, many, previewed
from tests.desk.conftest import client_of
from tests.lists.conftest import by_condition, fixed
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db
EVERY = ["bulk", "bulk_progress", "bulk_refused"]
POSTED = ["bulk_preview", "bulk_start", "bulk_stopping", "bulk_resuming", "bulk_undoing"]


def address(name: str, bulk: Bulk) -> str:
    return reverse(name, args=[bulk.pk])


def chosen(browser: Client, **given: object) -> Bulk:
    answer = browser.post(reverse("bulk_choice"), given)
    bulk = Bulk.objects.latest("pk")
    assert answer.headers["Location"] == address("bulk", bulk)
    return bulk


def leads_in(bulk: Bulk) -> list[str]:
    return sorted(BulkLead.objects.filter(bulk=bulk).values_list("lead__name", flat=True))


def test_from_choosing_to_undoing(mia: User) -> None:
    ada, ben = lead("Ada"), lead("Ben")
    browser = client_of(mia)
    bulk = chosen(browser, lead=[ada.pk, ben.pk])

    browser.post(address("bulk_preview", bulk), {"deed": "tag", "tag": "VIP"})
    page = browser.get(address("bulk", bulk)).content.decode()
    assert "2 leads will change" in page
    browser.post(address("bulk_start", bulk), {"revision": 1})
    page = browser.get(address("bulk", bulk)).content.decode()
    assert "2 leads changed" in page
    browser.post(address("bulk_undoing", bulk))

    page = browser.get(address("bulk", bulk)).content.decode()
    assert "2 leads have back what they had" in page
    assert not Lead.objects.exclude(tags=[]).exists()


def test_all_that_match_are_those_of_the_filter(mia: User) -> None:
    for name in ("Ada", "Ben"):
        tag(lead(name), add=["fair"], by=mia, at=NOON, via=Via.WEB)
    lead("Cem")

    bulk = chosen(client_of(mia), all="1", asked="tag=fair&sort=name")

    assert leads_in(bulk) == ["Ada", "Ben"]
    assert bulk.asked == "tag=fair&sort=name"


def test_the_leads_of_a_list_are_chosen_whole(mia: User, rita: User) -> None:
    lead("Ada", country="Germany")
    lead("Ben")
    germans = by_condition("country: germany", mia)

    bulk = chosen(client_of(mia), all="1", asked=f"list={germans.pk}")

    assert leads_in(bulk) == ["Ada"]
    assert bulk.is_private
    given = {"all": "1", "asked": f"list={germans.pk}"}
    assert client_of(rita).post(reverse("bulk_choice"), given).status_code == 404
    assert client_of(rita).get(address("bulk", bulk)).status_code == 404


@pytest.mark.parametrize("given", [{}, {"lead": "x"}, {"lead": "987654"}, {"lead": "9" * 40}])
def test_nobody_chosen_goes_back_with_a_word(given: dict[str, str], mia: User) -> None:
    answer = client_of(mia).post(reverse("bulk_choice"), {**given, "asked": "q=x"}, follow=True)

    assert "Choose at least one lead." in answer.content.decode()
    assert answer.redirect_chain == [("/leads/?q=x", 302)]


def test_a_few_are_done_at_once_and_many_by_the_worker(mia: User) -> None:
    few = previewed(many(AT_ONCE), Deed.TAG, mia, tag="VIP")
    more = previewed(many(AT_ONCE + 1), Deed.TAG, mia, tag="VIP")

    for bulk in (few, more):
        client_of(mia).post(address("bulk_start", bulk), {"revision": bulk.revision})

    few.refresh_from_db()
    more.refresh_from_db()
    assert (few.state, more.state) == (State.DONE, State.RUNNING)
    jobs = ProcrastinateJob.objects.filter(task_name="desk.bulk.run")
    assert [job.args["bulk_id"] for job in jobs.order_by("id")] == [few.pk, more.pk]


def test_progress_is_told_until_it_is_over(mia: User) -> None:
    bulk = previewed(many(AT_ONCE + 1), Deed.TAG, mia, tag="VIP")
    browser = client_of(mia)
    browser.post(address("bulk_start", bulk), {"revision": bulk.revision})

    under_way = browser.get(address("bulk_progress", bulk))
    browser.post(address("bulk_stopping", bulk))
    over = browser.get(address("bulk_progress", bulk))

    assert "0 of 51" in under_way.content.decode()
    assert over.headers["HX-Redirect"] == address("bulk", bulk)


def test_who_was_not_changed_is_a_file_that_no_spreadsheet_runs(mia: User, rita: User) -> None:
    ada = lead("=cmd()")
    tag(ada, add=["VIP"], by=mia, at=NOON, via=Via.WEB)
    bulk = done([ada.pk], Deed.TAG, mia, tag="VIP")

    for reader, name in ((rita, "'=cmd()"), (mia, "")):  # who may not export gets no names
        answer = client_of(reader).get(address("bulk_refused", bulk))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        (row,) = csv.DictReader(io.StringIO(text))
        assert (row["id"], row["name"], row["why"]) == (str(ada.pk), name, "tagged VIP already")
    assert JournalLine.objects.filter(kind="desk.exported").count() == 2


def test_the_chosen_leads_can_be_downloaded(rita: User) -> None:
    ada = lead("Ada")
    lead("Ben")
    browser = client_of(rita)
    bulk = chosen(browser, lead=[ada.pk])

    answer = browser.get("/export/leads.csv", {"bulk": bulk.pk})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == ["Ada"]


def test_what_people_typed_is_escaped(mia: User) -> None:
    ada = lead("<i>Ada</i>")
    bulk = previewed([ada.pk], Deed.TAG, mia, tag="<b>VIP</b>")

    page = client_of(mia).get(address("bulk", bulk)).content.decode()

    assert "<b>VIP" not in page
    assert "<i>Ada" not in page


@pytest.mark.parametrize("name", [*EVERY, *POSTED])
def test_others_do_not_see_it_but_for_who_may_act_for_them(
    name: str, mia: User, nils: User, rita: User, vera: User
) -> None:
    bulk = done([lead("Ada").pk], Deed.TAG, mia, tag="VIP")
    where = address(name, bulk)

    got = {}
    for user in (vera, nils, rita, mia):
        browser = client_of(user)
        answer = browser.post(where) if name in POSTED else browser.get(where)
        b"".join(getattr(answer, "streaming_content", ()))  # so that the file is closed
        got[user.name] = answer.status_code
        if name in POSTED:
            assert browser.get(where).status_code == 405

    status = 302 if name in POSTED else 200
    assert got == {"Vera": 403, "Nils": 404, "Rita": status, "Mia": status}
    assert Client().post(where).headers["Location"].startswith("/account/login/")


def test_what_another_chose_is_not_begun_by_a_manager(mia: User, rita: User) -> None:
    bulk = previewed([lead("Ada").pk], Deed.TAG, mia, tag="VIP")

    client_of(rita).post(address("bulk_start", bulk), {"revision": 1})

    assert Bulk.objects.get().state == State.PREVIEWED


def test_a_bulk_about_a_private_list_is_seen_by_nobody_else(mia: User, rita: User) -> None:
    ada, secret = lead("Ada"), fixed(mia, name="Secret")
    bulk = done([ada.pk], Deed.LIST, mia, list=secret.pk)

    assert client_of(rita).get(address("bulk", bulk)).status_code == 404
    assert "Secret" not in client_of(rita).get(reverse("bulks")).content.decode()
    assert "Secret" in client_of(mia).get(reverse("bulks")).content.decode()
    lists.remove(secret, by=mia, at=NOON, via=Via.WEB)
    assert client_of(mia).get(address("bulk", bulk)).status_code == 200
