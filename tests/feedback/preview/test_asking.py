"""Asking for a preview, the page that shows it, and when it no longer holds."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.actions import save_draft, sign
from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.queries import Published
from handraise.feedback.preview import queries, running
from handraise.feedback.preview.actions import ask
from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.preview.running import run
from handraise.feedback.work import State
from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.leads.models import JournalLine, Lead
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.feedback.preview.conftest import LOOSER, STRICTER, preview, proposed, settled
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead

pytestmark = pytest.mark.django_db


def student(name: str) -> Lead:
    """Keen at noon of the tests, and keen today, by which pages go."""
    lead(name, "Demo Requested", title="Student", at=NOON)
    return lead(name, "Demo Requested", at=clock.now())


@pytest.fixture
def cleo(agreed: Published) -> Lead:
    made = student("Cleo")
    settled()
    return made


@pytest.fixture
def looser(cleo: Lead, mark: User) -> Version:
    return proposed(LOOSER, mark, at=clock.now())


def test_two_who_ask_get_one_answer(looser: Version, mark: User, mia: User) -> None:
    first = ask(looser, by=mark, at=NOON, via=Via.WEB)

    assert ask(looser, by=mia, at=NOON, via=Via.WEB) == first
    assert JournalLine.objects.filter(kind="feedback.preview_asked").count() == 1


def test_a_viewer_may_not_ask(looser: Version, vera: User) -> None:
    with pytest.raises(PermissionDenied):
        ask(looser, by=vera, at=NOON, via=Via.WEB)


def test_a_text_that_is_no_agreement_is_refused_with_its_faults(
    agreed: Published, mark: User
) -> None:
    draft = save_draft("name: Half", note="", by=mark, at=NOON, via=Via.WEB)

    with pytest.raises(AgreementError, match="mql"):
        ask(draft, by=mark, at=NOON, via=Via.WEB)


def test_of_what_is_in_force_nobody_can_ask(agreed: Published, mark: User) -> None:
    with pytest.raises(Refused, match="published"):
        ask(Version.objects.get(), by=mark, at=NOON, via=Via.WEB)


def test_one_that_was_stopped_begins_anew_and_ends_once(
    looser: Version, mark: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    for name in ("Dora", "Emil"):
        student(name)
    asked = ask(looser, by=mark, at=NOON, via=Via.WEB)
    stops = iter([False, True])

    stopped = run(asked.pk, at=NOON, must_stop=lambda: next(stops))
    seen = (stopped.state, stopped.done, PreviewedLead.objects.count())
    for _ in range(2):
        run(asked.pk, at=NOON)

    assert seen == (State.RUNNING, 1, 0)
    assert Preview.objects.get().state == State.DONE
    assert PreviewedLead.objects.count() == 3


def test_it_tells_how_far_it_has_come(looser: Version, mark: User) -> None:
    asked = ask(looser, by=mark, at=NOON, via=Via.WEB)
    told: list[tuple[int, int]] = []

    run(asked.pk, at=NOON, progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 1)]


def test_a_newer_answer_takes_the_place_of_the_older(looser: Version, mark: User) -> None:
    preview(looser, mark)
    newer = preview(looser, mark)

    assert Preview.objects.get() == newer


def test_it_is_stale_after_a_day_and_under_another_version(
    looser: Version, mark: User, mia: User
) -> None:
    preview(looser, mark)

    def stale(hours: int) -> str:
        return queries.shown_to(mark, looser.number, at=NOON + timedelta(hours=hours)).stale

    assert stale(24) == ""
    assert stale(25) == "It is more than a day old; people have gone on since."
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 50"))
    assert stale(0) == "Version 3 came into force since."


def test_a_draft_that_was_changed_makes_it_stale(agreed: Published, mark: User) -> None:
    draft = save_draft(LOOSER, note="", by=mark, at=NOON, via=Via.WEB)
    preview(draft, mark)

    Version.objects.filter(pk=draft.pk).update(text=STRICTER)

    assert queries.shown_to(mark, draft.number, at=NOON).stale == "The text was changed since."


def test_a_text_that_was_changed_before_the_worker_came_is_not_answered_for(
    agreed: Published, mark: User
) -> None:
    """Else the answer for one text would stand on the page of the other, put back meanwhile."""
    draft = save_draft(LOOSER, note="", by=mark, at=NOON, via=Via.WEB)
    asked = ask(draft, by=mark, at=NOON, via=Via.WEB)
    Version.objects.filter(pk=draft.pk).update(text=STRICTER)

    made = run(asked.pk, at=NOON)

    Version.objects.filter(pk=draft.pk).update(text=LOOSER)
    assert made.state == State.FAILED
    assert "ask again" in made.error
    assert not PreviewedLead.objects.exists()


def test_what_is_made_is_not_lost_to_another_run_that_fails(looser: Version, mark: User) -> None:
    made = preview(looser, mark)

    Preview.fail(made.pk, "It broke.", at=NOON)

    made.refresh_from_db()
    assert (made.state, made.error) == (State.DONE, "")


def test_the_page_shows_counts_and_everybody_by_name(
    looser: Version, cleo: Lead, mark: User
) -> None:
    Lead.objects.filter(pk=cleo.pk).update(owner=mark)
    preview(looser, mark, at=clock.now())

    page = client_of(mark).get(f"/agreement/versions/{looser.number}/preview/").content.decode()

    assert "1 would rise over the bar, 0 fall below it" in page
    assert "Becomes MQL, offered to Mia in Sales development" in page
    assert f'href="/lead/{cleo.pk}/">Cleo' in page
    assert "Mark" in page


def test_the_page_is_paged(looser: Version, mark: User) -> None:
    for number in range(60):
        student(f"Person{number}")
    preview(looser, mark, at=clock.now())
    client, address = client_of(mark), f"/agreement/versions/{looser.number}/preview/"

    first = client.get(address)
    second = client.get(f"{address}?after={first.context['next']}&outcome=is+offered")

    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 11)
    assert second.context["next"] is None


def test_the_signer_sees_it_before_signing(looser: Version, mia: User, mark: User) -> None:
    client = client_of(mia)
    page = client.get(f"/agreement/versions/{looser.number}/").content.decode()
    address = f"/agreement/versions/{looser.number}/preview/part/"
    assert f'hx-get="{address}" hx-trigger="load"' in page

    before = client.get(address, headers={"HX-Request": "true"}).content.decode()
    client.post(f"/agreement/versions/{looser.number}/preview/asking/")
    while_made = client.get(address, headers={"HX-Request": "true"}).content.decode()
    run(Preview.objects.get().pk, at=clock.now())
    after = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="load, submit"' in before
    assert "Waiting for the worker" in while_made
    assert 'hx-trigger="every 1s"' in while_made
    assert "1 would rise over the bar" in after
    assert "every 1s" not in after


def test_once_it_is_in_force_nobody_is_asked_anew(looser: Version, mark: User, mia: User) -> None:
    preview(looser, mark, at=clock.now())
    sign(looser, by=mark, at=NOON, via=Via.WEB)
    sign(looser, by=mia, at=NOON, via=Via.WEB)

    page = client_of(mark).get(f"/agreement/versions/{looser.number}/preview/").content.decode()

    assert "Find out" not in page


def test_the_file_names_everybody_and_is_journalled(
    looser: Version, cleo: Lead, mark: User, mia: User
) -> None:
    preview(looser, mark, at=clock.now())
    address = f"/agreement/versions/{looser.number}/preview/leads.csv"

    answer = client_of(mark).get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["name"], line["direction"], line["person"]) == ("Cleo", "up", "Mia")
    assert (line["fit_before"], line["intent_after"]) == ("0.0", "60.0")
    assert JournalLine.objects.get(kind="feedback.exported").data == {"version": 2, "rows": 1}
    assert client_of(mia).get(address).status_code == 403
