"""A journey as a document: who enters, what happens step by step, and when it ends. No Django.

Conditions are those of the agreement, in the same language (`agreement/conditions.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from handraise.agreement.conditions import ConditionError, Scope, is_reserved, parse
from handraise.agreement.document import Length as AnyLength
from handraise.agreement.document import Name, Part, Positive, When, WhenProperty
from handraise.agreement.faults import nearest
from handraise.kit import durations
from handraise.kit.fold import fold

LONGEST_TEXT = 500  # of a task or a notice
LONGEST = timedelta(days=3650)  # of any while: what lies behind the year 9999 cannot be reckoned
WORKING_TIME = "working time"

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAY = timedelta(days=1)


def _clock(raw: object) -> str:
    if not isinstance(raw, str) or not _CLOCK.fullmatch(raw):
        raise ValueError(f"{raw!r} is not a time of day such as '09:00'.")
    return raw


def _bounded(raw: timedelta) -> timedelta:
    if raw > LONGEST:
        raise ValueError(f"Nothing in a journey is longer than {LONGEST.days:,} days.")
    return raw


def _days(raw: timedelta) -> timedelta:
    if raw % _DAY:
        raise ValueError("A date is moved by whole days, such as '14 days' or '2 weeks'.")
    return raw


def _again(raw: object) -> timedelta | None:
    if raw == "never":
        return None
    if not isinstance(raw, str) or not raw.startswith("after "):
        raise ValueError(f"{raw!r} is neither 'never' nor such as 'after 90 days'.")
    return _bounded(durations.parse(raw.removeprefix("after ")))


Clock = Annotated[str, BeforeValidator(_clock)]
Length = Annotated[AnyLength, AfterValidator(_bounded)]
Days = Annotated[Length, AfterValidator(_days)]
Again = Annotated[
    timedelta | None,
    BeforeValidator(_again),
    WithJsonSchema({"type": "string", "examples": ["never", "after 90 days"]}),
]
Code = Annotated[str, StringConstraints(max_length=60), AfterValidator(fold)]
NeededCode = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(fold)]
StepId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
WayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Said = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)
]
Whom = Literal["owner", "marketing"]


class Happening(Part):
    """An activity of this name, whose properties meet `where`."""

    event: Name
    where: WhenProperty | None = None


@dataclass(frozen=True, slots=True)
class OnFact:
    """The date that a fact of the lead holds."""

    name: str


Until: TypeAlias = "str | OnFact | Happening"  # the text is WORKING_TIME


def _until(raw: object) -> Until:
    if raw == WORKING_TIME:
        return WORKING_TIME
    if isinstance(raw, str) and raw.startswith("fact:") and raw.removeprefix("fact:").strip():
        return OnFact(raw.removeprefix("fact:").strip()[:120])
    if isinstance(raw, dict):
        return _happening(raw)
    raise ValueError(
        "'until' takes 'working time', 'fact:' with the name of a fact, or an event: "
        "{event: Webinar Attended}."
    )


def _happening(raw: dict[str, Any]) -> Happening:
    for key in raw:
        if key not in Happening.model_fields:
            raise ConditionError(
                (key,), f"An event has no '{key}'.{nearest(key, ('event', 'where'))}"
            )
    event = raw.get("event")
    if not isinstance(event, str) or not event.strip() or len(event.strip()) > 120:
        raise ConditionError(("event",), "'until' needs the name of an event.")
    if raw.get("where") is not None:  # read here for the place of its faults
        parse(raw["where"], ("where",), scope=Scope.PROPERTIES)
    return Happening(event=event, where=raw.get("where"))


class Enter(Part):
    """Who enters: with each activity `on`, else as soon as `when` holds or they are in `list`.

    `when` and `list` (the name of a shared list of leads) must hold too where `on` is given.
    """

    on: Happening | None = None
    when: When | None = None
    list: Name | None = None

    @model_validator(mode="after")
    def _somebody_enters(self) -> Enter:
        if self.on is None and self.when is None and self.list is None:
            raise ValueError("Say who enters: 'on' an event, 'when' something holds, or a 'list'.")
        return self


class Exit(Part):
    """Whoever this holds for leaves, whichever step they are at."""

    name: WayName
    when: When


class SendStep(Part):
    """Send the published version of a message, by its code."""

    message: NeededCode


class WaitStep(Part):
    """Wait `for` a while, or `until` a date, working time, or an event.

    `at` is a time of day in the lead's zone: the first such after the while, or on the date
    (09:00 where nothing is said). A date that is not known or past is not waited for. For an
    event at most `at_most`, where that is given. Working time is that of the team `of`, else
    office hours in the lead's zone.
    """

    length: Length | None = Field(default=None, alias="for")
    until: Annotated[Any, AfterValidator(_until)] = None
    minus: Days | None = None
    plus: Days | None = None
    at: Clock | None = None
    of: Name | None = None
    at_most: Length | None = None

    @model_validator(mode="before")
    @classmethod
    def _waits_for_one_thing(cls, raw: object) -> object:
        if isinstance(raw, dict) and ("for" in raw) is ("until" in raw):
            raise ValueError("A wait has either 'for' (a while) or 'until'.")
        return raw

    @model_validator(mode="after")
    def _goes_together(self) -> WaitStep:
        is_date, is_event = isinstance(self.until, OnFact), isinstance(self.until, Happening)
        if not is_date and (self.minus or self.plus):
            raise ValueError("'minus' and 'plus' go with the date of a fact.")
        if self.minus and self.plus:
            raise ValueError("A date is moved by 'minus' or by 'plus', not by both.")
        if self.at and not (is_date or self.length):
            raise ValueError("'at' goes with 'for' and with the date of a fact.")
        if self.of and self.until != WORKING_TIME:
            raise ValueError("'of' names the team whose working time is waited for.")
        if self.at_most and not is_event:
            raise ValueError("'at_most' goes with an event that is waited for.")
        return self


class Arm(Part):
    """One way of a branch, taken when its condition holds and none before it did."""

    name: WayName
    when: When | None = None
    steps: tuple[Step, ...] = ()


class Share(Part):
    """One way of a split, taken by `share` of a hundred. Those held out leave: they are what the
    journey is measured against."""

    name: WayName
    share: Annotated[Positive, Field(le=100)]
    holdout: bool = False
    steps: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _held_out_get_nothing(self) -> Share:
        if self.holdout and self.steps:
            raise ValueError("Those held out have no steps: nothing may happen to them here.")
        return self


class TaskStep(Part):
    """A task for the lead's owner, or for whoever answers for the journey in marketing."""

    title: Said
    due_in: Length | None = None
    to: Whom = "owner"


