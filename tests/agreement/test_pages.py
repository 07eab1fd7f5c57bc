"""Every page of the agreement, and who may open and press what."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse

from handraise.agreement import shipped
from handraise.agreement.actions import propose, save_draft, sign, withdraw
from handraise.agreement.decide import State
from handraise.agreement.models import Signature, Version
from handraise.agreement.shipped import Shipped
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.agreement.conftest import as_user
from tests.personas import NOON

pytestmark = pytest.mark.django_db
EVERYBODY = ["mark", "mia", "sal", "rita", "vera"]


def page(user: User, path: str, status: int = 200) -> str:
    response = as_user(user).get(path)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def post(user: User, path: str, **fields: str) -> Any:
    return as_user(user).post(path, fields)


def said(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.fixture
def who(request: pytest.FixtureRequest) -> User:
    found: User = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("who", EVERYBODY, indirect=True)
@pytest.mark.parametrize(
    "path", ["", "versions/", "versions/1/", "versions/1/text/", "compare/1/1/", "schema.json"]
)
def test_everybody_reads(who: User, path: str, in_force: Version) -> None:
    assert page(who, f"/agreement/{path}")


def test_nobody_reads_who_has_not_signed_in(in_force: Version) -> None:
    from django.test import Client

    assert Client().get("/agreement/").status_code == 302


def test_it_shows_what_is_in_force_as_a_document(vera: User, in_force: Version) -> None:
    shown = page(vera, "/agreement/")

    assert "First agreement" in shown
    assert "Signed by Mark for marketing and Mia for sales" in " ".join(shown.split())
    assert "Asked for a demo" in shown
    assert "+60" in shown
    assert "halves every 30 days · at most 60 points" in shown
    assert "Title contains the word student, trainee, intern or phd" in shown
    assert "Unable to reach" in shown
    assert "within 4 working hours" in shown


def test_the_empty_page_teaches_the_next_step(mark: User, vera: User) -> None:
    assert "/agreement/propose/?shipped=default" in page(mark, "/agreement/")
    assert "Marketing, sales or revenue operations can propose one" in page(vera, "/agreement/")


def test_a_page_never_carries_style_or_script_of_its_own(mark: User, in_force: Version) -> None:
    for path in ["", "versions/", "versions/1/", "propose/", "compare/1/1/"]:
        shown = page(mark, f"/agreement/{path}")
        assert "style=" not in shown
        assert "<script>" not in shown


@pytest.mark.parametrize("who", ["vera"], indirect=True)
@pytest.mark.parametrize("path", ["propose/", "versions/1/edit/"])
def test_a_viewer_does_not_write(who: User, path: str, proposed: Version) -> None:
    page(who, f"/agreement/{path}", status=403)
    assert post(who, f"/agreement/{path}", text="x").status_code == 403


def test_proposing_begins_with_what_is_in_force(mark: User, in_force: Version) -> None:
    assert "First agreement" in page(mark, "/agreement/propose/")


@pytest.mark.parametrize("which", list(Shipped))
def test_proposing_begins_with_a_shipped_text_when_asked(which: Shipped, mark: User) -> None:
    name = shipped.text(which).split("\nname: ")[1].splitlines()[0]

    assert name in page(mark, f"/agreement/propose/?shipped={which}")


@pytest.mark.parametrize("query", ["?from=99", "?from=1"])
def test_proposing_from_a_version_that_is_not_there(query: str, mark: User) -> None:
    page(mark, f"/agreement/propose/{query}", status=404)


@pytest.mark.parametrize("query", ["?from=x", "?shipped=../../etc", "?from=" + "9" * 50])
def test_proposing_from_nonsense_begins_with_the_default(query: str, mark: User) -> None:
    assert "First agreement" in page(mark, f"/agreement/propose/{query}")


@pytest.mark.parametrize("who", ["mark", "mia", "sal", "rita"], indirect=True)
def test_it_proposes(who: User) -> None:
    text = shipped.text().replace("\n", "\r\n")  # as browsers send it

    response = post(who, "/agreement/propose/", text=text, note="Why not", deed="propose")

    version = Version.objects.get()
    assert response.headers["Location"] == "/agreement/versions/1/"
    assert (version.state, version.note, version.created_by) == (State.PROPOSED, "Why not", who)
    assert version.text == shipped.text()


def test_it_names_the_line_of_each_fault_and_keeps_nothing(mark: User) -> None:
    text = shipped.text().replace("half_life: 45 days", "half_lif: 45 days")
    number = next(n for n, line in enumerate(text.split("\n"), 1) if "half_lif:" in line)

    response = post(mark, "/agreement/propose/", text=text, deed="propose")

    assert response.status_code == 200
    assert f"line {number}" in said(response)
    assert "Did you mean half_life?" in said(response)
    assert not Version.objects.exists()


@pytest.mark.parametrize("text", ["", "\0", "- a\n" * 300_000, "null", "a: [", "\t- x"])
@pytest.mark.parametrize("deed", ["propose", "draft", "check", "nonsense"])
def test_no_text_breaks_the_page(text: str, deed: str, mark: User) -> None:
    response = post(mark, "/agreement/propose/", text=text, deed=deed)

    assert response.status_code in {200, 302}


def test_checking_shows_what_would_change_and_keeps_nothing(mark: User, in_force: Version) -> None:
    text = shipped.text().replace(
        "event: Demo Requested, points: 60", "event: Demo Requested, points: 50"
    )

    response = post(mark, "/agreement/propose/", text=text, deed="check")

    assert "Asked for a demo: points 60 → 50" in said(response)
    assert Version.objects.count() == 1


def test_a_faulty_draft_is_kept_and_shows_its_faults(mark: User) -> None:
    post(mark, "/agreement/propose/", text="name: Half", deed="draft")

    shown = page(mark, "/agreement/versions/1/")
    assert "&#x27;mql&#x27; is missing" in shown

    response = post(mark, "/agreement/versions/1/proposal/")
    assert response.status_code == 302
    assert Version.objects.get().state == State.DRAFT


def test_a_draft_is_written_on_and_proposed(mark: User, mia: User) -> None:
    post(mark, "/agreement/propose/", text="name: Half", deed="draft")

    response = post(mia, "/agreement/versions/1/edit/", text=shipped.text(), deed="propose")

    assert response.headers["Location"] == "/agreement/versions/1/"
    assert Version.objects.get().state == State.PROPOSED


def test_viewers_do_not_see_drafts(mark: User, vera: User) -> None:
    save_draft("name: Half", note="", by=mark, at=NOON, via=Via.WEB)

    page(vera, "/agreement/versions/1/", status=404)
    assert "Version 1<" not in page(vera, "/agreement/versions/")


def test_nor_those_that_were_withdrawn_before_anybody_proposed_them(mark: User, vera: User) -> None:
    draft = save_draft("name: Half  # not for all", note="", by=mark, at=NOON, via=Via.WEB)
    withdraw(draft, by=mark, at=NOON, via=Via.WEB)

    page(vera, "/agreement/versions/1/", status=404)


def test_what_was_proposed_is_not_edited(mark: User, proposed: Version) -> None:
    assert as_user(mark).get("/agreement/versions/1/edit/").status_code == 302
    post(mark, "/agreement/versions/1/edit/", text=shipped.text() + "\n# more", deed="draft")

    assert Version.objects.get().text == proposed.text


@pytest.mark.parametrize("who", ["mark", "mia", "sal"], indirect=True)
def test_both_sides_are_offered_to_sign(who: User, proposed: Version) -> None:
    assert "/agreement/versions/1/signature/" in page(who, "/agreement/versions/1/")


@pytest.mark.parametrize("who", ["rita", "vera"], indirect=True)
def test_others_neither_see_the_button_nor_may_press_it(who: User, proposed: Version) -> None:
    assert "signature/" not in page(who, "/agreement/versions/1/")
    assert post(who, "/agreement/versions/1/signature/").status_code == 403
    assert not Signature.objects.exists()


def test_two_signatures_bring_it_into_force(mark: User, sal: User, proposed: Version) -> None:
    first = post(mark, "/agreement/versions/1/signature/")
    second = post(sal, "/agreement/versions/1/signature/")

    assert first.headers["Location"] == "/agreement/versions/1/"
    assert second.headers["Location"] == "/agreement/"
    proposed.refresh_from_db()
    assert proposed.state == State.PUBLISHED


def test_a_second_signature_is_refused_in_words(mark: User, proposed: Version) -> None:
    browser = as_user(mark)
    browser.post("/agreement/versions/1/signature/")

    response = browser.post("/agreement/versions/1/signature/", follow=True)

    assert "You have signed this version already" in said(response)
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("path", ["signature", "proposal"])
def test_deeds_are_posted(path: str, mark: User, proposed: Version) -> None:
    page(mark, f"/agreement/versions/1/{path}/", status=405)
    assert post(mark, f"/agreement/versions/9/{path}/").status_code == 404


def test_whoever_proposed_may_withdraw_after_hearing_what_that_means(
    mark: User, proposed: Version
) -> None:
    where = "/agreement/versions/1/withdrawal/"
    assert where in page(mark, "/agreement/versions/1/")
    assert "neither changed nor signed" in page(mark, where)
    as_user(mark).post(where, {"shown": "draft 1"})
    proposed.refresh_from_db()
    assert proposed.state == State.PROPOSED

    as_user(mark).post(where, {"shown": f"proposed {proposed.revision}"})

    proposed.refresh_from_db()
    assert proposed.state == State.WITHDRAWN
    assert as_user(mark).get(where).headers["Location"] == "/agreement/versions/1/"
    assert post(mark, "/agreement/versions/9/withdrawal/").status_code == 404


def test_a_colleague_may_not_withdraw_but_operations_may(
    mia: User, rita: User, proposed: Version
) -> None:
    assert "withdrawal/" not in page(mia, "/agreement/versions/1/")
    assert post(mia, "/agreement/versions/1/withdrawal/").status_code == 403
    assert post(rita, "/agreement/versions/1/withdrawal/").status_code == 302

    proposed.refresh_from_db()
    assert proposed.state == State.WITHDRAWN


def test_comparing_says_what_changed(vera: User, mark: User, in_force: Version) -> None:
    text = shipped.text().replace("{A: 60", "{A: 65")
    propose(text, note="", by=mark, at=NOON, via=Via.WEB)

    shown = page(vera, "/agreement/compare/1/2/")

    assert "1 thing changes from version 1 to 2" in shown
    assert "Grade A: from a fit of 60 → 65" in shown


def test_a_proposal_shows_what_it_would_change(mia: User, mark: User, in_force: Version) -> None:
    text = shipped.text().replace("{A: 60", "{A: 65")
    propose(text, note="", by=mark, at=NOON, via=Via.WEB)

    assert "What changes from version 1" in page(mia, "/agreement/versions/2/")
    assert "Version 2, proposed by Mark" in page(mia, "/agreement/")


def test_text_from_people_is_shown_as_text(mark: User, mia: User, vera: User) -> None:
    text = shipped.text().replace("name: First agreement", "name: <b>Bold</b>")
    version = propose(text, note="<i>why</i>", by=mark, at=NOON, via=Via.WEB)
    sign(version, by=mark, at=NOON, via=Via.WEB)
    sign(version, by=mia, at=NOON, via=Via.WEB)

    for path in ["", "versions/", "versions/1/", "propose/?from=1"]:
        shown = page(mark, f"/agreement/{path}")
        assert "<b>Bold" not in shown
        assert "<i>why" not in shown


def test_the_schema_describes_the_shipped_texts(vera: User) -> None:
    found = json.loads(page(vera, "/agreement/schema.json"))

    assert found["$defs"]["Condition"]["properties"]["did"]["required"] == ["event"]
    assert "x-condition" not in json.dumps(found)
