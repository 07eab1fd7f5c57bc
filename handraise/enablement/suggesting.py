"""Reads: what to say to a lead and what to send, as plain JSON for a brief or a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Prefetch

from handraise.agreement.document import Document
from handraise.enablement.about import Situation, Values, about
from handraise.enablement.decide import Piece
from handraise.enablement.matching import playbooks_for
from handraise.enablement.models import AssetVersion, Item, Playbook, ScriptVersion
from handraise.enablement.rendering import shown_with, wordings_in_force
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
    books = _books({held[0].playbook for held in matched.values()})
    values = about(list(matched), situations=situations or {}, at=at)
    stages = dict(Lead.objects.filter(pk__in=list(matched)).values_list("pk", "stage"))
    wordings = wordings_in_force()
    found = {}
    for pk, held in matched.items():
        one = books[held[0].playbook].suggestion(values[pk], stages[pk], wordings)
        found[pk] = {**one, "others": [other.name for other in held[1:]]}
    return found


@dataclass(frozen=True, slots=True)
class _Book:
    """A playbook with the newest text of each of its scripts and assets."""

    playbook: Playbook
    items: list[Item]
    bodies: Mapping[int, str]
    purposes: Mapping[int, str]

    def suggestion(self, values: Values, stage: str, wordings: Mapping[str, str]) -> Suggestion:
        """What it comes to for one lead."""
        return {
            "playbook": {"id": self.playbook.pk, "name": self.playbook.name},
            "scripts": [self._script(item, values, wordings) for item in self._of(Piece.SCRIPT)],
            "questions": [item.question for item in self._of(Piece.QUESTION)],
            "assets": [
                self._asset(item)
                for item in self._of(Piece.ASSET)
                if item.asset and (not item.asset.stages or stage in item.asset.stages)
            ],
            "messages": [
                {"code": item.message.code, "wording": wordings[item.message.code]}
                for item in self._of(Piece.MESSAGE)
                if item.message and item.message.code in wordings
            ],
        }

    def _of(self, piece: Piece) -> list[Item]:
        return [item for item in self.items if item.piece == piece]

    def _script(self, item: Item, values: Values, wordings: Mapping[str, str]) -> Suggestion:
        script = item.script
        assert script is not None
        made = shown_with(self.bodies[script.pk], values, wordings)
        return {
            "id": script.pk, "version": script.version, "name": script.name, "kind": script.kind,
            "question": script.question, "text": made.text, "missing": list(made.missing),
            "fault": made.fault,
        }  # fmt: skip

    def _asset(self, item: Item) -> Suggestion:
        asset = item.asset
        assert asset is not None
        return {
            "id": asset.pk, "version": asset.version, "name": asset.name, "link": asset.link,
            "file": asset.file_name, "what_for": self.purposes[asset.pk],
        }  # fmt: skip


def _books(ids: Collection[int]) -> dict[int, _Book]:
    items = Item.objects.select_related("script", "asset", "message").order_by("place")
    books = Playbook.objects.prefetch_related(Prefetch("items", items)).in_bulk(list(ids))
    bodies = dict(
        ScriptVersion.objects.filter(
            script__items__playbook__in=books, number=F("script__version")
        ).values_list("script", "body")
    )
    purposes = dict(
        AssetVersion.objects.filter(
            asset__items__playbook__in=books, number=F("asset__version")
        ).values_list("asset", "what_for")
    )
    return {
        pk: _Book(book, [item for item in book.items.all() if _is_offered(item)], bodies, purposes)
        for pk, book in books.items()
    }


def _is_offered(item: Item) -> bool:
    thing = item.script or item.asset or item.message
    return thing is None or thing.retired_at is None


__all__ = ["Suggestion", "suggestion_for", "suggestions_for"]
