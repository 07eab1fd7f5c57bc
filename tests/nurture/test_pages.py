"""Pages of journeys: what is typed is kept, what a colleague saved is not written over."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from handraise.leads.decide import Via
from handraise.nurture import publishing, steps
from handraise.nurture.editing import value_of
from handraise.nurture.models import Enrolment, Journey
from handraise.nurture.showing import digest
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.nurture.drawn import draft, inside, newsletter, published
from tests.personas import NOON

pytestmark = pytest.mark.django_db
TEXT = """
name: Small
enter: {on: {event: Content Downloaded}}
steps:
  - {id: settle, wait: {for: 1 day}}
  - id: fork
    branch:
      - {name: Keen, when: {title: head}, steps: [{id: ready, ready_for_sales: {}}]}
      - {name: Others, steps: []}
  - {id: later, wait: {for: 2 days}}
"""


@pytest.fixture
def small(mark: User) -> Journey:
    return draft(mark, TEXT, "Small")


@pytest.fixture
def client(mark: User) -> Client:
    return client_of(mark)


def value(journey: Journey) -> dict[str, Any]:
    journey.refresh_from_db()
    return value_of(journey.draft)


def order(journey: Journey) -> list[str]:
    said = value(journey)
    return [
        f"{'.' * (len(place) // 2)}{own}" for place, own in steps.ids_of(said).items()
    ]  # fmt: skip


def was(journey: Journey, *place: int) -> str:
    return digest(steps.step_at(value(journey), place))


def save(client: Client, journey: Journey, at: str, **given: str) -> Any:
    return client.post(f"/journeys/{journey.code}/draft/steps/{at}/", given)


def test_a_step_is_changed_and_the_rest_stays(client: Client, small: Journey) -> None:
    answer = save(client, small, "0", was=was(small, 0), length="3 days")

    assert answer.status_code == 302
    assert value(small)["steps"][0] == {"id": "settle", "wait": {"for": "3 days"}}
    assert order(small) == ["settle", "fork", ".ready", "later"]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    client: Client, small: Journey
) -> None:
    page = save(client, small, "0", was=was(small, 0), length="3 dyas").content.decode()

    assert "It was not saved" in page
    assert 'value="3 dyas"' in page
    assert 'aria-invalid="true"' in page
    assert value(small)["steps"][0]["wait"] == {"for": "1 day"}


def test_changes_of_two_people_to_different_steps_both_stand(
    client: Client, small: Journey
) -> None:
    mine, theirs = was(small, 0), was(small, 2)

    save(client, small, "2", was=theirs, length="5 days")
    save(client, small, "0", was=mine, length="3 days")

    assert [step["wait"]["for"] for step in value(small)["steps"][::2]] == ["3 days", "5 days"]


def test_a_step_that_stands_elsewhere_by_now_is_found_again(client: Client, small: Journey) -> None:
    mine = was(small, 2)
    client.post(f"/journeys/{small.code}/draft/steps/0/removal/", {"was": was(small, 0)})

    save(client, small, "2", was=mine, length="9 days")

    assert value(small)["steps"][1] == {"id": "later", "wait": {"for": "9 days"}}


def test_who_changes_the_same_step_second_is_told_and_decides(
    client: Client, small: Journey, rita: User
) -> None:
    mine = was(small, 0)
    save(client_of(rita), small, "0", was=mine, length="5 days")

    page = save(client, small, "0", was=mine, length="3 days").content.decode()

    assert "Rita has changed the journey since you opened this" in page
    assert 'value="3 days"' in page
    assert value(small)["steps"][0]["wait"] == {"for": "5 days"}
    save(client, small, "0", was=was(small, 0), length="3 days")
    assert value(small)["steps"][0]["wait"] == {"for": "3 days"}


def test_a_step_is_added_on_a_way_under_an_id_of_its_own(client: Client, small: Journey) -> None:
    form = client.get(f"/journeys/{small.code}/draft/new/wait/?at=1.1.0").context["page"]

    given = {"at": "1.1.0", "was": form.part.was, "length": "4 days"}
    client.post(f"/journeys/{small.code}/draft/new/wait/", given)

    assert steps.step_at(value(small), (1, 1, 0)) == {"id": "wait", "wait": {"for": "4 days"}}


@pytest.mark.parametrize(
    ("place", "to", "told"),
    [
        ("2", "up", ["settle", "later", "fork", ".ready"]),
        ("1.0.0", "up", ["settle", "ready", "fork", "later"]),
        ("1.0.0", "down", ["settle", "fork", "ready", "later"]),
        ("0", "1.1.0", ["fork", ".ready", ".settle", "later"]),
    ],
)
def test_steps_move_into_and_out_of_ways(
    client: Client, small: Journey, place: str, to: str, told: list[str]
) -> None:
    known = was(small, *steps.read(place))

    client.post(f"/journeys/{small.code}/draft/steps/{place}/move/", {"was": known, "to": to})

    assert order(small) == told


def test_a_removal_is_undone_until_somebody_else_saves(
    client: Client, small: Journey, rita: User
) -> None:
    before = value(small)
    removal = f"/journeys/{small.code}/draft/steps/1/removal/"
    client.post(removal, {"was": was(small, 1)})
    assert order(small) == ["settle", "later"]

    client.post(f"/journeys/{small.code}/draft/undoing/")
    assert value(small) == before

    client.post(removal, {"was": was(small, 1)})
    save(client_of(rita), small, "0", was=was(small, 0), length="5 days")
    client.post(f"/journeys/{small.code}/draft/undoing/")
    assert order(small) == ["settle", "later"]


def test_what_somebody_changed_meanwhile_is_neither_moved_nor_removed(
    client: Client, small: Journey
) -> None:
    for deed in ("removal", "move"):
        address = f"/journeys/{small.code}/draft/steps/0/{deed}/"
        client.post(address, {"was": "another", "to": "down"})

    assert order(small) == ["settle", "fork", ".ready", "later"]


def test_a_text_that_was_overtaken_is_shown_again_with_the_difference(
    client: Client, small: Journey
) -> None:
    save(client, small, "0", was=was(small, 0), length="5 days")
    mine = TEXT.replace("2 days", "8 days")

    answer = client.post(f"/journeys/{small.code}/draft/text/", {"text": mine, "seen": "1"})

    page = answer.content.decode()
    assert "nothing is lost" in page
    assert "8 days" in page
    assert value(small)["steps"][2]["wait"] == {"for": "2 days"}


@pytest.mark.parametrize("typed", ["", "a: [", "steps: \x00", "x" * 300_000])
def test_a_text_that_cannot_be_kept_stays_on_the_page(
    client: Client, small: Journey, typed: str
) -> None:
    answer = client.post(f"/journeys/{small.code}/draft/text/", {"text": typed, "seen": "1"})

    assert answer.status_code == 200
    assert value(small)["name"] == "Small"


def test_names_are_shown_as_they_are_and_harm_nobody(client: Client, mark: User) -> None:
    hostile = TEXT.replace("Keen", "<script>alert(1)</script>")
    made = draft(mark, hostile, "<b>Bold</b>")

    page = client.get(f"/journeys/{made.code}/draft/").content.decode()

    assert "<script>alert" not in page
    assert "<b>Bold" not in page
    assert "&lt;script&gt;" in page


def test_a_shipped_journey_is_begun_under_a_name_of_ones_own(client: Client) -> None:
    client.post("/journeys/new/", {"name": "Our readers", "from": "guide-welcome"})

    made = Journey.objects.get(code="our-readers")
    assert value_of(made.draft)["name"] == "Our readers"
    assert "# Whoever takes a guide" in made.draft


@pytest.mark.parametrize("name", ["", "New", "of lead", "…", "x" * 200])
def test_a_name_that_cannot_be_had_is_refused_with_a_sentence(client: Client, name: str) -> None:
    answer = client.post("/journeys/new/", {"name": name})

    assert answer.context["refusal"]
    assert not Journey.objects.exists()


def test_who_is_inside_finishes_or_is_moved_as_was_chosen(client: Client, mark: User) -> None:
    running = published(mark)
    ada, ben = inside(running, "Ada", "settle"), inside(running, "Ben", "note")
    text = running.draft.replace("{id: note,", "{id: noted,")
    saved = publishing.save_draft(running, text, seen=running.seen, by=mark, at=NOON)

    page = client.get(f"/journeys/{running.code}/publishing/")
    assert [(gone.id, gone.count) for gone in page.context["gone"]] == [("note", 1)]
    given = {"inside": "moved", "gone-note": "noted", "seen": str(saved.seen)}
    client.post(f"/journeys/{running.code}/publishing/", given)

    at = dict(Enrolment.objects.values_list("pk", "place"))
    assert at == {ada.pk: "settle", ben.pk: "noted"}
    assert set(Enrolment.objects.values_list("version__number", flat=True)) == {2}


def test_a_lead_is_taken_out_by_hand(client: Client, mark: User) -> None:
    ada = inside(published(mark), "Ada", "settle")

    client.post(f"/journeys/inside/{ada.pk}/leaving/", {"reason": "She asked."})

    ada.refresh_from_db()
    assert (ada.ending, ada.due_at) == ("by hand", None)
    page = client.get(f"/journeys/inside/{ada.pk}/").content.decode()
    assert "taken out by hand" in page
    assert "She asked." in page


def test_only_who_may_nurture_changes_a_journey(
    small: Journey, mark: User, mia: User, vera: User
) -> None:
    paths = [
        "draft/new/wait/", "draft/steps/0/", "draft/steps/0/removal/", "draft/steps/0/move/",
    ]  # fmt: skip
    for person in (mia, vera):
        for path in paths:
            answer = client_of(person).post(f"/journeys/{small.code}/{path}")
            assert answer.status_code == 403, f"{person} at {path}"
    assert client_of(vera).get(f"/journeys/{small.code}/").status_code == 200


@pytest.mark.parametrize("place", ["9", "1.5.0", "x", "1.0", "0.0.0"])
def test_a_place_that_is_not_there_changes_nothing(
    client: Client, small: Journey, place: str
) -> None:
    assert client.get(f"/journeys/{small.code}/draft/steps/{place}/").status_code in {302, 404}
    assert order(small) == ["settle", "fork", ".ready", "later"]


def test_a_new_step_behind_the_last_place_stands_at_the_end(client: Client, small: Journey) -> None:
    address = f"/journeys/{small.code}/draft/new/leave/"
    page = client.get(f"{address}?at=9").context["page"]

    client.post(address, {"at": "9", "was": page.part.was})

    assert order(small) == ["settle", "fork", ".ready", "later", "leave"]


def test_a_version_says_what_it_changed(client: Client, mark: User) -> None:
    running = published(mark)
    text = running.draft.replace("{for: 1 day", "{for: 4 days")
    saved = publishing.save_draft(running, text, seen=running.seen, by=mark, at=NOON)
    publishing.publish(saved, moves_those_inside=False, by=mark, at=NOON, via=Via.WEB)

    page = client.get(f"/journeys/{running.code}/versions/2/")

    assert [change.sentence for change in page.context["changes"]] == [
        "Wait 1 day, then until 09:30 → Wait 4 days, then until 09:30"
    ]


def test_messages_and_purposes_are_called_by_their_names(client: Client, mark: User) -> None:
    journey = published(mark)
    newsletter()
    ada = inside(journey, "Ada", "greet")

    for path in (f"/journeys/{journey.code}/", f"/journeys/inside/{ada.pk}/"):
        assert "Send “Guide-welcome”" in client.get(path).content.decode()
    assert "<dd>Newsletter" in client.get(f"/journeys/{journey.code}/draft/").content.decode()


def test_what_is_published_is_no_draft_before_something_changes(
    client: Client, small: Journey, mark: User
) -> None:
    fresh = client.get(f"/journeys/{small.code}/draft/").content.decode()
    publishing.publish(small, moves_those_inside=False, by=mark, at=NOON, via=Via.WEB)
    unchanged = client.get(f"/journeys/{small.code}/draft/").content.decode()
    save(client, small, "0", was=was(small, 0), length="3 days")
    changed = client.get(f"/journeys/{small.code}/draft/").content.decode()

    for page in (fresh, changed):
        assert "<h1>Draft of" in page
        assert "Publish…" in page
    assert "<h1>Change" in unchanged
    assert "This is version 1" in unchanged
    assert "Publish…" not in unchanged
