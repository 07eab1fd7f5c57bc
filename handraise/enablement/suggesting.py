"""Reads: what to say to a lead and what to send, as plain JSON for a brief or a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from handraise.agreement.document import Document
from handraise.enablement.about import Situation, Values, about
from handraise.enablement.decide import Piece
from handraise.enablement.matching import playbooks_for
from handraise.enablement.models import Item
from handraise.enablement.rendering import shown_with
from handraise.enablement.shelf import Book, shelf
from handraise.leads.models import Lead

Suggestion = dict[str, Any]


def suggestion_for(
    lead: Lead, *, document: Document | None, at: datetime, situation: Situation | None = None
) -> Suggestion | None:
    """What helps with this lead; None when no playbook holds. See `suggestions_for`."""
    pk = lead.canonical_id
    given = {} if situation is None else {pk: situation}
    return suggestions_for([pk], document=document, at=at, situations=given).get(pk)


def suggestions_for(
    lead_ids: Collection[int], *, document: Document | None, at: datetime,
    situations: Mapping[int, Situation] | None = None,
) -> dict[int, Suggestion]:  # fmt: skip
    """For each canonical lead for which a playbook holds, the first one's content:

    `playbook` {id, name}, `others` (names of more that hold), `scripts` [{id, version, name, kind,
    question, text, missing, fault}] with the text for this lead and what is not known marked in
    it, `questions` [text], `assets` [{id, version, name, link, file, what_for}] for the lead's
    stage, `messages` [{code, wording}]. Retired things are left out. A handful of statements,
    however many leads.
    """
    matched = {pk: held for pk, held in
               playbooks_for(lead_ids, document=document, at=at).items() if held}  # fmt: skip
    if not matched:
        return {}
    found, kept = {}, shelf()
    values = about(list(matched), situations=situations or {}, at=at)
    stages = dict(Lead.objects.filter(pk__in=list(matched)).values_list("pk", "stage"))
    for pk, held in matched.items():
        one = _suggestion(kept.books[held[0].playbook], values[pk], stages[pk], kept.wordings)
        found[pk] = {**one, "others": [other.name for other in held[1:]]}
    return found


def _suggestion(book: Book, values: Values, stage: str, wordings: Mapping[str, str]) -> Suggestion:
    """What it comes to for one lead."""
    kinds: dict[str, list[Item]] = {piece: [] for piece in Piece}
    for item in book.items:
        kinds[item.piece].append(item)
    return {
        "playbook": {"id": book.playbook.pk, "name": book.playbook.name},
        "scripts": [_script(book, item, values, wordings) for item in kinds[Piece.SCRIPT]],
        "questions": [item.question for item in kinds[Piece.QUESTION]],
        "assets": [
            _asset(book, item)
            for item in kinds[Piece.ASSET]
            if item.asset and (not item.asset.stages or stage in item.asset.stages)
        ],
        "messages": [
            {"code": item.message.code, "wording": wordings[item.message.code]}
            for item in kinds[Piece.MESSAGE]
            if item.message and item.message.code in wordings
        ],
    }


def _script(book: Book, item: Item, values: Values, wordings: Mapping[str, str]) -> Suggestion:
    script = item.script
    assert script is not None
    made = shown_with(book.bodies[script.pk], values, wordings)
    return {
        "id": script.pk, "version": script.version, "name": script.name, "kind": script.kind,
        "question": script.question, "text": made.text, "missing": list(made.missing),
        "fault": made.fault,
    }  # fmt: skip


def _asset(book: Book, item: Item) -> Suggestion:
    asset = item.asset
    assert asset is not None
    return {
        "id": asset.pk, "version": asset.version, "name": asset.name, "link": asset.link,
        "file": asset.file_name, "what_for": book.purposes[asset.pk],
    }  # fmt: skip


__all__ = ["Suggestion", "suggestion_for", "suggestions_for"]
