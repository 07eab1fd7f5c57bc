"""A changed part is kept: into the draft as it is now, not as it was when the form was opened.

Two people may edit one draft. Where they changed different parts, both changes stand; where they
changed the same part, the second is told what the first wrote, and decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handraise.agreement import actions
from handraise.agreement.actions import Overtaken
from handraise.agreement.models import Version
from handraise.agreement.plain_writing import flow
from handraise.agreement.rewriting import lost_comments, moved, rewritten
from handraise.feedback.editor import checking
from handraise.feedback.editor.checking import Checked, digest, document_value
from handraise.feedback.editor.fields import SECTIONS, SIGNALS, Section
from handraise.feedback.editor.filling import Filled, entries, filled, name_of, part, with_part
from handraise.leads.decide import Via
from handraise.team.models import User

_TRIES = 3


@dataclass(slots=True)
class Opened:
    """A part as it stands in the draft now. `clash`: somebody changed or removed it since `was`."""

    section: Section
    place: int | None
    raw: Any
    was: str
    clash: str = ""


def opened(
    draft: Version, section: Section, place: int | None, given: Mapping[str, str] | None = None
) -> Opened:
    """The part for a form; `given` says with which `was` and `was_name` the form was opened.

    Raises AgreementError for a text that is no YAML, LookupError for no such part.
    """
    value = document_value(draft.text)
    if given is not None and "was" in given:
        return _opened_again(draft, value, section, place, given)
    if section.is_many and place is None:
        return Opened(section, None, None, "")
    raw = part(value, section, place)
    return Opened(section, place, raw, digest(raw))


def _opened_again(
    draft: Version, value: dict[str, Any], section: Section, place: int | None,
    given: Mapping[str, str],
) -> Opened:  # fmt: skip
    was, name = given["was"], given.get("was_name", "")
    who = draft.changed_by or draft.created_by
    if not section.is_many:
        raw = part(value, section, None)
        return Opened(
            section, None, raw, digest(raw), "" if digest(raw) == was else _news(who, raw)
        )
    if not was:
        return Opened(section, None, None, "")
    found = entries(value, section)
    if place is not None and place < len(found) and digest(found[place]) == was:
        return Opened(section, place, found[place], was)
    at = checking.position_of(was, found)
    if at is not None:
        return Opened(section, at, found[at], was)
    named = [number for number, raw in enumerate(found) if name and name_of(raw) == name]
    if len(named) == 1:
        raw = found[named[0]]
        return Opened(section, named[0], raw, digest(raw), _news(who, raw))
    gone = f"{who} has removed or renamed this meanwhile. Saving adds yours as a new one."
    return Opened(section, None, None, "", gone)


def _news(who: object, raw: Any) -> str:
    now = "It is gone." if raw is None else f"It now says: {flow(raw)}"
    return f"{who} has changed this meanwhile. {now} Saving puts yours in its place."


@dataclass(slots=True)
class Kept:
    """What came of saving: the draft if it was kept, else why not."""

    draft: Version
    opened: Opened
    filled: Filled
    checked: Checked
    is_kept: bool = False
    must_accept: bool = False
    met_others: bool = False


def keep(
    draft: Version, section: Section, place: int | None, given: Mapping[str, str], *,
    by: User, at: datetime,
) -> Kept:  # fmt: skip
    """Keep a part as filled in. Not kept: with faults, with a clash not seen before, or at the
    cost of comments that nobody has agreed to lose. Raises as `opened`, and Refused."""
    for _ in range(_TRIES):
        draft = Version.objects.select_related("created_by", "changed_by").get(pk=draft.pk)
        now = opened(draft, section, place, given)
        made = filled(section, given, now.raw)
        found = checking.checked(draft.text, section, now.place, made)
        _say_of_another_kind(found, section, given)
        kept = Kept(draft, now, made, found)
        kept.must_accept = bool(found.lost) and given.get("accepted") != str(len(found.lost))
        if now.clash or found.faults or kept.must_accept:
            return kept
        try:
            kept.draft = _change(kept, by=by, at=at)
        except Overtaken:
            continue
        kept.is_kept = True
        kept.met_others = given.get("revision", "") not in {"", str(draft.revision)}
        return kept
    return kept


def _change(kept: Kept, *, by: User, at: datetime) -> Version:
    draft, section = kept.draft, kept.opened.section
    what = f"{section.noun} {name_of(kept.checked.raw)}".strip()
    return actions.change_draft(
        draft, kept.checked.text, note=draft.note, by=by, at=at, via=Via.WEB,
        seen=draft.revision, what=what, renamed=_renamed(kept),
    )  # fmt: skip


def _renamed(kept: Kept) -> tuple[str, str] | None:
    before, after = name_of(kept.opened.raw), name_of(kept.checked.raw)
    is_signal = kept.opened.section.key in SIGNALS
    return (before[:120], after[:120]) if is_signal and before and after != before else None


def _say_of_another_kind(found: Checked, section: Section, given: Mapping[str, str]) -> None:
    """Interest that is found to be intent, or the other way: the signal changes its list."""
    kind = given.get("kind", section.key)
    if kind == section.key or not {kind, section.key} <= {"interest", "intent"} or found.faults:
        return
    before = found.text
    value, _ = with_part(document_value(before), section, found.place, None)
    value, found.place = with_part(value, SECTIONS[kind], None, found.raw)
    found.text = rewritten(before, value)
    found.lost += lost_comments(before, found.text)


def without(draft: Version, section: Section, place: int | None) -> tuple[str, list[str]]:
    """The draft's text without a part, and the comments that go with it. Raises as `opened`."""
    value, _ = with_part(document_value(draft.text), section, place, None)
    text = rewritten(draft.text, value)
    return text, lost_comments(draft.text, text)


def _said(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("was", "was_name") if name in given}


def remove(
    draft: Version,
    section: Section,
    place: int,
    given: Mapping[str, str],
    *,
    by: User,
    at: datetime,
) -> Opened:
    """Take a part out, unless it was changed since the page was opened: then `clash` says so, or
    there is no place. The same when the page does not say what it showed."""
    now = opened(draft, section, place, {"was": "", **_said(given)})
    if now.clash or now.place is None:
        return now
    text, _ = without(draft, section, now.place)
    what = f"{section.noun} {name_of(now.raw)} removed"
    actions.change_draft(
        draft, text, note=draft.note, by=by, at=at, via=Via.WEB, seen=draft.revision, what=what
    )
    return now


def shift(
    draft: Version,
    section: Section,
    place: int,
    by_places: int,
    given: Mapping[str, str],
    *,
    by: User,
    at: datetime,
) -> Opened:
    """Move an entry within its list, unless it was changed since the page was opened (as `remove`).

    Raises LookupError where there is no such place, AgreementError, Refused.
    """
    now = opened(draft, section, place, {"was": "", **_said(given)})
    if now.clash or now.place is None:
        return now
    to = now.place + by_places
    if now.place != place and not 0 <= to < len(entries(document_value(draft.text), section)):
        return Opened(section, None, None, "")  # somebody moved it to the end of the list
    if not 0 <= to < len(entries(document_value(draft.text), section)) or section.key == "lists":
        raise LookupError(to)
    text = moved(draft.text, (section.key, now.place), to)
    what = f"order of {section.title.lower()}"
    actions.change_draft(
        draft, text, note=draft.note, by=by, at=at, via=Via.WEB, seen=draft.revision, what=what
    )
    return now
