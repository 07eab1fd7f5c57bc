"""Texts of scripts for one lead: to be read, with what is missing marked; to be sent, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from handraise.enablement import language
from handraise.enablement.about import Situation, Values, about
from handraise.enablement.language import Broken
from handraise.enablement.models import MessageVersion, Script
from handraise.leads.decide import Refused
from handraise.leads.models import Lead


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text; a missing one names what is not known."""

    text: str
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A script for reading. With a `fault` there are no parts: nothing is half-rendered."""

    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    fault: str = ""

    @property
    def text(self) -> str:
        """The whole in plain text, what is missing marked in it."""
        return "".join(part.text for part in self.parts)


def shown(
    script: Script | str, lead: Lead, *, at: datetime, situation: Situation | None = None
) -> Shown:
    """The script for this lead, every variable that is not known marked where it stands.

    A text stands for a script that is being written.
    """
    values = about(
        [lead.canonical_id], situations={lead.canonical_id: situation or Situation()}, at=at
    )
    return shown_with(body_of(script), values[lead.canonical_id], wordings_in_force())


def shown_with(body: str, values: Values, wordings: Mapping[str, str]) -> Shown:
    """As `shown`, of variables that were gathered before: for many leads at once."""
    try:
        text = language.rendered(body, values, wordings)
    except Broken as broken:
        return Shown(fault=str(broken))
    parts = tuple(
        Part(f"⟨{told} is not known⟩" if is_missing else told, is_missing)
        for told, is_missing in language.pieces(text)
    )
    names = (told for told, is_missing in language.pieces(text) if is_missing)
    return Shown(parts, tuple(dict.fromkeys(names)))


def to_send(
    script: Script | str, lead: Lead, *, at: datetime, situation: Situation | None = None
) -> str:
    """The text for a customer: whole, or Refused with a sentence that says what is missing or
    which line is wrong."""
    made = shown(script, lead, at=at, situation=situation)
    if made.fault:
        raise Refused(f"This cannot be sent; the script has a fault: {made.fault}")
    if made.missing:
        are = "is" if len(made.missing) == 1 else "are"
        names = ", ".join(made.missing)
        raise Refused(f"This cannot be sent to {lead}: {names} {are} not known.")
    if not made.text.strip():
        raise Refused("This cannot be sent: for this lead the script says nothing.")
    return made.text


def body_of(script: Script | str) -> str:
    """The text of a script in its newest version."""
    if isinstance(script, str):
        return script
    return script.versions.get(number=script.version).body


def wordings_in_force() -> dict[str, str]:
    """The newest wording of each key message that is not retired, by its code."""
    newest = MessageVersion.objects.filter(
        message__retired_at=None, number=F("message__version")
    ).order_by("message__code")
    return dict(newest.values_list("message__code", "wording"))


__all__ = ["Part", "Shown", "shown", "shown_with", "to_send", "wordings_in_force"]
