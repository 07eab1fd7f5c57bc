"""The REST API: the same doors and verbs as the pages, each mistake with a sentence."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraise.agreement.queries import Published
from handraise.handover.models import Acceptance, Handover, Opening, Rejection
from handraise.kit import clock
from handraise.leads.decide import Stage
from handraise.leads.models import Activity, Fact, Lead
from handraise.team.actions import deactivate, reactivate
from handraise.team.api_keys import create_api_key, revoke_api_key
from handraise.team.models import ApiKey, User
from tests.desk.conftest import agreed as agreed
from tests.desk.conftest import handover as handover

pytestmark = pytest.mark.django_db


class Program:
    """A program with a key of this person's."""

    def __init__(self, user: User, *, may_write: bool = True) -> None:
        self.key, self.text = create_api_key(
            user, name="Sync", may_write=may_write, by=user, at=clock.now()
        )
        self.client = Client(enforce_csrf_checks=True)

    def call(self, method: str, path: str, sent: Any = None) -> tuple[int, Any]:
        answer = self.client.generic(
            method, f"/api/v1{path}", "" if sent is None else json.dumps(sent),
            content_type="application/json", headers={"Authorization": f"Bearer {self.text}"},
        )  # fmt: skip
        return answer.status_code, answer.json()


@pytest.fixture
def program(mia: User) -> Program:
    return Program(mia)


def test_without_a_key_with_a_wrong_or_a_revoked_one_nothing_opens(program: Program) -> None:
    assert Client().get("/api/v1/leads").status_code == 401
    good, program.text = program.text, "hrk_wrong"
    assert program.call("GET", "/leads")[0] == 401
    program.text = good
    assert program.call("GET", "/leads")[0] == 200
    revoke_api_key(program.key, by=program.key.user, at=clock.now())
    assert program.call("GET", "/leads")[0] == 401


def test_who_left_opens_nothing_and_a_session_is_no_key(program: Program, mia: User) -> None:
    User.objects.filter(pk=mia.pk).update(is_active=False)
    assert program.call("GET", "/leads")[0] == 401
    signed_in = Client()
    signed_in.force_login(mia)
    assert signed_in.get("/api/v1/leads").status_code == 401


def test_a_key_of_who_left_stays_shut_when_they_come_back(
    program: Program, mia: User, rita: User
) -> None:
    deactivate(mia, by=rita, at=clock.now())
    reactivate(mia, by=rita, at=clock.now())

    assert program.call("GET", "/leads")[0] == 401


def test_a_key_that_reads_leaves_no_receipt(mia: User, handover: Handover) -> None:
    assert Program(mia, may_write=False).call("GET", f"/handovers/{handover.pk}")[0] == 200
    assert not Opening.objects.exists()


def test_a_key_is_kept_as_a_fingerprint_and_notes_its_use(program: Program) -> None:
    program.call("GET", "/leads")

    key = ApiKey.objects.get()
    assert program.text.encode() not in bytes(key.digest)
    assert key.used_at is not None


def test_a_key_that_reads_does_not_write(mia: User) -> None:
    status, said = Program(mia, may_write=False).call(
        "PUT", "/leads", {"leads": [{"email": "a@b.de"}]}
    )

    assert (status, said) == (403, {"error": "This key may only read. Make one that may write."})


def test_it_does_no_more_than_its_person_may(vera: User) -> None:
    status, said = Program(vera).call("PUT", "/leads", {"leads": [{"email": "a@b.example"}]})

    assert status == 403
    assert "Viewer may not edit leads" in said["error"]


def test_leads_are_made_and_changed_and_sent_again_nothing_changes(program: Program) -> None:
    told = {"email": "ada@engines.example", "facts": {"name": "Ada", "title": "VP Sales"},
            "tags": ["fair"], "owner": "mia@team.example"}  # fmt: skip
    _, first = program.call("PUT", "/leads", {"leads": [told]})
    facts = Fact.objects.count()
    _, again = program.call("PUT", "/leads", {"leads": [told]})

    (made,), (same,) = first["results"], again["results"]
    assert (made["is_new"], same["is_new"], same["id"]) == (True, False, made["id"])
    assert Fact.objects.count() == facts
    status, read = program.call("GET", f"/leads/{made['id']}")
    assert status == 200
    assert (read["name"], read["tags"], read["owner"]) == ("Ada", ["fair"], "mia@team.example")


def test_each_lead_of_a_call_is_taken_or_refused_by_itself(program: Program) -> None:
    sent = [
        {"user_id": "u1", "facts": {"name": "One"}},
        {"facts": {"name": "Nobody"}},
        {"email": "no address"},
        {"user_id": "u2", "owner": "stranger@team.example"},
        {"user_id": "u3", "facts": {"name": "Nul\x00"}},
        {"email": "six@acme.example"},
    ]
    status, answer = program.call("PUT", "/leads", {"leads": sent})

    assert status == 200
    errors = [one["error"] for one in answer["results"]]
    assert [bool(error) for error in errors] == [False, True, True, True, True, False]
    assert "Nobody with the address stranger@team.example works here." in errors
    assert Lead.objects.count() == 2


def test_a_thousand_leads_in_one_call_and_no_more(program: Program) -> None:
    sent = [{"email": f"lead{n}@acme.example", "facts": {"name": f"L {n}"}} for n in range(1001)]
    assert program.call("PUT", "/leads", {"leads": sent})[0] == 422
    status, answer = program.call("PUT", "/leads", {"leads": sent[:1000]})

    assert status == 200
    assert len({one["id"] for one in answer["results"]}) == 1000
    assert Lead.objects.filter(name="L 7").count() == 1


