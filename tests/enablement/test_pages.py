"""The pages: what people write is kept, faults stand beside it, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from handraise.enablement.actions import Line, write_script
from handraise.enablement.decide import Kind, Piece
from handraise.enablement.models import Asset, Citation, KeyMessage, Playbook, Script, Use
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.enablement.conftest import HOW, About, asset, playbook, script
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db

SCRIPT = {"name": "Opening", "kind": "call opening", "body": "Hello {{ lead.name }}"}


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_script_is_written_changed_and_taken_out_of_use(mark: User) -> None:
    client = client_of(mark)

    answer = client.post(reverse("new_script"), SCRIPT, follow=True)

    made = Script.objects.get()
    assert "Kept: Opening." in _text(answer)
    told = {**SCRIPT, "body": "Hi", "seen": "1"}
    assert client.post(reverse("script", args=[made.pk]), told).status_code == 302
    client.post(reverse("script_retirement", args=[made.pk]), {"deed": "retire"})
    made.refresh_from_db()
    assert (made.version, made.retired_at is None) == (2, False)
    assert "Out of use" in _text(client.get(reverse("script", args=[made.pk])))
    client.post(reverse("script_retirement", args=[made.pk]), {"deed": "restore"})
    assert Script.objects.get().retired_at is None


def test_a_faulty_script_stays_in_its_field_with_its_faults(mark: User) -> None:
    told = {**SCRIPT, "body": "a\n{{ lead.nmae }} <b>"}

    answer = client_of(mark).post(reverse("new_script"), told)

    assert "line 2: There is no lead.nmae. Did you mean lead.name?" in _text(answer)
    assert "{{ lead.nmae }} &lt;b&gt;" in _text(answer)
    assert not Script.objects.exists()


def test_the_second_of_two_editors_is_told_and_may_replace_knowingly(
    mark: User, rita: User
) -> None:
    made = script(mark, "First")
    write_script(made, name="Theirs", kind=Kind.CALL, body="B", seen=1, by=rita, **HOW)
    client, url = client_of(mark), reverse("script", args=[made.pk])

    answer = client.post(url, {**SCRIPT, "body": "Mine", "seen": "1"})

    assert "Rita has changed Theirs since" in _text(answer)
    assert "Mine</textarea>" in _text(answer)
    assert 'name="seen" value="2"' in _text(answer)
    assert client.post(url, {**SCRIPT, "body": "Mine", "seen": "2"}).status_code == 302
    assert list(made.versions.order_by("number").values_list("body", flat=True)) == [
        "First", "B", "Mine",
    ]  # fmt: skip


def test_a_script_is_shown_for_a_real_lead_as_it_is_typed(mark: User) -> None:
    lead("Ada", title="<i>Head</i>"), lead("Ben")
    client, url = client_of(mark), reverse("script_preview")
    body = "{{ lead.title }} from {{ company.name }}"

    found = _text(client.post(url, {"body": body, "lead": "ada@acme"}))

    assert "&lt;i&gt;Head&lt;/i&gt; from" in found
    assert "<mark>⟨company.name is not known⟩</mark>" in found
    assert "line 1: There is no x." in _text(client.post(url, {"body": "{{ x }}", "lead": "Ben"}))
    assert "Nobody is found" in _text(client.post(url, {"body": body, "lead": "zz\0"}))


def test_a_key_message_lists_where_an_older_wording_stands(mark: User) -> None:
    client = client_of(mark)
    client.post(reverse("new_key_message"), {"code": "speed-1", "wording": "Live in a day."})
    speed = KeyMessage.objects.get()
    script(mark, "{{ 'speed-1' | message }}")
    url = reverse("key_message", args=[speed.pk])

    client.post(url, {"wording": "Live in an hour.", "seen": "1"})

    assert "written by version 1 of 2" in _text(client.get(url))
    assert "older wording" in _text(client.get(reverse("key_messages")))
    client.post(reverse("confirmation", args=[Citation.objects.get().pk]))
    assert "written by version 2 of 2" in _text(client.get(url))
    assert "older wording" not in _text(client.get(reverse("key_messages")))


def test_an_asset_as_a_file_is_only_ever_downloaded(
    mark: User, vera: User, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    page = SimpleUploadedFile("a.html", b"<script>alert(1)</script>", "text/html")
    told = {"name": "Trick", "what_for": "Nothing.", "file": page}
    client_of(mark).post(reverse("new_asset"), told)

    got = client_of(vera).get(reverse("asset_file", args=[Asset.objects.get().pk]))

    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"] == 'attachment; filename="a.html"'
    assert got.content == b"<script>alert(1)</script>"


def test_the_list_says_until_when_each_is_to_be_reviewed(mark: User) -> None:
    asset(mark, "Late", about=About(review_by=NOON.date()))

    assert "4 Mar 2026" in _text(client_of(mark).get("/enablement/assets/"))


def test_a_file_beyond_the_limit_is_refused(mark: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("handraise.enablement.files.LARGEST", 10)
    told = {"name": "Big", "what_for": "x", "file": SimpleUploadedFile("a.pdf", b"x" * 11)}

    assert "A file has at most" in _text(client_of(mark).post(reverse("new_asset"), told))
    assert not Asset.objects.exists()


def test_a_playbook_is_written_by_lines_in_their_places(mark: User) -> None:
    opening, prices = script(mark, "Hi"), asset(mark)
    told = {
        "name": "Heads", "priority": "3", "is_active": "on", "condition": "title: head",
        "place": ["2", "1", "9", "3"], "said": ["", "Why now?", "", ""],
        "piece": [f"script:{opening.pk}", "question", "", f"asset:{prices.pk}"],
    }  # fmt: skip
    client = client_of(mark)

    client.post(reverse("new_playbook"), told)

    made = Playbook.objects.get()
    lines = made.items.order_by("place").values_list("piece", "question")
    assert list(lines) == [("question", "Why now?"), ("script", ""), ("asset", "")]
    shown = _text(client.get(reverse("playbook", args=[made.pk])))
    assert f'<option value="script:{opening.pk}" selected>Opening</option>' in shown


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("title: {contains_word: head}", "Holds for <b>1</b> of 2 leads now."),
        ("", "Holds for <b>2</b> of 2 leads now."),
        ("a:\n  b: c", "line 2, a.b: &#x27;b&#x27; is not one of"),
        ("tags: {in_list: none}", "There is no list"),
    ],
)
def test_a_condition_is_counted_or_faulted_as_it_is_typed(
    mark: User, condition: str, said: str
) -> None:
    lead("Ada", title="Head of Sales"), lead("Ben")

    answer = client_of(mark).post(reverse("playbook_holding"), {"condition": condition})

    assert said in _text(answer)


@pytest.fixture
def ada(mark: User) -> Lead:
    """A lead with HTML for a name, and a playbook that holds for everybody."""
    opening, prices = script(mark, "Hello {{ lead.name }}, {{ lead.title }}"), asset(mark)
    lines = (Line(Piece.SCRIPT, opening.pk), Line(Piece.ASSET, prices.pk))
    playbook(mark, "All", "", *lines, Line(Piece.QUESTION, question="Why now?"))
    return lead("Ada<script>")


def test_what_helps_is_shown_for_the_lead_and_escaped(ada: Lead, mia: User) -> None:
    shown = _text(client_of(mia).get(reverse("helps", args=[ada.pk])))

    assert "Hello Ada&lt;script&gt;, <mark>⟨lead.title is not known⟩</mark>" in shown
    assert "Why now?" in shown
    assert "Who asks what it costs." in shown


def test_one_click_says_that_it_was_used(ada: Lead, mia: User) -> None:
    client, url = client_of(mia), reverse("uses", args=[ada.pk])
    pages = {"script": Script.objects.get().pk, "asset": Asset.objects.get().pk}

    client.post(url, {"script": pages["script"], "playbook": Playbook.objects.get().pk})
    part = client.post(url, {"asset": pages["asset"]}, headers={"HX-Request": "true"})

    book = Playbook.objects.get().pk
    assert list(Use.objects.order_by("pk").values_list("script", "asset", "playbook")) == [
        (pages["script"], None, book), (None, pages["asset"], None),
    ]  # fmt: skip
    assert _text(part).count("used <time") == 2
    assert "Mia used the script Opening." in _text(client.get(reverse("lead", args=[ada.pk])))
    assert "not enough data: 0 of 1" in _text(client.get(reverse("works")))
    client.post(url, {"other": f"asset:{pages['asset']}"})
    assert Use.objects.count() == 2  # within a minute it is the same use
    for nothing in ({}, {"script": "987654"}, {"asset": "x"}, {"other": "asset"}):
        assert client.post(url, nothing).status_code == 404


def test_a_viewer_reads_and_is_offered_nothing_to_change(ada: Lead, vera: User) -> None:
    client = client_of(vera)

    for noun, one in (("script", Script), ("playbook", Playbook), ("asset", Asset)):
        pk = one.objects.get().pk
        url = reverse(noun, args=[pk])
        assert "Keep</button>" not in _text(client.get(url))
        assert client.post(url, {}).status_code == 403
    assert "Used it" not in _text(client.get(reverse("helps", args=[ada.pk])))
