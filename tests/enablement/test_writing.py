"""Writing what helps to sell: versions kept, citations noted, bad input refused in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from handraise.enablement import files
from handraise.enablement.actions import (
    Line,
    confirm,
    restore,
    retire,
    write_asset,
    write_message,
    write_script,
)
from handraise.enablement.decide import Kind, Piece
from handraise.enablement.models import Asset, Citation, KeyMessage, Playbook, Script
from handraise.enablement.queries import (
    messages_visible_to,
    places_of,
    scripts_that_cite_none,
)
from handraise.leads.decide import Refused
from handraise.leads.models import JournalLine
from handraise.team.decide import Role
from handraise.team.models import User
from tests.enablement.conftest import HOW, About, asset, message, playbook, script
from tests.personas import NOON, person

pytestmark = pytest.mark.django_db


def test_editing_makes_a_new_version_and_keeps_the_old(mark: User) -> None:
    made = script(mark, "Hello {{ lead.name }}")

    again = write_script(
        made, name="Opening", kind=Kind.MAIL, body="Good day", seen=1, by=mark, **HOW
    )

    assert (again.version, again.kind) == (2, Kind.MAIL)
    versions = again.versions.order_by("number").values_list("number", "body", "by")
    assert list(versions) == [(1, "Hello {{ lead.name }}", mark.pk), (2, "Good day", mark.pk)]
    assert [line.said for line in JournalLine.objects.order_by("pk")] == [
        "Mark has added the script Opening.", "Mark has changed the script Opening.",
    ]  # fmt: skip


def test_a_faulty_script_is_refused_with_every_line(mark: User) -> None:
    with pytest.raises(Refused, match=r"line 1: There is no lead.nam.*line 2: There is no filter"):
        script(mark, "{{ lead.nam }}\n{{ lead.name | shout }}")

    assert not Script.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "The name is missing."),
        ({"name": "x" * 121}, "The name has at most 120 characters."),
        ({"name": "a\0b"}, "The name holds characters that are no text."),
        ({"body": " "}, "Write what to say."),
        ({"body": "x" * 1_000_000}, "A script has at most 20,000 characters."),
        ({"body": "\ud800"}, "The script holds characters that are no text."),
        ({"body": "\ue000lead.name\ue001"}, "The script holds characters that are no text."),
    ],
)
def test_bad_input_is_refused_in_a_sentence(mark: User, given: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        script(mark, **{"body": "Hello", **given})


@pytest.mark.parametrize("code", ["", "Speed", "speed 1", "-a", "a--b", "x" * 61, "é"])
def test_a_code_is_plain(mark: User, code: str) -> None:
    with pytest.raises(Refused, match="A code is small letters"):
        message(mark, code)


def test_a_code_is_taken_once(mark: User) -> None:
    message(mark)

    with pytest.raises(Refused, match="There is a message speed-1"):
        message(mark)


def test_who_wrote_before_a_new_wording_is_listed_until_confirmed(mark: User) -> None:
    speed = message(mark)
    script(mark, "{{ 'speed-1' | message }}", "Old")
    asset(mark, cites=[speed.pk])
    silent = script(mark, "Hello", "Silent")
    speed = write_message(speed, code="speed-1", wording="Live in an hour.", seen=1, by=mark, **HOW)
    script(mark, "{{ 'speed-1' | message }}", "New")

    places = places_of([speed])[speed.pk]
    assert [(each.thing.name, each.is_older) for each in places] == [
        ("Old", True), ("Price list", True), ("New", False),
    ]  # fmt: skip
    assert list(scripts_that_cite_none(mark)) == [silent]

    confirm(places[0].citation, by=mark, **HOW)

    assert [each.is_older for each in places_of([speed])[speed.pk]] == [True, False, False]
    assert messages_visible_to(mark).get().wording == "Live in an hour."  # type: ignore[attr-defined]


def test_only_the_newest_version_of_a_script_cites(mark: User) -> None:
    speed = message(mark)
    made = script(mark, "{{ 'speed-1' | message }}")
    write_script(made, name="Opening", kind=Kind.CALL, body="Hi", seen=1, by=mark, **HOW)

    assert places_of([speed]) == {speed.pk: []}
    assert Citation.objects.count() == 1


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://a.example/b", "example", "//x.y"])
def test_a_link_leads_to_a_page(mark: User, link: str) -> None:
    with pytest.raises(Refused, match="A link begins with https://"):
        asset(mark, link=link)


def test_a_file_is_kept_and_goes_when_a_link_takes_its_place(
    mark: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("..\\..\\etc/pass<b>wd.pdf", b"%PDF")
    made = asset(mark, link="", file=upload)

    path = files.kept(made.file)
    assert path is not None
    assert path.read_bytes() == b"%PDF"
    assert path.parent == tmp_path / "assets"
    assert made.file_name == "pass<b>wd.pdf"
    told = {"what_for": "Prices.", "about": About(), "seen": 1, "by": mark, **HOW}
    with TestCase.captureOnCommitCallbacks(execute=True):
        write_asset(made, name="Prices", link="https://example.com/", **told)
    assert not path.exists()


def test_an_asset_needs_one_place(mark: User) -> None:
    with pytest.raises(Refused, match="Give the asset a link"):
        asset(mark, link="")
    with pytest.raises(Refused, match="not both"):
        asset(mark, file=SimpleUploadedFile("a.pdf", b"a"))
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("title:\n  contans_word: vp", r"line 2, title.contans_word: .*Did you mean contains_word"),
        ("- a", "line 1.*A condition is a mapping"),
        ("a: b: c", "line 1.*This is not YAML"),
        ("email_domain: {in_list: nobodys}", r"line 1, email_domain: There is no list"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused_with_its_line(
    mark: User, condition: str, said: str
) -> None:
    with pytest.raises(Refused, match=f"The condition: .*{said}"):
        playbook(mark, "Any", condition)
    assert not Playbook.objects.exists()


def test_a_playbook_keeps_its_lines_in_order(mark: User) -> None:
    opening, list_ = script(mark, "Hi"), asset(mark)
    lines = (
        Line(Piece.QUESTION, question="What changes if nothing changes?"),
        Line(Piece.SCRIPT, opening.pk), Line(Piece.ASSET, list_.pk), Line(Piece.SCRIPT, opening.pk),
    )  # fmt: skip

    made = playbook(mark, "All", "", *lines)

    assert list(made.items.order_by("place").values_list("piece", flat=True)) == [
        "question", "script", "asset",
    ]  # fmt: skip
    with pytest.raises(Refused, match="The message in line 1 is no longer there"):
        playbook(mark, "Other", "", Line(Piece.MESSAGE, 987654))


def test_what_is_retired_stays_and_comes_back(mark: User) -> None:
    made = script(mark, "Hi")

    assert retire(made, by=mark, **HOW).retired_at == NOON
    retire(made, by=mark, **HOW)
    assert restore(made, by=mark, **HOW).retired_at is None

    kinds = JournalLine.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [
        "enablement.script_written", "enablement.retired", "enablement.restored",
    ]  # fmt: skip


def test_marketing_and_managers_write_the_others_read(mark: User, rita: User) -> None:
    boss = person("Bo", Role.SALES, is_manager=True)
    assert [message(who, f"a-{place}").version for place, who in enumerate((mark, rita, boss))]

    for role in (Role.SALES, Role.SALES_DEVELOPMENT, Role.VIEWER):
        with pytest.raises(PermissionDenied, match="may not equip sales"):
            message(person(role.value, role))
    assert KeyMessage.objects.count() == 3