def test_leads_are_paged_and_found(mark: User) -> None:
    program = Program(mark)
    sent = [{"email": f"lead{n}@acme.example", "facts": {"name": f"L {n}"}} for n in range(5)]
    program.call("PUT", "/leads", {"leads": sent})
    seen, after = [], ""
    while True:
        _, page = program.call("GET", f"/leads?limit=2&after={after}")
        seen += [one["name"] for one in page["leads"]]
        after = page["next"]
        if not after:
            break

    assert sorted(seen) == [f"L {n}" for n in range(5)]
    _, found = program.call("GET", "/leads?q=lead3@acme.example")
    assert [one["name"] for one in found["leads"]] == ["L 3"]


def test_who_may_not_export_does_not_page_through_all(program: Program, mark: User) -> None:
    sent = [{"email": f"lead{n}@acme.example"} for n in range(3)]
    program.call("PUT", "/leads", {"leads": sent})

    status, page = program.call("GET", "/leads?limit=2")
    refused, _ = program.call("GET", f"/leads?limit=2&after={page['next']}")

    assert (status, len(page["leads"]), refused) == (200, 2, 403)
    assert Program(mark).call("GET", f"/leads?limit=2&after={page['next']}")[0] == 200


def test_a_touch_is_logged(program: Program, handover: Handover) -> None:
    path = f"/leads/{handover.lead_id}/touches"
    assert program.call("POST", path, {"kind": "Called", "note": "Nice."})[0] == 201
    ahead = (clock.now() + timedelta(days=1)).isoformat()

    assert Activity.objects.get(name="Called").properties == {"note": "Nice."}
    assert program.call("POST", path, {"kind": "Mass mail"})[0] == 422
    assert program.call("POST", path, {"kind": "Met", "occurred_at": ahead})[0] == 409
    assert (
        program.call("POST", path, {"kind": "Met", "occurred_at": "2026-01-01T10:00:00"})[0] == 409
    )
    assert program.call("POST", "/leads/987654321/touches", {"kind": "Met"})[0] == 404


def test_an_offer_is_read_opened_and_accepted(
    program: Program,
    handover: Handover,
    mia: User,
) -> None:
    _, listed = program.call("GET", "/handovers")
    _, read = program.call("GET", f"/handovers/{handover.pk}")
    status, answered = program.call("POST", f"/handovers/{handover.pk}/acceptance", {"note": ""})

    assert [one["id"] for one in listed["handovers"]] == [handover.pk]
    assert read["brief"]["lead"]["name"] == "Ada"
    assert Opening.objects.get().by == mia
    assert (status, answered["ending"]) == (200, "acceptance")
    handover.lead.refresh_from_db()
    assert handover.lead.stage == Stage.SALES_ACCEPTED
    status, said = program.call("POST", f"/handovers/{handover.pk}/acceptance", {})
    assert (status, said) == (409, {"error": "Mia has already accepted Ada."})
    assert Acceptance.objects.count() == 1


def test_a_rejection_needs_a_reason_of_the_agreement(
    program: Program,
    handover: Handover,
) -> None:
    path = f"/handovers/{handover.pk}/rejection"
    assert program.call("POST", path, {"note": "No."})[0] == 422
    status, said = program.call("POST", path, {"reason": "Do not like them"})
    assert status == 409
    assert "Please choose one of the agreement’s reasons" in said["error"]
    assert program.call("POST", path, {"reason": "No need yet", "note": "May"})[0] == 200

    assert Rejection.objects.get().note == "May"


@pytest.mark.parametrize("body", ["", "{", "[]", '{"leads": []}', '{"leads": [{"e": 1}]}', "\x00"])
def test_what_cannot_be_read_is_refused(program: Program, body: str) -> None:
    answer = program.client.put(
        "/api/v1/leads", body, content_type="application/json",
        headers={"Authorization": f"Bearer {program.text}"},
    )  # fmt: skip

    assert answer.status_code in {400, 422}


def test_a_body_that_is_too_large_is_refused(program: Program) -> None:
    note = "x" * (3 * 1024 * 1024)

    status, said = program.call(
        "PUT", "/leads", {"leads": [{"email": "a@b.example", "facts": {"n": note}}]}
    )

    assert status == 413
    assert "Send fewer leads" in said["error"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda some: (
        st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=9), some, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.dictionaries(st.text(max_size=30), _JSON, max_size=4), email=_JSON, user=_JSON)
def test_whatever_is_sent_is_answered(program: Program, facts: Any, email: Any, user: Any) -> None:
    sent = {"leads": [{"facts": facts, "email": email, "user_id": user}]}

    assert program.call("PUT", "/leads", sent)[0] in {200, 400, 422}


def test_the_description_is_there_for_tools(agreed: Published) -> None:
    told = Client().get("/api/v1/openapi.json").json()

    assert set(told["paths"]) >= {"/api/v1/leads", "/api/v1/handovers/{pk}/acceptance"}


def test_a_key_is_made_shown_once_and_revoked_on_a_page(mia: User, nils: User) -> None:
    page = Client()
    page.force_login(mia)
    answer = page.post("/profile/keys/", {"name": "Sync", "may_write": "on"})
    key = ApiKey.objects.get()

    assert "hrk_" in answer.content.decode()
    assert "hrk_" not in page.get("/profile/keys/").content.decode()
    other = Client()
    other.force_login(nils)
    assert other.post(f"/profile/keys/{key.pk}/revocation/").status_code == 404
    assert page.post(f"/profile/keys/{key.pk}/revocation/").status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
