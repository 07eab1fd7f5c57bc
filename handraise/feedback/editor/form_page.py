"""The form of one part: as it is opened, as a row is added to it, as it is typed into."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from pydantic import ValidationError

from handraise.agreement import building, occurring
from handraise.agreement.conditions import ConditionError, parse, subjects
from handraise.agreement.document import Behaviour, Document, FitSignal
from handraise.agreement.faults import AgreementError, path_of
from handraise.agreement.models import Version
from handraise.agreement.queries import published
from handraise.agreement.reading import read_anew
from handraise.agreement.references import read_to_propose
from handraise.feedback.editor import counting, filling, pages, saving
from handraise.feedback.editor.checking import (
    Checked,
    checked,
    document_value,
    is_under,
    prefix,
)
from handraise.feedback.editor.doubts import Doubt, doubts
from handraise.feedback.editor.fields import LENGTHS, SIGNALS, Section
from handraise.feedback.editor.filling import Filled, filled
from handraise.feedback.editor.saving import Kept, Opened
from handraise.kit.fold import fold
from handraise.leads.sampling import Count

FORM = "feedback/editor/part.html"
_TEMPLATES = {"check": "feedback/editor/_checked.html", "count": "feedback/editor/_count.html"}
_ROW_DEEDS = ("add-test", "add-did", "add-group", "add-text", "remove")


def template(deed: str) -> str:
    """The template that answers a deed."""
    return _TEMPLATES.get(deed, FORM)


def context(
    draft: Version, section: Section, place: int | None, deed: str, given: Mapping[str, str], *,
    at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """What the page of a deed shows. Raises AgreementError and LookupError as `saving.opened`."""
    if deed == "open":
        opened = saving.opened(draft, section, place)
        page = _page(draft, opened, pages.shown(section, opened.raw))
        return {**page, **_as_it_stands(draft, opened)}
    opened = saving.opened(draft, section, place, given)
    made = filled(section, given, opened.raw)
    if deed == "count":
        return {"count": _count(draft, section, made, given.get("of", ""), at)}
    if deed == "check":
        found = checked(draft.text, section, opened.place, made)
        fields = pages.shown_again(section, given, made.groups)
        return {**_judged(draft, section, found), "slots": pages.slots(fields)}
    return _with_row(draft, opened, made, deed, given)


def _page(draft: Version, opened: Opened, fields: list[pages.Shown]) -> dict[str, Any]:
    return {
        "draft": draft,
        "opened": opened,
        "section": opened.section,
        "fields": fields,
        "is_open_rare": any(_is_filled(each) for each in fields if each.field.is_rare),
        "operators": building.OPERATORS,
        "suggestions": reverse("draft_suggestions", args=[draft.number]),
        "is_signal": opened.section.key in SIGNALS,
        "faults": {},
        "revision": draft.revision,
        "was": opened.was,
        "was_name": filling.name_of(opened.raw),
        "place": opened.place,
    }


def _as_it_stands(draft: Version, opened: Opened) -> dict[str, Any]:
    """What there is to say of a part before anything was typed."""
    found = Checked(draft.text, None, opened.place or 0, opened.raw)
    try:
        found.document = read_to_propose(draft.text)
    except AgreementError as error:
        here = path_of(prefix(opened.section, found.place, opened.raw))
        found.elsewhere = [each for each in error.faults if not is_under(each.path, here)]
    said = _judged(draft, opened.section, found)
    if opened.raw is None:
        said["doubts"] = []
    return said


def _is_filled(shown: pages.Shown) -> bool:
    return bool(shown.value) if shown.field.kind != "check" else shown.is_ticked


def _with_row(
    draft: Version, opened: Opened, made: Filled, deed: str, given: Mapping[str, str]
) -> dict[str, Any]:
    """The same form with a row added or removed; nothing is checked or kept yet."""
    what, _, path = deed.partition(":")
    if what in _ROW_DEEDS:
        for name, group in made.groups.items():
            if building.changed(group, what, path):
                building.placed(group, name)
    fields = pages.shown_again(opened.section, given, made.groups)
    # A row that is removed takes the focus with it: the button that adds one stands beside it.
    beside = path.rpartition("-")[0] if what == "remove" else ""
    return {
        **_page(draft, opened, fields), **_carried(given), "is_changed": True, "focused": beside,
    }  # fmt: skip


def _carried(given: Mapping[str, str]) -> dict[str, Any]:
    """The revision and digest with which the form was opened stay those."""
    return {name: given.get(name, "") for name in ("revision", "was", "was_name")}


def refused(kept: Kept, given: Mapping[str, str]) -> dict[str, Any]:
    """The form again, with what stands in the way of saving it."""
    section = kept.opened.section
    fields = pages.shown_again(section, given, kept.filled.groups)
    page = _page(kept.draft, kept.opened, fields)
    is_rare_wrong = any(each.name in kept.checked.faults for each in fields if each.field.is_rare)
    return {
        **page,
        "is_open_rare": page["is_open_rare"] or is_rare_wrong,
        **_judged(kept.draft, section, kept.checked),
        "must_accept": kept.must_accept and not kept.checked.faults,
        "is_refused": True,
        "is_changed": True,
    }


def _judged(draft: Version, section: Section, found: Checked) -> dict[str, Any]:
    return {
        "draft": draft,
        "section": section,
        "faults": found.faults,
        "checked": found,
        "words": pages.in_words(section, found.raw, found.document),
        "doubts": _doubts(section, found),
        "changes": pages.changes(found.document),
        "has_force": published() is not None,
    }


def _doubts(section: Section, found: Checked) -> list[str]:
    here = path_of(prefix(section, found.place, found.raw))
    doubted: list[Doubt] = doubts(found.document, pages.known()) if found.document else []
    own = [doubt.sentence for doubt in doubted if is_under(doubt.path, here)]
    return own + _unheard_properties(section, found.raw)


def _unheard_properties(section: Section, raw: Any) -> list[str]:
    """Properties that no recent activity of this name has carried."""
    signal = pages.signal_of(section, raw)
    if not isinstance(signal, Behaviour):
        return []
    known = {fold(each.name) for each in occurring.properties(signal.event)}
    asked = subjects(signal.where) if signal.where is not None else set()
    if signal.each is not None:
        asked = asked | {signal.each.of}
    said = "has not carried the property"
    return [
        f"“{signal.event}” {said} “{name}” lately."
        for name in sorted(asked)
        if known and fold(name) not in known
    ]


def _count(draft: Version, section: Section, made: Filled, of: str, at: datetime) -> Count | None:
    """How many leads the part or its condition means; None while it cannot be said."""
    try:
        document: Document | None = read_anew(draft.text)
    except AgreementError:
        document = None
    lists = document.lists if document else _lists(draft)
    if not isinstance(made.raw, dict):
        return None
    try:
        if section.key == "fit":
            fit = FitSignal.model_validate({**made.raw, "name": "x", "points": 1})
            return counting.of_fit(fit, lists=lists, at=at)
        if section.key in SIGNALS:
            return counting.of_behaviour(_as_far_as_it_counts(made.raw), lists=lists, at=at)
        raw = made.raw.get(of)
        return counting.of_condition(parse(raw), document, lists=lists, at=at) if raw else None
    except (ValidationError, ConditionError):
        return None


_TERMS = ("points", "half_life", "at_most")


def _as_far_as_it_counts(raw: dict[str, Any]) -> Behaviour:
    """The signal without what only says how much it is worth, which may still be faulty."""
    kept = {name: value for name, value in raw.items() if name not in _TERMS}
    return Behaviour.model_validate({**kept, "name": "x", "points": 1})


def _lists(draft: Version) -> dict[str, tuple[str, ...]]:
    raw = document_value(draft.text).get("lists")
    named = raw if isinstance(raw, dict) else {}
    return {
        str(name): tuple(str(value) for value in values)
        for name, values in named.items()
        if isinstance(values, list)
    }


__all__ = ["FORM", "LENGTHS", "context", "refused", "template"]
