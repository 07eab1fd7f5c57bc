"""A submission is stored first, then becomes a lead, facts, an activity and consents, whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handraise.consent.models import Confirmation, Purpose
from handraise.forms import taking
from handraise.forms.actions import publish
from handraise.forms.decide import State
from handraise.forms.models import Form, Submission
from handraise.forms.submitting import Sent, Unclear, submit
from handraise.forms.taking import take, take_waiting
from handraise.leads.models import Activity, Attention, Consent, Lead
from handraise.leads.queries import facts_of
from handraise.leads.record import record
from handraise.team.models import User
from tests.forms.conftest import ADA, HOW, MINUTE, NEWS, ada, document, form, sent, submitted
from tests.leads.said import did
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def test_what_was_said_becomes_an_activity_with_facts(guide: Form) -> None:
    done = submitted(guide, size="1,200", message="Call me <b>soon</b>")

    activity = Activity.objects.get(name="Form Submitted")
    assert activity.properties["form"] == "guide"
    assert activity.properties["version"] == 1
    assert activity.properties["fields"]["message"] == "Call me <b>soon</b>"
    told = {fact.name: fact.value for fact in facts_of(ada())}
    assert (told["first_name"], told["email"]) == ("Ada", "ada@engines.example")
    assert ada().company is not None
    assert ada().company.employees == 1200
    assert (done.state, done.lead) == (State.TAKEN, ada())
    assert Attention.objects.filter(lead_id=ada().pk).exists()


def test_where_it_was_sent_from_is_told(guide: Form) -> None:
    more = {"page": "https://tide.example/guide", "utm": {"source": "fair"}}
    found = submit(guide, sent(guide, ADA, **more), at=NOON)
    assert isinstance(found, Submission)
    take(found, at=NOON)

    told = Activity.objects.get(name="Form Submitted").properties
    assert (told["page"], told["utm"]) == ("https://tide.example/guide", {"source": "fair"})


def test_the_same_answers_from_the_same_page_are_one_submission(guide: Form) -> None:
    posted = sent(guide, ADA)
    first, second = (submit(guide, posted, at=NOON) for _ in range(2))
    for one in (first, second):
        assert isinstance(one, Submission)
        take(one, at=NOON)

    assert first == second
    assert Activity.objects.filter(name="Form Submitted").count() == 1


def test_other_answers_from_the_same_page_are_another(guide: Form) -> None:
    posted = sent(guide, ADA)
    submit(guide, posted, at=NOON)
    submit(guide, Sent({**ADA, "message": "And this"}, ticket=posted.ticket), at=NOON)

    assert Submission.objects.count() == 2


def test_a_submission_names_the_version_that_was_on_the_screen(guide: Form, mark: User) -> None:
    posted = sent(guide, {**ADA, "message": "Old"})
    publish(guide, document(heading="New"), name="Guide", seen=2, by=mark, **HOW)
    guide.refresh_from_db()

    found = submit(guide, posted, at=NOON)

    assert isinstance(found, Submission)
    assert found.version.number == 1
    assert guide.published is not None
    assert guide.published.number == 2


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("e-mail", "ada at engines", "That is not an e-mail address"),
        ("e-mail", "ada@engines.example\nBcc: x@y.example", "One line"),
        ("e-mail", "", "Please give your e-mail address."),
        ("first-name", "A\0da", "no text"),
        ("first-name", "x" * 256, "At most 255 characters"),
        ("size", "many", "A number, please"),
        ("size", "1e400", "too large"),
        ("message", "x" * 1_000_000, "At most 5,000 characters"),
    ],
)
def test_what_is_unclear_is_said_at_its_question(
    guide: Form, name: str, typed: str, said: str
) -> None:
    found = submit(guide, sent(guide, {**ADA, name: typed}), at=NOON)

    assert isinstance(found, Unclear)
    assert said in found.faults[name]
    assert not Submission.objects.exists()


def test_a_choice_nobody_offered_is_refused(mark: User) -> None:
    made = form(mark, document(asked_at_once=0))

    found = submit(made, sent(made, {**ADA, "when": "=cmd()"}), at=NOON)

    assert isinstance(found, Unclear)
    assert list(found.faults) == ["when"]


def test_a_ticket_of_another_form_or_too_old_stores_nothing(guide: Form, mark: User) -> None:
    other = form(mark, code="other")
    old = sent(guide, ADA, NOON - timedelta(days=8))

    assert isinstance(submit(other, sent(guide, ADA), at=NOON), Unclear)
    assert isinstance(submit(guide, old, at=NOON), Unclear)
    assert isinstance(submit(guide, Sent(ADA, ticket="forged:1:2"), at=NOON), Unclear)
    assert not Submission.objects.exists()


def test_what_could_not_be_recorded_stays_stored_and_is_tried_again(
    guide: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = submit(guide, sent(guide, ADA), at=NOON)
    assert isinstance(found, Submission)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("The disk is full.")

    with monkeypatch.context() as once:
        once.setattr(taking, "hand_over", broken)
        assert take(found, at=NOON).state == State.WAITING
    assert not Lead.objects.exists()  # whole or not at all
    assert take_waiting(at=NOON) == 0  # whoever stored it may still be at it

    assert take_waiting(at=NOON + MINUTE) == 1
    found.refresh_from_db()
    assert (found.state, found.attempts) == (State.TAKEN, 1)


def test_what_fails_again_and_again_is_shown_to_people(
    guide: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "record", None)
    found = submit(guide, sent(guide, ADA), at=NOON)
    assert isinstance(found, Submission)

    for place in range(5):
        take_waiting(at=NOON + (place + 1) * MINUTE)

    found.refresh_from_db()
    assert found.state == State.FAILED
    assert "could not be recorded" in found.why


def test_an_anonymous_visit_becomes_theirs(guide: Form) -> None:
    record([did("page", anonymous_id="v-1")], at=NOON)
    found = submit(guide, sent(guide, ADA, anonymous_id="v-1"), at=NOON)
    assert isinstance(found, Submission)
    take(found, at=NOON)

    mine = Activity.objects.filter(identity__lead__canonical=ada())
    assert set(mine.values_list("name", flat=True)) == {"page", "Form Submitted"}


def test_a_ticked_box_asks_the_mailbox_before_it_is_consent(mark: User) -> None:
    made = form(mark, document(consents=(NEWS,)))

    submitted(made, consent_0="yes")

    asked = Confirmation.objects.get()
    assert (asked.address, asked.purpose) == ("ada@engines.example", "newsletter")
    assert asked.wording == "Send me the newsletter."
    assert not Consent.objects.exists()


def test_a_box_that_was_not_ticked_says_nothing(mark: User) -> None:
    made = form(mark, document(consents=(NEWS,)))

    submitted(made)

    assert not Confirmation.objects.exists()
    assert not Consent.objects.exists()


def test_a_purpose_that_needs_no_confirmation_is_agreed_to_at_once(mark: User) -> None:
    Purpose.objects.filter(code="newsletter").update(needs_confirmation=False)
    submitted(form(mark, document(consents=(NEWS,))), consent_0="on")

    agreed = Consent.objects.get()
    assert (agreed.purpose, agreed.is_given) == ("newsletter", True)
    assert agreed.wording == "Send me the newsletter."
    assert agreed.source.name == "Form Guide"


def test_a_purpose_given_up_since_hinders_nothing_else(mark: User) -> None:
    made = form(mark, document(consents=(NEWS,)))
    Purpose.objects.filter(code="newsletter").update(retired_at=NOON)

    done = submitted(made, consent_0="on")

    assert done.state == State.TAKEN
    assert "The consent to newsletter was not noted" in done.why
