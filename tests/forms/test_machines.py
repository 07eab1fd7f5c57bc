"""Machines are held back, kept and visible; a person who was taken for one is let through."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.forms import links
from handraise.forms.actions import release
from handraise.forms.decide import MOST_A_WINDOW, Caught, Refused, State
from handraise.forms.models import Form, Submission, Turn
from handraise.forms.submitting import Sent, submit
from handraise.forms.taking import take
from handraise.forms.turns import forget_old
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Activity, Lead
from handraise.team.models import User
from tests.forms.conftest import ADA, HOW, ada, document, form, sent, stranger, submitted
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def held_back(made: Form, posted: Sent) -> Caught | None:
    found = submit(made, posted, at=NOON)
    assert isinstance(found, Submission)
    take(found, at=NOON)
    assert not Lead.objects.exists()
    return Caught(found.caught) if found.caught else None


def test_who_fills_in_what_cannot_be_seen_is_held_back(guide: Form) -> None:
    assert held_back(guide, sent(guide, ADA, honeypot="x")) is Caught.HONEYPOT


def test_who_is_faster_than_hands_is_held_back(guide: Form) -> None:
    names = ["first-name", "last-name", "e-mail"]
    ticket = links.ticket("guide", 1, names, [], at=NOON - timedelta(seconds=1))

    assert held_back(guide, Sent(ADA, ticket=ticket)) is Caught.TOO_QUICK


def test_a_program_that_says_so_is_held_back(guide: Form) -> None:
    assert held_back(guide, sent(guide, ADA, robot="user agent of curl")) is Caught.ROBOT


def test_without_a_page_it_is_held_back_where_no_html_was_copied(mark: User) -> None:
    made = form(mark, document(takes_plain_html=False))

    assert held_back(made, Sent(ADA)) is Caught.NO_TICKET


def test_one_address_again_and_again_is_held_back(guide: Form) -> None:
    done = [submitted(guide, message=f"{place}") for place in range(7)]

    assert [one.state for one in done] == [State.TAKEN] * 5 + [State.SPAM] * 2
    assert {one.caught for one in done[5:]} == {"too_many"}


def test_this_was_a_person(guide: Form, mark: User) -> None:
    found = submit(guide, sent(guide, ADA, honeypot="x"), at=NOON)
    assert isinstance(found, Submission)
    later = NOON + timedelta(days=1)

    done = release(found, by=mark, at=later, via=Via.WEB)

    activity = Activity.objects.get(name="Form Submitted")
    assert (done.state, done.released_by, done.lead) == (State.TAKEN, mark, ada())
    assert (activity.occurred_at, activity.known_at) == (NOON, later)
    with pytest.raises(Refused, match="taken already"):
        release(found, by=mark, **HOW)


def test_too_much_from_one_place_waits_and_loses_nothing(guide: Form) -> None:
    client = stranger()
    for _ in range(MOST_A_WINDOW):
        assert client.post("/forms/guide/", {"e-mail": "x"}).status_code == 422

    answer = client.post("/forms/guide/", ADA)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "600"
    assert 'value="Lovelace"' in answer.content.decode()
    assert stranger().post("/forms/guide/", ADA, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_places_are_kept_as_digests_and_not_for_long(guide: Form) -> None:
    stranger().post("/forms/guide/", ADA, REMOTE_ADDR="203.0.113.77")

    assert "203" not in Turn.objects.get().place
    assert forget_old(at=clock.now() + timedelta(days=2)) == 1
