"""Asking for the routes to be tried, waiting for it, reading it; who may."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.agreement.actions import change_draft, propose, save_draft
from handraise.agreement.models import Version
from handraise.agreement.queries import Published
from handraise.feedback.routing.actions import Asked, ask
from handraise.feedback.routing.making import run
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.routing.queries import stale_because
from handraise.feedback.work import State
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.team.models import Team, User
from tests.feedback.routing.conftest import BEGIN, DAY, END, HOUR, NOW, handed
from tests.personas import NOON
from tests.world import AGREEMENT, in_force

pytestmark = pytest.mark.django_db
WISH = {"since": "2026-03-04", "until": "2026-03-31", "times": "2"}


@pytest.fixture
def version(agreed: Published, mark: User) -> Version:
    return propose(AGREEMENT, note="", by=mark, at=NOW, via=Via.WEB)


@pytest.fixture
def made(version: Version, mia: User, mark: User) -> RouteRehearsal:
    for number in range(12):
        handed(f"Lead{number}", mia, NOON + number * DAY)
    return run(asked(version, mark).pk, at=NOW)


def asked(version: Version, by: User) -> RouteRehearsal:
    return ask(version, Asked(BEGIN, END), by=by, at=NOW, via=Via.WEB)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, made: RouteRehearsal) -> str:
    path = reverse("agreement_routes_tried", args=[made.version.number, made.pk])
    answer = client_of(user).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_asking_leaves_a_row_a_job_and_a_line(version: Version, mark: User) -> None:
    path = reverse("agreement_routes", args=[version.number])

    answer = client_of(mark).post(path, {**WISH, "everybody_there": "on"})

    made = RouteRehearsal.objects.get()
    assert answer.headers["Location"] == f"{path}{made.pk}/"
    assert (made.state, made.times, made.everybody_there) == (State.WAITING, 2, True)
    assert (made.begin, made.end) == (BEGIN, END)
    job = ProcrastinateJob.objects.get(task_name="feedback.routing.run")
    assert (job.args, job.queue_name) == ({"rehearsal_id": made.pk}, "evidence")
    assert JournalLine.objects.get(kind="feedback.routes_asked").by == mark
    assert "Waiting for the worker" in page(mark, made)


def test_the_page_says_who_gets_what_beside_what_is_in_force(
    made: RouteRehearsal, vera: User
) -> None:
    shown = page(vera, made)

    assert "Everybody would get their share" in shown
    assert "Version 1" in shown
    assert shown.count('<svg class="chart"') == 2
    assert "History knows of no answered offer" not in shown
    assert "before: 12 offers of everybody" in shown
    assert "ask again" not in shown


def test_every_address_of_it_is_for_those_who_may(
    made: RouteRehearsal, mark: User, mia: User, sal: User, rita: User, vera: User
) -> None:
    number, pk = made.version.number, made.pk
    paths = [
        reverse("agreement_routes", args=[number]),
        reverse("agreement_routes_tried", args=[number, pk]),
        reverse("agreement_routes_progress", args=[number, pk]),
    ]

    for path in paths:
        assert Client().get(path).status_code == 302
        assert {client_of(one).get(path).status_code for one in (mark, mia, sal, rita, vera)} == {
            200
        }
    assert client_of(vera).post(paths[0], WISH).status_code == 403
    assert client_of(mark).get(paths[1].replace(str(pk), "999999")).status_code == 404
    assert client_of(mark).get(reverse("agreement_routes", args=[99])).status_code == 404


def test_a_draft_that_one_may_not_see_is_not_told_of(
    agreed: Published, mark: User, vera: User
) -> None:
    draft = save_draft(AGREEMENT, note="", by=mark, at=NOW, via=Via.WEB)
    mine = asked(draft, mark)
    path = reverse("agreement_routes_tried", args=[draft.number, mine.pk])

    assert client_of(mark).get(path).status_code == 200
    assert client_of(vera).get(path).status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": "2026-04-30"}, "The first day of the period lies after the last."),
        ({"since": "2098-01-01", "until": "2098-02-01"}, "in the future"),
        ({"since": "1066-10-14"}, "Choose a day of this century."),
        ({"since": "2025-01-01"}, "longer than half a year"),
        ({"times": "9"}, "Select a valid choice"),
        ({"since": "\x00"}, "Enter a valid date"),
    ],
)
def test_what_cannot_be_tried_is_said_beside_what_was_typed(
    version: Version, mark: User, given: dict[str, str], said: str
) -> None:
    path = reverse("agreement_routes", args=[version.number])

    answer = client_of(mark).post(path, {**WISH, **given}).content.decode()

    assert said in answer
    assert 'value="2026-03-31"' in answer or "until" in given
    assert not RouteRehearsal.objects.exists()


def test_two_who_ask_together_wait_for_one(version: Version, mark: User, rita: User) -> None:
    assert asked(version, mark) == asked(version, rita)
    assert RouteRehearsal.objects.count() == 1


def test_it_is_made_once_and_can_be_stopped_and_begun_anew(
    version: Version, mia: User, mark: User
) -> None:
    handed("Ada", mia, NOON)
    mine = asked(version, mark)

    stopped = run(mine.pk, at=NOW, must_stop=lambda: True)
    made = run(mine.pk, at=NOW)
    again = run(mine.pk, at=NOW + HOUR)

    assert stopped.report is None
    assert made.state == again.state == State.DONE
    assert again.finished_at == NOW
    RouteRehearsal.fail(mine.pk, "Too late.", at=NOW)
    assert RouteRehearsal.objects.get().error == ""


def test_what_came_to_nothing_says_why(version: Version, mark: User) -> None:
    mine = asked(version, mark)
    RouteRehearsal.fail(mine.pk, "Nobody became MQL in this period: choose other days.", at=NOW)

    path = reverse("agreement_routes_progress", args=[version.number, mine.pk])
    answer = client_of(mark).get(path)

    assert "Nobody became MQL" in answer.content.decode()
    assert answer.headers["HX-Redirect"].endswith(f"/{mine.pk}/")


def test_it_says_when_it_no_longer_holds(made: RouteRehearsal, mia: User, mark: User) -> None:
    assert stale_because(made) == ""

    User.objects.filter(pk=mia.pk).update(weight=5)
    assert "People or teams were changed since" in page(mark, made)
    User.objects.filter(pk=mia.pk).update(weight=1)
    assert stale_because(made) == ""
    Team.objects.create(name="New", created_at=NOON)
    assert "People or teams" in stale_because(made)
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 50"), at=NOW)
    assert "Another version came into force" in stale_because(made)


def test_a_draft_that_was_changed_since_says_so(agreed: Published, mia: User, mark: User) -> None:
    handed("Ada", mia, NOON)
    draft = save_draft(AGREEMENT, note="", by=mark, at=NOW, via=Via.WEB)
    made = run(asked(draft, mark).pk, at=NOW)

    other = AGREEMENT.replace("Everybody", "All")
    change_draft(draft, other, note="", by=mark, at=NOW, via=Via.WEB)

    assert "The text was changed since" in page(mark, RouteRehearsal.objects.get(pk=made.pk))


def test_names_are_harmless_also_in_the_chart(
    version: Version, mia: User, nils: User, mark: User
) -> None:
    name = """<script>alert("1")</script>'"""
    User.objects.filter(pk=mia.pk).update(name=name)
    handed("Ada", mia, NOON)

    shown = page(mark, run(asked(version, mark).pk, at=NOW))

    assert "&lt;script&gt;" in shown
    assert not re.search(r"<script>|<script[^>]*>alert", shown)


def test_a_version_page_leads_there(version: Version, mark: User) -> None:
    shown = client_of(mark).get(reverse("agreement_version", args=[version.number]))

    assert reverse("agreement_routes", args=[version.number]) in shown.content.decode()


def test_the_version_in_force_can_be_tried_alone(agreed: Published, mia: User, mark: User) -> None:
    handed("Ada", mia, NOON)
    version = Version.objects.get(number=agreed.number)

    made = run(asked(version, mark).pk, at=NOW)
    shown = page(mark, made)

    assert made.report is not None
    assert made.report["held"] is None
    assert "which is in force" not in shown
    path = reverse("agreement_version", args=[version.number])
    assert "Try its routes" in client_of(mark).get(path).content.decode()
