"""The inbox without a script: what it shows, what it records, what it answers when too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from handraise.agreement.queries import Published
from handraise.desk.queue import Queue, in_words, tag_of, waiting
from handraise.handover.actions import accept
from handraise.handover.models import Acceptance, Handover, Opening
from handraise.kit import clock
from handraise.leads.actions import edit_lead
from handraise.leads.decide import Stage, Via
from handraise.post.models import Outgoing
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.desk.conftest import client_of, filled, offered
from tests.personas import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(mia: User) -> Client:
    return client_of(mia)


def test_an_acceptance_makes_the_lead_mine(client: Client, handover: Handover, mia: User) -> None:
    answer = client.post(f"/handover/{handover.pk}/acceptance/", follow=True)

    assert "Ada</a> is yours." in answer.content.decode()
    handover.lead.refresh_from_db()
    assert (handover.lead.stage, handover.lead.owner) == (Stage.SALES_ACCEPTED, mia)


def test_who_comes_second_is_told_who_was_first(
    client: Client, handover: Handover, mia: User
) -> None:
    accept(handover, by=mia, at=clock.now(), via=Via.WEB)

    answer = client.post(f"/handover/{handover.pk}/acceptance/", follow=True)

    assert "Mia has already accepted Ada." in answer.content.decode()
    assert Acceptance.objects.count() == 1


def test_nobody_answers_for_a_colleague(handover: Handover, sal: User) -> None:
    answer = client_of(sal).post(f"/handover/{handover.pk}/acceptance/", follow=True)

    assert answer.status_code in {200, 403}
    assert not Acceptance.objects.exists()


def test_a_manager_answers_for_the_team(
    handover: Handover, sales_team: Team, client: Client
) -> None:
    tess = person("Tess", Role.SALES_DEVELOPMENT, team=sales_team, is_manager=True)

    page = client_of(tess).get("/inbox/").content.decode()
    assert "Why Mia." in page
    client_of(tess).post(f"/handover/{handover.pk}/acceptance/")

    assert Acceptance.objects.get().by == tess


def test_opening_a_brief_leaves_a_receipt_of_its_assignee_only(
    client: Client, handover: Handover, mia: User, rita: User
) -> None:
    client_of(rita).get(f"/inbox/{handover.pk}/")
    assert not Opening.objects.exists()

    client.get("/inbox/")
    assert not Opening.objects.exists()

    client.get(f"/inbox/{handover.pk}/")
    assert [opening.by for opening in Opening.objects.all()] == [mia]


def test_what_was_sent_stays_as_it_was_sent(client: Client, handover: Handover, rita: User) -> None:
    edit_lead(handover.lead, facts={"title": "Gardener"}, by=rita, at=clock.now(), via=Via.WEB)

    page = client.get(f"/handover/{handover.pk}/").content.decode()

    assert "Head of Operations" in page
    assert "Gardener" not in page


def test_the_poll_is_silent_while_nothing_changed(client: Client, handover: Handover) -> None:
    first = client.get("/inbox/queue/")
    tag = first.content.decode().split("tag=")[1].split("&")[0]
    assert client.get(f"/inbox/queue/?tag={tag}").status_code == 204

    offered("Ben")

    assert "Ben" in client.get(f"/inbox/queue/?tag={tag}").content.decode()


def test_the_clock_runs_in_the_working_time_of_who_was_asked(handover: Handover) -> None:
    at = handover.offered_at
    handover.assignee.hours = {}
    handover.due_at = at + timedelta(hours=4)

    offers = [waiting(handover, at=at + timedelta(hours=hours)) for hours in (0, 3, 5)]
    fresh, soon, late = (one.clock for one in offers)

    assert (fresh.words, fresh.kind, fresh.share) == ("4:00", "accent", 1.0)
    assert (soon.words, soon.kind, soon.share) == ("1:00", "bad", 0.25)
    assert (late.words, late.kind, late.share) == ("late", "bad", 0.0)
    assert tag_of(Queue(offers[:1], 1)) != tag_of(Queue(offers[1:2], 1))


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=1, minutes=12), "1 h 12 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(seconds=20), "less than a minute"),
    ],
)
def test_time_left_in_words(left: timedelta, said: str) -> None:
    assert in_words(left) == said


def test_an_empty_inbox_says_what_comes_next(agreed: Published, client: Client) -> None:
    page = client.get("/inbox/").content.decode()

    assert "Nothing waits for you" in page


def test_the_page_of_the_lead_leads_to_its_offer(handover: Handover, mia: User, mark: User) -> None:
    answer = f'href="/inbox/{handover.pk}/"'

    assert answer in client_of(mia).get(f"/lead/{handover.lead_id}/").content.decode()
    assert answer not in client_of(mark).get(f"/lead/{handover.lead_id}/").content.decode()


def test_a_brief_of_an_older_release_is_shown(handover: Handover, mia: User) -> None:
    old = {"format": 1, "why_now": "They asked.", "lead": {"name": "Ada"}, "unknown": ["budget"]}
    Handover.objects.filter(pk=handover.pk).update(brief=old)

    page = client_of(mia).get(f"/handover/{handover.pk}/")

    assert "They asked." in page.content.decode()
    assert "What to say and send" not in page.content.decode()


def test_what_the_brief_holds_is_shown_escaped(handover: Handover, mia: User) -> None:
    filled(handover)

    page = client_of(mia).get(f"/inbox/{handover.pk}/").content.decode()

    for told in (
        "Pages that show intent", "&lt;b&gt;Prices", "Mails they opened", "Best time",
        "<mark>⟨lead.x is not known⟩</mark> &lt;i&gt;", "Who decides?", "It &lt;u&gt;hurts",
        "What was found out", "Called", "Mail it to me",
    ):  # fmt: skip
        assert told in page


def test_the_brief_is_mailed_by_a_press(handover: Handover, mia: User) -> None:
    client = client_of(mia)

    page = client.post(f"/handover/{handover.pk}/mailing/", follow=True).content.decode()
    part = client.post(f"/handover/{handover.pk}/mailing/", headers={"HX-Request": "true"})

    assert f"on its way to {mia.email}" in page
    assert part.status_code == 200
    assert Outgoing.objects.filter(subject="Brief: Ada").exists()
