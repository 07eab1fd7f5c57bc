"""Every address of the product, asked by every role. A new address must be entered here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.desk.things import people, things

__all__ = ["people", "things"]
pytestmark = pytest.mark.django_db
EVERYBODY = "mark mia sal rita vera"
WORKING = "mark mia sal rita"
SELLING = "mia sal rita"
REVENUE_OPERATIONS = "rita"
EQUIPPING = "mark rita"
NURTURING = "mark rita"
ENABLING = ("playbook", "script", "asset", "key_message")


@dataclass(frozen=True)
class Address:
    """An address, the thing it is about, who may, and what they then get."""

    name: str
    may: str
    about: str = ""
    method: str = "get"
    status: int = 200


def post(name: str, may: str, about: str = "", status: int = 302) -> Address:
    return Address(name, may, about, "post", status)


ADDRESSES = [
    Address("today", EVERYBODY),
    Address("inbox", EVERYBODY),
    Address("queue", EVERYBODY),
    Address("inbox_brief", EVERYBODY, "handover"),
    Address("handover", EVERYBODY, "handover"),
    post("opening", EVERYBODY, "handover", 204),
    post("mailing", EVERYBODY, "handover"),
    post("acceptance", SELLING, "handover"),
    post("rejection", SELLING, "handover"),
    post("claiming", SELLING, "handover"),
    post("handing_on", SELLING, "handover"),
    post("taking_back", SELLING, "handover"),
    post("touch", WORKING, "handover"),
    post("handover_note", WORKING, "handover"),
    post("passing_on", SELLING, "lead"),
    post("handover_questions", SELLING, "handover"),
    post("contest", WORKING, "handover"),
    Address("questions", EVERYBODY),
    Address("weekly", EVERYBODY),
    Address("targets", EVERYBODY),
    Address("reports", EVERYBODY, status=302),
    Address("report_files", "mark rita"),
    post("report_wish", EVERYBODY),
    Address("velocity", EVERYBODY),
    Address("sleeping", EVERYBODY),
    Address("speed_to_touch", EVERYBODY),
    Address("velocity_leads", EVERYBODY, status=404),
    Address("keeping", EVERYBODY),
    Address("keeping_handovers", EVERYBODY),
    Address("funnel", EVERYBODY),
    Address("funnel_leads", EVERYBODY),
    Address("funnel_compare", EVERYBODY),
    post("standing_refreshing", EVERYBODY),
    Address("standing_state", EVERYBODY),
    post("weekly_decisions", WORKING, status=200),
    post("decision_doing", WORKING, "decision"),
    post("decision_removal", WORKING, "decision"),
    post("question_answer", WORKING, "question"),
    post("question_taking_back", SELLING, "question"),
    post("ruling", REVENUE_OPERATIONS, "contest"),
    Address("leads", EVERYBODY),
    Address("new_lead", WORKING),
    Address("lead", EVERYBODY, "lead"),
    Address("background", EVERYBODY, "lead"),
    Address("missing", EVERYBODY, "lead"),
    Address("timeline", EVERYBODY, "lead"),
    Address("edit_lead", WORKING, "lead"),
    post("tags", WORKING, "lead"),
    post("activities", WORKING, "lead"),
    post("owner", WORKING, "lead"),
    Address("answers", SELLING, "lead"),
    post("answer_withdrawal", SELLING, "answer"),
    Address("frameworks", EVERYBODY),
    Address("new_framework", REVENUE_OPERATIONS),
    Address("framework", REVENUE_OPERATIONS, "framework"),
    post("framework_removal", REVENUE_OPERATIONS, "framework"),
    post("moves", SELLING, "lead"),
    Address("consents", WORKING, "lead"),
    Address("lead_consent", EVERYBODY, "lead"),
    Address("purposes", NURTURING),
    Address("new_purpose", NURTURING),
    Address("purpose", NURTURING, "purpose"),
    post("purpose_retirement", NURTURING, "purpose"),
    post("purpose_topics", NURTURING, "purpose"),
    post("purpose_topic", NURTURING, "topic"),
    Address("suppressions", NURTURING),
    post("suppression_lifting", NURTURING, "suppression"),
    Address("new_suppression_list", NURTURING),
    Address("suppression_list", NURTURING, "suppression_list"),
    post("suppression_list_doing", NURTURING, "suppression_list"),
    Address("merges", WORKING, "lead"),
    post("undoing", WORKING, "merge"),
    post("judgement", WORKING, "activity"),
    post("clearing", REVENUE_OPERATIONS, "parked"),
    Address("companies", EVERYBODY),
    Address("company", EVERYBODY, "company"),
    post("rating", SELLING, "handover"),
    post("company_tags", WORKING, "company"),
    Address("company_timeline", EVERYBODY, "company"),
    post("company_owner", WORKING, "company"),
    Address("edit_company", WORKING, "company"),
    Address("lists", EVERYBODY),
    Address("list", EVERYBODY, "list"),
    Address("new_list", WORKING),
    Address("new_fixed_list", WORKING),
    Address("edit_list", REVENUE_OPERATIONS, "list"),
    post("list_count", WORKING, status=200),
    post("list_removal", REVENUE_OPERATIONS, "list"),
    post("list_working_out", EVERYBODY, "list"),
    post("lead_lists", WORKING, "lead"),
    Address("messages", EVERYBODY),
    Address("new_message", EQUIPPING),
    Address("house", EQUIPPING),
    Address("message", EVERYBODY, "mail"),
    Address("message_settings", EQUIPPING, "mail"),
    Address("message_versions", EVERYBODY, "mail"),
    post("message_check", EQUIPPING, "mail", 200),
    post("message_sheet", EQUIPPING, "mail", 200),
    post("message_test", EQUIPPING, "mail", 200),
    post("message_retirement", EQUIPPING, "mail"),
    post("mail_confirmation", EQUIPPING, "mail_citation"),
    post("lead_journeys", WORKING, "lead"),
    Address("forms", EVERYBODY),
    Address("new_form", EQUIPPING),
    Address("form", EVERYBODY, "form"),
    Address("edit_form", EQUIPPING, "form"),
    post("form_preview", EQUIPPING, "form", 200),
    post("form_closing", EQUIPPING, "form"),
    post("submission_release", EQUIPPING, "submission"),
    Address("bulks", WORKING),
    post("bulk_choice", WORKING),
    Address("helps", EVERYBODY, "lead"),
    post("uses", WORKING, "lead", 404),
    Address("enablement", EVERYBODY),
    Address("works", EVERYBODY),
    *[Address(f"{noun}s", EVERYBODY) for noun in ENABLING],
    *[Address(f"new_{noun}", EQUIPPING) for noun in ENABLING],
    *[Address(noun, EVERYBODY, noun) for noun in ENABLING],
    *[post(f"{noun}_retirement", EQUIPPING, noun) for noun in ENABLING],
    post("script_preview", EQUIPPING, status=200),
    post("playbook_holding", EQUIPPING, status=200),
    post("confirmation", EQUIPPING, "citation"),
    Address("asset_file", EVERYBODY, "asset"),
    Address("journal", REVENUE_OPERATIONS),
    Address("people", REVENUE_OPERATIONS),
    Address("new_person", REVENUE_OPERATIONS),
    Address("person", REVENUE_OPERATIONS, "person"),
    post("deactivation", REVENUE_OPERATIONS, "person"),
    post("password", REVENUE_OPERATIONS, "person"),
    post("team", REVENUE_OPERATIONS),
    Address("team_hours", REVENUE_OPERATIONS, "team"),
    Address("keys", REVENUE_OPERATIONS),
    post("revocation", REVENUE_OPERATIONS, "key"),
    Address("profile", EVERYBODY),
    Address("api_keys", EVERYBODY),
    Address("lead_notes", EVERYBODY, "lead"),
    Address("company_notes", EVERYBODY, "company"),
    Address("note", WORKING, "note"),
    post("note_removal", WORKING, "note"),
    Address("people_to_mention", EVERYBODY),
    Address("tasks", EVERYBODY),
    Address("task", EVERYBODY, "task"),
    post("task_doing", WORKING, "task"),
    post("task_handing", WORKING, "task", 404),
    post("task_removal", WORKING, "task"),
    Address("notifications", EVERYBODY),
    Address("bell", EVERYBODY),
    post("reading_all", EVERYBODY),
    Address("chats", REVENUE_OPERATIONS),
    post("chat_removal", REVENUE_OPERATIONS, "chat"),
    Address("preferences", EVERYBODY),
    post("calendar_address", EVERYBODY, status=200),
    Address("lead_post", EVERYBODY, "lead", status=302),
    Address("new_letter", WORKING, "lead"),
    Address("letter", EVERYBODY, "letter"),
    post("letter_undoing", "mark rita", "letter"),
    post("letter_sending", "mark rita", "letter"),
    Address("new_meeting", WORKING, "lead"),
    Address("meeting", EVERYBODY, "meeting"),
    post("meeting_calling_off", "mark rita", "meeting"),
    post("meeting_answer", WORKING, "meeting"),
    Address("sends", EVERYBODY),
    post("send_settling", NURTURING, "send", status=400),
    Address("sending_limits", EQUIPPING),
    post("sending_limits_preview", EQUIPPING, status=200),
    Address("mail_settings", REVENUE_OPERATIONS),
    post("mail_testing", REVENUE_OPERATIONS),
    Address("team_server", REVENUE_OPERATIONS, "team"),
    post("outgoing_sending", REVENUE_OPERATIONS, "outgoing"),
    Address("pipeline", EVERYBODY),
    Address("deals", EVERYBODY),
    Address("new_deal", SELLING),
    Address("deal", EVERYBODY, "deal"),
    Address("edit_deal", SELLING, "deal"),
    post("deal_stage", SELLING, "deal"),
    Address("win_deal", SELLING, "deal"),
    Address("lose_deal", SELLING, "deal"),
    post("deal_reopening", SELLING, "deal"),
    post("deal_purchases", SELLING, "deal"),
    post("purchase_ending", SELLING, "purchase"),
    post("purchase_withdrawal", SELLING, "purchase"),
    Address("pipeline_settings", REVENUE_OPERATIONS),
    post("pipeline_stages", REVENUE_OPERATIONS),
    post("pipeline_stage", REVENUE_OPERATIONS, "stage"),
    post("lost_reasons", REVENUE_OPERATIONS),
    post("lost_reason", REVENUE_OPERATIONS, "reason"),
    Address("journeys", EVERYBODY),
    Address("new_journey", EQUIPPING),
    Address("journey", EVERYBODY, "journey"),
    *[
        Address(f"journey_{page}", EQUIPPING, "journey")
        for page in ("draft", "rules", "text", "kinds", "walk", "publishing")
    ],
    Address("journey_suggestions", EQUIPPING),
    Address("journey_simulation", EVERYBODY, "journey"),
    post("journey_undoing", EQUIPPING, "journey"),
    post("journey_state", EQUIPPING, "journey", 404),
    Address("enrolment", EVERYBODY, "enrolment"),
    post("enrolment_leaving", WORKING, "enrolment"),
    Address("patterns", EVERYBODY),
    Address("reviews", EVERYBODY),
    Address("review", EVERYBODY, "review"),
    Address("review_progress", EVERYBODY, "review"),
    post("review_taking", WORKING, "review"),
    post("review_dismissal", WORKING, "review"),
    Address("mail_answers", EVERYBODY),
    post("mail_answer_ruling", "mark rita", "answer_to_mail"),
    post("mail_answer_rulings", "mark rita", status=404),
    post("mail_beliefs", "mark rita", status=404),
    Address("value", EVERYBODY),
    Address("value_costs", EVERYBODY),
    post("value_costs_told", WORKING, status=200),
    post("value_assumed", REVENUE_OPERATIONS, status=200),
    Address("attribution", EVERYBODY),
    Address("learned", EVERYBODY),
    post("learned_asking", "mark mia sal rita", status=200),
    Address("learned_disagreeing", EVERYBODY, "learned_way"),
    Address("learned_progress", EVERYBODY, "learning"),
    Address("account_change_password", EVERYBODY),
]
# Open to everybody, signed in or not, or looked at in the tests of their own step.
ELSEWHERE = {
    "account_login", "account_logout", "account_inactive", "account_reauthenticate",
    "account_signup", "openapi-json", "api-root", "api_key_revocation", "calendar", "reading",
    "consent_confirmation", "consent_preferences", "mail_hook", "content", "form_thanks",
    "report", "report_rest", "report_table", "hosted_form", "tracker", "click", "opening_of_mail",
    "unsubscription",
}  # fmt: skip
OTHER_STEPS = (
    "agreement", "draft", "rehearsal", "import", "drop", "new_import", "feedback", "export",
    "api_", "bulk", "journey_step", "journey_version", "journey_simulation_",
)  # fmt: skip


def names(resolver: URLResolver | None = None) -> Iterator[str]:
    """The name of every address that the product answers to."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry)
        elif isinstance(entry, URLPattern):
            yield str(entry.name)


