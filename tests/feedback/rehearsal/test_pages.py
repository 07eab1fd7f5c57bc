"""Asking for a rehearsal, waiting for it, reading it, moving its bar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.agreement.actions import propose, save_draft
from handraise.agreement.models import Version
from handraise.agreement.queries import Published
from handraise.feedback.rehearsal.actions import Asked, ask
from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.making import run
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.work import State
from handraise.leads.decide import Refused, Via
from handraise.leads.models import JournalLine, Lead
from handraise.team.models import User
from tests.feedback.rehearsal.conftest import BEGIN, DRAFT, END, LOOSE, NOW, one_who_was_sold_to

pytestmark = pytest.mark.django_db
Open = Callable[..., str]


@pytest.fixture(autouse=True)
def lake(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def version(published: Published, mark: User) -> Version:
    return propose(LOOSE, note="", by=mark, at=NOW, via=Via.WEB)


@pytest.fixture
def ada(published: Published) -> Lead:
    return one_who_was_sold_to()


def page(user: User, path: str, **more: Any) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(path, **more)
    assert answer.status_code == 200
    return answer.content.decode()


def test_asking_leaves_a_row_a_job_and_a_line(version: Version, mark: User) -> None:
    client = Client()
    client.force_login(mark)
    wish = {"version": version.number, "since": "2026-03-04", "until": "2026-05-12",
            "engine": "duckdb", "bar": "intent.1", "ripening": ""}  # fmt: skip

    answer = client.post(reverse("rehearsals"), wish)

    rehearsal = Rehearsal.objects.get()
    assert answer.headers["Location"] == reverse("rehearsal", args=[rehearsal.pk])
    assert (rehearsal.state, rehearsal.text, rehearsal.bar) == (State.WAITING, LOOSE, "intent.1")
    job = ProcrastinateJob.objects.get(task_name="feedback.rehearsal.run")
    assert job.args == {"rehearsal_id": rehearsal.pk}
    assert JournalLine.objects.get(kind="feedback.rehearsal_asked").by == mark
    assert "Waiting for the worker" in page(mark, answer.headers["Location"])


def test_it_is_made_by_the_worker_and_says_how_far_it_is(
    ada: Lead, version: Version, mark: User
) -> None:
    asked = ask(version, Asked(BEGIN, END), by=mark, at=NOW, via=Via.WEB)
    steps = []

    def stop() -> bool:
        steps.append(Rehearsal.objects.get().step)
        return len(steps) > 4

    assert run(asked.pk, at=NOW, must_stop=stop).state == State.RUNNING
    assert "progress" in page(mark, reverse("rehearsal_progress", args=[asked.pk]))

    done = run(asked.pk, at=NOW)
    again = run(asked.pk, at=NOW)

    assert done.state == again.state == State.DONE
    assert RehearsedLevel.objects.filter(rehearsal=done).count() == len(done.levels.all()) > 15
    assert any("Replaying" in step for step in steps)


def test_a_drafts_rehearsal_is_for_those_who_may_see_the_draft(
    published: Published, mark: User, vera: User
) -> None:
    draft = save_draft(DRAFT, note="", by=mark, at=NOW, via=Via.WEB)
    asked = ask(draft, Asked(BEGIN, END), by=mark, at=NOW, via=Via.WEB)
    client = Client()
    client.force_login(vera)

    assert client.get(reverse("rehearsal", args=[asked.pk])).status_code == 404
    assert "Waiting" in page(mark, reverse("rehearsal", args=[asked.pk]))


def test_all_faults_of_a_draft_are_named_with_their_place(published: Published, mark: User) -> None:
    text = DRAFT.replace("half_life: 30 days", "half_lif: 30 days")
    draft = save_draft(text, note="", by=mark, at=NOW, via=Via.WEB)
    client = Client()
    client.force_login(mark)

    answer = client.post(
        reverse("rehearsals"),
        {"version": draft.number, "since": "2026-03-04", "until": "2026-05-12",
         "engine": "duckdb"},
    )  # fmt: skip

    assert "Did you mean half_life?" in answer.content.decode()
    assert "line 7" in answer.content.decode()
    assert not Rehearsal.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": "2099-01-01", "until": "2099-02-01"}, "future"),
        ({"since": "2026-05-01", "until": "2026-04-01"}, "after the last"),
        ({"since": "1066-05-01"}, "this century"),
        ({"engine": "abacus"}, "not one of the available choices"),
        ({"ripening": "-1"}, "greater than or equal to 0"),
        ({"version": "99"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_in_a_sentence(
    version: Version, mark: User, given: dict[str, str], said: str
) -> None:
    client = Client()
    client.force_login(mark)
    usual = {"version": version.number, "since": "2026-03-04", "until": "2026-05-12",
             "engine": "duckdb"}  # fmt: skip

    answer = client.post(reverse("rehearsals"), {**usual, **given})

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Rehearsal.objects.exists()


def test_a_rehearsal_that_fails_says_why(version: Version, mark: User) -> None:
    asked = ask(version, Asked(BEGIN, END, Name.POSTGRES), by=mark, at=NOW, via=Via.WEB)

    with pytest.raises(Refused, match="Nothing is known"):
        run(asked.pk, at=NOW)
    Rehearsal.fail(asked.pk, "Nothing is known of any lead.", at=NOW)

    assert "Nothing is known of any lead." in page(mark, reverse("rehearsal", args=[asked.pk]))


def test_a_viewer_reads_and_does_not_ask(version: Version, vera: User) -> None:
    client = Client()
    client.force_login(vera)

    answer = client.post(
        reverse("rehearsals"),
        {"version": version.number, "since": "2026-03-04", "until": "2026-05-12",
         "engine": "duckdb"},
    )  # fmt: skip

    assert answer.status_code == 403
    assert '<button class="btn btn--main">' not in page(vera, reverse("rehearsals"))


def test_one_person_does_not_fill_the_queue(version: Version, mark: User) -> None:
    for _ in range(3):
        ask(version, Asked(BEGIN, END), by=mark, at=NOW, via=Via.WEB)

    with pytest.raises(Refused, match="under way"):
        ask(version, Asked(BEGIN, END), by=mark, at=NOW, via=Via.WEB)


def test_the_bars_follow_the_version_that_is_chosen(version: Version, mark: User) -> None:
    text = page(mark, f"{reverse('rehearsal_bars')}?version={version.number}")

    assert "intent at least 8, besides fit is" in text
    assert "a bar on priority" in text


def test_nobody_sees_it_without_signing_in(client: Client) -> None:
    assert client.get(reverse("rehearsals")).status_code == 302
