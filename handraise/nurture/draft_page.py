"""What the pages of a draft show."""

from __future__ import annotations

import difflib
from typing import Any

from handraise.agreement.faults import AgreementError
from handraise.nurture import editing, references, showing, steps
from handraise.nurture.models import Journey
from handraise.nurture.naming import names
from handraise.nurture.step_words import rules_in_words

_MOST_LINES = 200


def draft_context(journey: Journey, value: dict[str, Any]) -> dict[str, Any]:
    """A draft that can be read: its rules, steps and picture, with all that is wrong."""
    faults = references.faults(journey.draft)
    called = names()
    found = showing.shown(value, steps.ids_of(value), faults=faults, names=called)
    return {
        "journey": journey,
        "is_new": journey.published is None or journey.is_changed,
        "rules": rules_in_words(value, called),
        "steps": found,
        "picture": showing.picture(found),
        "faults": faults,
        "head_faults": [fault for fault in faults if not fault.path.startswith("steps[")],
        "count": sum(1 for _ in steps.walk(value)),
    }


def text_context(journey: Journey, text: str, *, seen: str = "") -> dict[str, Any]:
    """A draft as text: its faults by line, and its picture as far as it can be drawn. `seen`: the
    saving that its page showed."""
    is_overtaken = bool(seen) and seen != str(journey.seen)
    context: dict[str, Any] = {
        "journey": journey, "text": text, "is_overtaken": is_overtaken, "is_unreadable": False,
        "between": _between(journey.draft, text) if is_overtaken else [],
    }  # fmt: skip
    try:
        value = editing.value_of(text)
    except AgreementError as error:
        return {**context, "faults": error.faults, "is_unreadable": True}
    faults = references.faults(text)
    found = showing.shown(value, steps.ids_of(value), faults=faults, names=names())
    return {**context, "faults": faults, "picture": showing.picture(found), "steps": found}


def _between(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "now", "yours", n=2)
    return [line.rstrip("\n") for line in lines][:_MOST_LINES]