def test_every_address_is_in_the_table() -> None:
    listed = {address.name for address in ADDRESSES} | ELSEWHERE

    missing = {name for name in names() if name not in listed and not name.startswith(OTHER_STEPS)}

    assert not missing, f"Say in ADDRESSES who may open {sorted(missing)}."


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_only_who_may_gets_in(
    address: Address, things: dict[str, int | str], people: dict[str, User]
) -> None:
    url = reverse(address.name, args=[things[address.about]] if address.about else [])

    stranger = ask(Client(), address, url)
    got = {name: ask(client_of(user), address, url).status_code for name, user in people.items()}

    if address.name != "today":
        assert stranger.status_code == 302
        assert stranger.headers["Location"].startswith("/account/login/")
    allowed = address.may.split()
    assert got == {name: address.status if name in allowed else 403 for name in people}


def ask(client: Client, address: Address, url: str) -> Any:
    answer = client.post(url) if address.method == "post" else client.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)  # so that the file behind it is closed
    return answer


@pytest.mark.parametrize(
    "address", [one for one in ADDRESSES if one.method == "post"], ids=lambda address: address.name
)
def test_what_changes_something_cannot_be_reached_by_a_link(
    address: Address, things: dict[str, int | str], people: dict[str, User]
) -> None:
    url = reverse(address.name, args=[things[address.about]] if address.about else [])

    assert client_of(people["rita"]).get(url).status_code == 405


@pytest.mark.parametrize("name", sorted({one.name for one in ADDRESSES if one.about}))
def test_what_does_not_exist_is_not_found(name: str, people: dict[str, User]) -> None:
    address = next(one for one in ADDRESSES if one.name == name)

    assert (
        ask(client_of(people["rita"]), address, reverse(name, args=[987654321])).status_code == 404
    )
