"""The form of one part of a draft: opened, typed into, a row added, checked, saved."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from handraise.agreement import building
from handraise.nurture import choices, editing, filling, publishing, steps, undoing
from handraise.nurture.editing import Checked, Part
from handraise.nurture.filling import Filled
from handraise.nurture.kinds import FORMS, HEAD, Form, form_of
from handraise.nurture.models import Journey
from handraise.nurture.naming import names
from handraise.nurture.publishing import Overtaken
from handraise.nurture.step_words import (
    UNNAMED,
    Names,
    detail_of,
    rules_in_words,
    title_of,
    way_words,
)
from handraise.nurture.steps import Place
from handraise.team.models import User

LENGTHS = ("1 hour", "4 hours", "1 day", "2 days", "3 days", "1 week", "2 weeks", "30 days")
_TRIES = 3


@dataclass(slots=True)
class Page:
    """A part that somebody has before them. `gap`: where a new step will stand."""

    journey: Journey
    value: dict[str, Any]
    form: Form
    part: Part
    made: Filled
    gap: Place | None = None

    @property
    def is_new(self) -> bool:
        return self.gap is not None


def opened(journey: Journey, place: Place | None, given: Mapping[str, str] | None) -> Page:
    """The head or a step, as it stands or as it was filled in. Raises LookupError."""
    value = editing.value_of(journey.draft)
    was = given.get("was") if given is not None else None
    part = editing.part_of(value, place, was, journey.changed_by)
    form = HEAD if part.place is None else form_of(part.raw)
    if given is None:
        return Page(journey, value, form, part, filling.opened(form, part.raw))
    return Page(journey, value, form, part, filling.posted(form, given, part.raw))


def begun(journey: Journey, kind: str, gap: Place, given: Mapping[str, str] | None) -> Page:
    """A step that is not there yet. Raises LookupError."""
    value, form = editing.value_of(journey.draft), FORMS[kind]
    if len(gap) > steps.DEEPEST:
        raise LookupError(gap)
    now = editing.beside(value, _within(value, gap))
    part = Part(None, deepcopy(form.base), now)
    if given is None:
        return Page(journey, value, form, part, filling.opened(form, part.raw), gap)
    gap = _within(value, gap)
    if given.get("was", now) != now:
        gap, part.clash = _found_again(journey, value, gap, given["was"])
    return Page(journey, value, form, part, filling.posted(form, given, part.raw), gap)


def _within(value: dict[str, Any], gap: Place) -> Place:
    """The same place, or the end of its way if the way has become shorter."""
    count = len(steps.steps_of(steps.holder_at(value, gap[:-1])))
    return (*gap[:-1], min(gap[-1], count))


def _found_again(
    journey: Journey, value: dict[str, Any], gap: Place, was: str
) -> tuple[Place, str]:
    same = [each for each in steps.gaps(value) if editing.beside(value, each) == was]
    if len(same) == 1:
        return same[0], ""
    said = f"{journey.changed_by} has changed the steps since you began: see where yours goes now."
    return gap, said


def act(page: Page, deed: str) -> None:
    """Add a row to a condition or a way to a fork, or take one out."""
    what, _, where = deed.partition(":")
    if what in {"add-row", "remove-row", "row-up"}:
        filling.changed_rows(page.made, what, where, page.part.raw)
        return
    for name, group in page.made.groups():
        if building.changed(group, what, where):
            building.placed(group, name)


def checked(page: Page) -> Checked:
    """The draft with the part as it is filled in, and what is wrong with it."""
    if page.gap is not None:
        value = editing.with_step(page.value, page.gap, page.made.raw)
        return editing.checked(page.journey.draft, value, page.gap, page.made)
    value = editing.with_part(page.value, page.part.place, page.made.raw)
    return editing.checked(page.journey.draft, value, page.part.place, page.made)


def context(page: Page, found: Checked | None = None) -> dict[str, Any]:
    """What the template of a form needs."""
    return {
        **said(page, found), "journey": page.journey, "page": page, "form": page.form,
        "made": page.made, "choices": choices.choices_of(page.made), "places": _places(page),
        "suggested": choices.suggested(), "lengths": LENGTHS, "operators": building.OPERATORS,
        "at": steps.written(page.gap or page.part.place or ()),
    }  # fmt: skip


def said(page: Page, found: Checked | None = None) -> dict[str, Any]:
    """What there is to say of a part while it is typed."""
    return {
        "faults": found.faults if found else {}, "slots": editing.slots(page.made),
        "words": _words(page), "found": found,
    }  # fmt: skip


def _places(page: Page) -> list[tuple[str, str]]:
    """Where a step that is there already can be moved to."""
    place = page.part.place
    if page.gap is not None or place is None:
        return []
    here = {place, (*place[:-1], place[-1] + 1)}
    called = names()
    return [
        (steps.written(gap), gap_words(page.value, gap, called))
        for gap in steps.gaps(page.value)
        if gap not in here and gap[: len(place)] != place
    ]


def gap_words(value: dict[str, Any], gap: Place, called: Names = UNNAMED) -> str:
    """A place between steps in words: `after “Wait 3 days”, on the way Clicked`."""
    on = ""
    if len(gap) > 1:
        fork = steps.step_at(value, gap[:-2])
        on = f", on the way {steps.ways_of(fork)[gap[-2]].get('name', gap[-2] + 1)}"
    if not gap[-1]:
        return f"to the beginning{on}"
    before = steps.step_at(value, (*gap[:-1], gap[-1] - 1))
    return f"after “{title_of(before, called)}”{on}"


def _words(page: Page) -> list[str]:
    """What the part says, a line each."""
    raw, called = page.made.raw, names()
    if page.form is HEAD:
        return [f"{name}: {said}" for name, said in rules_in_words(raw, called)]
    lines = [title_of(raw, called), detail_of(raw)]
    kind = steps.kind_of(raw)
    lines += [f"{way.get('name', '?')}: {way_words(kind, way)}" for way in steps.ways_of(raw)]
    return [line for line in lines if line]


def kept(page: Page, session: SessionBase, *, by: User, at: datetime) -> Journey | None:
    """Save a part into the draft as it is by now; None where it is no longer what it was.

    Raises Refused.
    """
    for _ in range(_TRIES):
        found = checked(page)
        try:
            return store(page.journey, found.text, session, by=by, at=at)
        except Overtaken:
            page = again(page)
            if page.part.clash:
                return None
    return None


def again(page: Page) -> Page:
    """The same form over the draft as somebody else has just left it."""
    page.journey.refresh_from_db()
    given = {"was": page.part.was}
    if page.gap is not None:
        fresh = begun(page.journey, page.form.key, page.gap, given)
    else:
        fresh = opened(page.journey, page.part.place, given)
    fresh.made = page.made
    return fresh


def anchor(page: Page) -> str:
    """Where the part stands on the page of the draft."""
    if page.gap is None and page.part.place is None:
        return "rules"
    value = editing.value_of(page.journey.draft)
    own = steps.ids_of(value).get(page.gap or page.part.place or ())
    return f"step-{own}" if own else "steps"


def store(journey: Journey, text: str, session: SessionBase, *, by: User, at: datetime) -> Journey:
    """Keep a text of the draft, so that it can be undone. Raises Overtaken, Refused."""
    before = journey.draft
    saved = write(journey, text, by=by, at=at)
    if text != before:
        undoing.remember(session, saved, before)
    return saved


def write(journey: Journey, text: str, *, by: User, at: datetime) -> Journey:
    """Keep a text of the draft. Raises Overtaken, Refused."""
    return publishing.save_draft(journey, text, seen=journey.seen, by=by, at=at)