class NotifyStep(Part):
    """A notice to the lead's owner, or to whoever answers for the journey in marketing."""

    text: Said
    to: Whom = "owner"


def _plain(raw: object) -> object:
    if not isinstance(raw, bool | int | float | str):
        raise ValueError("A fact is set to a text, a number, or true or false.")
    if isinstance(raw, str) and len(raw) > LONGEST_TEXT:
        raise ValueError(f"A fact is set to {LONGEST_TEXT} characters at most.")
    return raw


def _settable(name: str) -> str:
    if is_reserved(name) or fold(name) in {"email", "phone"} or name.startswith("company."):
        raise ValueError(f"A journey does not set '{name}'.")
    return name


class FactStep(Part):
    """Say something of the lead."""

    name: Annotated[Name, AfterValidator(_settable)]
    value: Annotated[Any, BeforeValidator(_plain)]


class Nothing(Part):
    """A step that has nothing to say but its kind: `leave: {}`."""


def _nothing(raw: object) -> object:
    return {} if raw is None else raw


MaybeNothing = Annotated[Nothing | None, BeforeValidator(_nothing)]  # `leave:` alone is enough

KINDS = (
    "send", "wait", "branch", "split", "task", "notify", "set_fact", "ready_for_sales", "leave",
)  # fmt: skip


class Step(Part):
    """One step: exactly one kind of thing, under an id that stays the same over versions."""

    id: StepId | None = None
    send: SendStep | None = None
    wait: WaitStep | None = None
    branch: tuple[Arm, ...] = Field(default=(), max_length=20)
    split: tuple[Share, ...] = Field(default=(), max_length=20)
    task: TaskStep | None = None
    notify: NotifyStep | None = None
    set_fact: FactStep | None = None
    ready_for_sales: MaybeNothing = None
    leave: MaybeNothing = None

    @model_validator(mode="before")
    @classmethod
    def _is_one_thing(cls, raw: object) -> object:
        if isinstance(raw, dict) and len(raw.keys() & set(KINDS)) > 1:
            said = sorted(raw.keys() & set(KINDS))
            raise ValueError(f"A step is one thing; make two steps of {' and '.join(said)}.")
        if isinstance(raw, dict) and not raw.keys() - {"id"}:
            raise ValueError(f"A step says what happens: {', '.join(KINDS)}.")
        return raw

    @model_validator(mode="after")
    def _is_something(self) -> Step:
        if not any(getattr(self, kind) for kind in KINDS):
            raise ValueError("This step says nothing yet; fill it in or take it out.")
        return self

    @property
    def kind(self) -> str:
        """Which of KINDS it is."""
        return next(kind for kind in KINDS if getattr(self, kind))


class JourneyDocument(Part):
    """The whole journey. Without a `purpose` its messages are what people asked for."""

    name: Name
    purpose: Code = ""
    topic: Code = ""
    enter: Enter
    again: Again = None
    priority: Annotated[int, Field(ge=0, le=100)] = 50
    alone: bool = False
    goal: When | None = None
    exits: tuple[Exit, ...] = Field(default=(), max_length=20)
    goes_on_with_sales: bool = False
    steps: tuple[Step, ...] = Field(min_length=1, max_length=200)


Arm.model_rebuild()
Share.model_rebuild()


__all__ = ["KINDS", "LONGEST", "Happening", "JourneyDocument", "OnFact", "Step", "WaitStep"]
