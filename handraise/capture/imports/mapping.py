"""The mapping of a file: a small YAML document that says what its columns mean.

Every scalar in a mapping is text as written (`No` stays `No`, `0` stays `0`), so that cells can
be named as they stand in the file.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from handraise.capture.decide import ImportKind
from handraise.capture.imports.values import Column, Id, Instant, Names, Strict, Type
from handraise.kit import durations
from handraise.leads.decide import Stage

_YEARS = re.compile(r"^\s*(\d+)\s*years?\s*$", re.IGNORECASE)
_LONGEST = timedelta(days=50 * 365)
NO_MOVE = "none"


def _length(text: Any) -> timedelta:
    if isinstance(text, timedelta):
        return text
    found = _YEARS.match(str(text))
    length = timedelta(days=365 * int(found[1][:4])) if found else durations.parse(str(text))
    if length > _LONGEST:
        raise ValueError("This is longer than 50 years.")
    return length


def _phrase(text: str) -> str:
    _length(text)
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone such as Europe/Berlin.") from None
    return name


def _stage(text: Any) -> str:
    """A stage by its name or its label (`MQL`), or `none` for a value that moves nobody."""
    wanted = str(text).strip().lower().replace(" ", "_")
    if wanted == NO_MOVE:
        return NO_MOVE
    for stage in Stage:
        if wanted in {stage.value.lower(), stage.label.lower()}:
            return stage.value
    known = ", ".join(stage.value for stage in Stage)
    raise ValueError(f"{text!r} is no stage; there are {known}, and none for no move.")


def _one_character(text: str) -> str:
    text = {"tab": "\t", "\\t": "\t"}.get(text.lower(), text)
    if len(text) != 1 or text in '"\r\n':
        raise ValueError("A delimiter is one character, or the word tab.")
    return text


def _event(value: Any) -> Any:
    return {"column": value} if isinstance(value, str | list) else value


Length = Annotated[str, AfterValidator(_phrase)]
StageName = Annotated[str, BeforeValidator(_stage)]
EventName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]


class Spread(Strict):
    """Rows without dates, spread over a period (a length ending today, or two days) by a column
    that grows with time; without a column, in the order of the file."""

    over: Length | Annotated[list[str], Field(min_length=2, max_length=2)] = "1 year"
    by: Names = ()


class Event(Strict):
    """The name of an activity: from a column, renamed, or the same for every row."""

    column: Names = ()
    constant: EventName = ""
    rename: dict[str, EventName] = {}

    @model_validator(mode="after")
    def _says_one(self) -> Event:
        if bool(self.column) == bool(self.constant):
            raise ValueError("An event has either a column or a constant.")
        return self


class LeadActivity(Strict):
    """An activity told by a lead's row: where `when` is yes (or not empty), `name` happened."""

    name: EventName
    when: Names
    at: Instant | None = None


class ConsentColumn(Strict):
    """Consent for a purpose, read from a column; other values say nothing."""

    purpose: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    column: Names
    given_when: list[str] = []
    withdrawn_when: list[str] = []
    wording: str = ""


class Outcome(Strict):
    """What came of a lead: a stage from a column's values, or the same for every row.

    `after` sets it that long after the row's own instant, when the file has no instant for it.
    """

    column: Names = ()
    values: dict[str, StageName] = {}
    stage: StageName = ""
    at: Instant | None = None
    after: Length | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Outcome:
        if bool(self.column) == bool(self.stage):
            raise ValueError("An outcome has either a column with values or one stage.")
        if bool(self.column) != bool(self.values):
            raise ValueError("A column needs values, each with the stage it stands for.")
        if self.at and self.after:
            raise ValueError("An outcome has either at or after, not both.")
        return self


class Group(Strict):
    """The company of the row by an id of its own; facts about it are named `company.…`."""

    id: Id


class IdentityColumns(Strict):
    """How the row's person is known; the first filled column of several counts."""

    user_id: Id | None = None
    email: Id | None = None
    anonymous_id: Id | None = None

    @model_validator(mode="after")
    def _says_one(self) -> IdentityColumns:
        if not (self.user_id or self.email or self.anonymous_id):
            raise ValueError("Name at least one of user_id, email, anonymous_id.")
        return self


class Mapping(Strict):
    """What the columns of one kind of file mean."""

    kind: ImportKind
    name: Annotated[str, StringConstraints(max_length=120)] = ""
    encoding: str | None = None
    delimiter: Annotated[str, AfterValidator(_one_character)] | None = None
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    unknown_when: list[str] = []
    ignore: list[str] = []
    json_columns: list[str] = Field([], alias="json")

    identity: IdentityColumns
    message_id: Names = ()
    occurred_at: Instant | None = None
    known_at: Instant | None = None
    spread: Spread | None = None

    facts: dict[str, Column] = {}
    constants: dict[str, str] = {}
    tags: list[Tag] = []
    tags_from: list[str] = []
    consents: list[ConsentColumn] = []
    company: Group | None = None

    event: Annotated[Event, BeforeValidator(_event)] | None = None
    properties: dict[str, Column] = {}
    url: Names = ()
    user_agent: Names = ()
    activities: list[LeadActivity] = []
    outcome: Outcome | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Mapping:
        if self.occurred_at and self.spread:
            raise ValueError("A file has either occurred_at or spread, not both.")
        is_of_activities = self.kind is ImportKind.ACTIVITIES
        if is_of_activities and self.event is None:
            raise ValueError("Activities need an event: a column, or a constant.")
        if is_of_activities and not (self.occurred_at or self.spread):
            raise ValueError("Activities need occurred_at, or a spread where there are no dates.")
        if not is_of_activities and (self.event or self.properties or self.url):
            raise ValueError("Only activities have event, properties and url.")
        for name, column in self.facts.items():
            # What is stored as an instant is known by its name (leads/facts.py).
            if column.type is Type.INSTANT and not column.name.endswith(("_at", "At")):
                raise ValueError(f"facts.{name}: the name of an instant ends in _at.")
        if self.kind is ImportKind.OUTCOMES and self.outcome is None:
            raise ValueError("Outcomes need an outcome: a column with values, or a stage.")
        return self

    def span(self) -> timedelta | None:
        """How long the spread lasts, when it is a length and not two days."""
        if self.spread is None or isinstance(self.spread.over, list):
            return None
        return _length(self.spread.over)

    def outcome_delay(self) -> timedelta:
        if self.outcome is None or self.outcome.after is None:
            return timedelta(0)
        return _length(self.outcome.after)

    def as_json(self) -> dict[str, Any]:
        """The mapping as stored with its import; reads back as the same mapping."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
