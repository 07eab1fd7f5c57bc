"""Exports: everything that may be seen, typed, and harmless in a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.exceptions import PermissionDenied
from django.test import AsyncRequestFactory, Client
from django.utils.html import escape

from handraise.desk.exports import Form, What, export
from handraise.leads.decide import Stage, Via
from handraise.leads.entry import Entry, EntryKind
from handraise.leads.models import JournalLine, Lead, Source
from handraise.leads.moves import Move, write
from handraise.leads.record import record
from handraise.scoring.models import Score
from handraise.team.models import User
from handraise.ui.downloads import download
from tests.desk.conftest import client_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> Lead:
    """A lead with facts, two activities (one a robot's), a score and a move."""
    source = Source.objects.create(name="Website", kind="api", created_at=NOON)
    facts = {"name": "=cmd|' /C calc'!A0", "size": 50, "company": {"name": "Acme"}}
    record(
        [
            Entry(EntryKind.FACTS, source.pk, "m1", NOON, NOON, email="ada@acme.example",
                  traits=facts),  # type: ignore[arg-type]
            Entry(EntryKind.ACTIVITY, source.pk, "m2", NOON, NOON, email="ada@acme.example",
                  name="page", properties={"path": "/pricing", "seconds": 3}),
            Entry(EntryKind.ACTIVITY, source.pk, "m3", NOON, NOON, email="ada@acme.example",
                  name="page", bot="a robot"),
        ],
        at=NOON,
    )  # fmt: skip
    lead = Lead.objects.get()
    write([Move(lead.pk, Stage.LEAD, Stage.MARKETING_QUALIFIED, 1, "Asked for a demo")],
          at=NOON + timedelta(hours=1), via=Via.WORKER)  # fmt: skip
    Score.objects.create(lead=lead, version=1, scored_at=NOON, fit=50.5, interest=1, intent=2,
                         priority=3, grade="A", contributions=[], matched=[], latest=[],
                         truths={"mql.when": None})  # fmt: skip
    return lead


def written(what: What, form: Form, by: User) -> bytes:
    out = io.BytesIO()
    export(what, form, to=out, by=by, at=NOON, via=Via.SHELL)
    return out.getvalue()


def in_csv(what: What, by: User) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(what, Form.CSV, by).decode("utf-8-sig"))))


def in_parquet(what: What, by: User) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(
        io.BytesIO(written(what, Form.PARQUET, by))
    ).to_pylist()
    return found


def test_leads_carry_card_facts_and_harmless_text(ada: Lead, rita: User) -> None:
    (row,) = in_csv(What.LEADS, rita)

    assert (row["id"], row["email"], row["company"]) == (str(ada.pk), "ada@acme.example", "Acme")
    assert row["name"] == "'=cmd|' /C calc'!A0"
    assert row["created_at"] == ada.created_at.isoformat()
    assert json.loads(row["facts"])["size"] == 50


def test_parquet_is_typed_and_text_is_as_it_is(ada: Lead, rita: User) -> None:
    (row,) = in_parquet(What.LEADS, rita)

    assert (row["id"], row["name"], row["tags"]) == (ada.pk, "=cmd|' /C calc'!A0", [])
    assert row["created_at"] == ada.created_at
    assert row["owner"] is None


def test_activities_say_whether_they_count(ada: Lead, rita: User) -> None:
    rows = in_parquet(What.ACTIVITIES, rita)

    assert [(row["message_id"], row["counts"]) for row in rows] == [("m2", True), ("m3", False)]
    assert json.loads(rows[0]["properties"]) == {"path": "/pricing", "seconds": 3}
    assert [row["counts"] for row in in_csv(What.ACTIVITIES, rita)] == ["true", "false"]


def test_scores_and_moves_come_along(ada: Lead, rita: User) -> None:
    (score,) = in_parquet(What.SCORES, rita)
    (move,) = in_csv(What.MOVES, rita)

    assert (score["lead_id"], score["fit"], score["grade"]) == (ada.pk, 50.5, "A")
    assert json.loads(score["truths"]) == {"mql.when": None}
    assert (move["after"], move["version"]) == ("MARKETING_QUALIFIED", "1")


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize("form", list(Form))
def test_an_empty_installation_gives_headers(what: What, form: Form, rita: User) -> None:
    assert written(what, form, rita)


def test_it_is_journalled(ada: Lead, rita: User) -> None:
    written(What.LEADS, Form.CSV, rita)

    line = JournalLine.objects.get(kind="desk.exported")
    assert (line.by, line.via, line.data["rows"]) == (rita, "shell", 1)


def test_those_who_may_not_export_are_refused(ada: Lead, mia: User, client: Client) -> None:
    with pytest.raises(PermissionDenied):
        written(What.LEADS, Form.CSV, mia)
    client.force_login(mia)
    assert client.get("/export/leads.csv").status_code == 403


def test_the_page_sends_a_file(ada: Lead, rita: User, client: Client) -> None:
    client.force_login(rita)

    answer = client.get("/export/leads.csv")

    assert 'attachment; filename="leads-' in answer.headers["Content-Disposition"]
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert b"ada@acme.example" in content
    assert int(answer.headers["Content-Length"]) == len(content)
    assert client.get("/export/people.csv").status_code == 404
    assert client.get("/export/leads.exe").status_code == 404


def test_an_asynchronous_server_sends_it_in_pieces() -> None:
    request = AsyncRequestFactory().get("/")
    answer = download(request, io.BytesIO(b"x" * 600_000), name="a.csv", content_type="text/csv")

    async def pieces() -> list[bytes]:
        return [piece async for piece in answer]  # type: ignore[union-attr]

    with ThreadPoolExecutor(1) as thread:  # a browser test may have left a loop in this one
        sent = thread.submit(asyncio.run, pieces()).result()
    assert [len(piece) for piece in sent] == [262_144, 262_144, 75_712]


def test_what_was_asked_for_is_what_is_downloaded(ada: Lead, rita: User) -> None:
    Lead.objects.create(pk=77, canonical_id=77, name="Ben", created_at=NOON, stage_since=NOON)
    client = client_of(rita)
    query = "q=&stage=MARKETING_QUALIFIED&owner="

    page = client.get(f"/leads/?{query}").content.decode()
    swapped = client.get(f"/leads/?{query}", headers={"HX-Request": "true"}).content.decode()
    for shown in (page, swapped):
        assert f'href="/export/leads.csv?{escape(query)}"' in shown
    assert 'hx-swap-oob="true"' in swapped
    assert 'href="/export/leads.csv"' in client.get("/leads/").content.decode()

    told = client.get(f"/export/leads.csv?{query}").getvalue().decode("utf-8-sig")
    assert [row["id"] for row in csv.DictReader(io.StringIO(told))] == [str(ada.pk)]
    every = client.get("/export/leads.csv").getvalue().decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(every)))) == 2
    assert client.get("/export/leads.csv?stage=LEAD&list=999").status_code == 404
    said = JournalLine.objects.filter(said__contains="a search").get()
    assert said.by == rita
