"""What every door hands to `leads.record`: one validated message, in one shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class EntryKind(StrEnum):
    ACTIVITY = "activity"  # something the lead did (track, page, screen, a row of an import)
    FACTS = "facts"  # something that is true of the lead (identify)
    GROUP = "group"  # the lead belongs to a company, with facts about it (group)
    ALIAS = "alias"  # two identities are one person, said by a system (alias)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. At least one of user_id, email, anonymous_id is set (alias: also previous_id).

    Ids are cleaned: strings of 1 to 255 characters, null-like ones already dropped; e-mail folded.
    Instants carry their zone. `properties` of an activity and `traits` of facts are JSON objects
    without NUL or lone surrogates; traits under `company.` are about the company. `is_public`:
    anybody may have said it (`SourceKind.WEBSITE`).
    """

    kind: EntryKind
    source_id: int
    message_id: str
    occurred_at: datetime
    known_at: datetime
    user_id: str | None = None
    email: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    group_id: str | None = None
    name: str = ""
    properties: dict[str, Json] = field(default_factory=dict)
    traits: dict[str, Json] = field(default_factory=dict)
    is_known_at_assumed: bool = False
    bot: str = ""  # why it was judged to be a bot's; empty for people
    by_id: int | None = None
    is_public: bool = False
    fingerprint: int = 0
    written: tuple[str, str] | None = None  # `facts.written(properties)`, if made ahead already
