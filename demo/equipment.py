"""What helps the invented people to sell, and with whom they used it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from handraise.enablement.actions import (
    About,
    Line,
    write_asset,
    write_message,
    write_playbook,
    write_script,
)
from handraise.enablement.decide import Kind, Piece
from handraise.enablement.models import Asset, Item, KeyMessage, Playbook, Script
from handraise.enablement.using import use
from handraise.leads.decide import Stage, Via
from handraise.leads.models import StageMove
from handraise.team.models import User

_TOLD: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "equipment.yaml").read_text(encoding="utf-8")
)
_SHARE = 0.75  # of accepted leads with whom something was used


def equip(people: dict[str, User], *, at: datetime, until: datetime) -> None:
    """Write down scripts, assets, key messages and playbooks at `at`; one message is worded anew
    later, so that places with its older wording can be seen."""
    how: dict[str, Any] = {"owner": people["Jules Faber"], "by": people["Mara Olsen"],
                           "at": at, "via": Via.WEB}  # fmt: skip
    made: dict[tuple[str, str], int] = {}
    for told in _TOLD["messages"]:
        made["message", told["code"]] = write_message(None, **told, **how).pk
    for told in _TOLD["scripts"]:
        kind = Kind(told["kind"])
        script = write_script(None, **{**told, **how, "kind": kind})
        made["script", _short(told["name"])] = script.pk
    for told in _TOLD["assets"]:
        made["asset", told["name"]] = _asset(told, made, how, until).pk
    for told in _TOLD["playbooks"]:
        lines = [_line(said, made) for said in told["lines"]]
        write_playbook(None, **{**told, **how, "lines": lines})
    again = {**how, "at": until - timedelta(days=9)}
    idle = KeyMessage.objects.get(code="idle-1")
    wording = "A truck that waits costs more than one that drives."
    write_message(idle, code="", wording=wording, proof="The study of 2026.", seen=1, **again)


def _asset(
    told: dict[str, Any], made: dict[tuple[str, str], int], how: dict[str, Any], until: datetime
) -> Asset:
    about = About(
        topic=told["topic"], industry=told.get("industry", ""), persona=told.get("persona", ""),
        language=told["language"], stages=[Stage(stage) for stage in told.get("stages", ())],
        review_by=(until + timedelta(days=told["review"])).date() if "review" in told else None,
    )  # fmt: skip
    cites = [made["message", code] for code in told.get("cites", ())]
    owner = None if told.get("owner") == "" else how["owner"]
    return write_asset(
        None, name=told["name"], what_for=told["what_for"], link=told["link"], about=about,
        cites=cites, **{**how, "owner": owner},
    )  # fmt: skip


def _line(said: str, made: dict[tuple[str, str], int]) -> Line:
    piece, _, rest = said.partition(" ")
    if piece == Piece.QUESTION:
        return Line(Piece.QUESTION, question=rest)
    return Line(Piece(piece), made[piece, rest])


def _short(name: str) -> str:
    return name.replace(",", "")


def sell_with_it(random: Random, *, until: datetime) -> None:
    """Of the leads that sales accepted, most were called with a script and sent something."""
    accepted = StageMove.objects.filter(after=Stage.SALES_ACCEPTED, by__isnull=False)
    books = list(Playbook.objects.order_by("-priority"))
    items = {book.pk: _usable(book) for book in books}
    for move in accepted.select_related("lead", "by").order_by("pk"):
        if random.random() > _SHARE or move.by is None:
            continue
        book = random.choice(books)
        for hours, thing in enumerate(random.sample(items[book.pk], 2), start=1):
            at = move.at + timedelta(hours=hours)
            if at > until:
                continue
            use(thing, move.lead, playbook=book, by=move.by, at=at, via=Via.WEB)


def _usable(book: Playbook) -> list[Script | Asset]:
    lines = Item.objects.filter(playbook=book).select_related("script", "asset")
    things = [line.script or line.asset for line in lines.order_by("place")]
    return [thing for thing in things if thing is not None]


__all__ = ["equip", "sell_with_it"]
