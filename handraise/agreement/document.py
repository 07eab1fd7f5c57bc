"""The agreement as a document: what marketing and sales sign. Plain data, no Django."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict

from handraise.agreement.conditions import (
    Condition,
    Did,
    Joined,
    Scope,
    Test,
    dids,
    length,
    parse,
    subjects,
)
from handraise.kit import working_time
from handraise.kit.fold import fold


def _plain_number(raw: object) -> object:
    """Neither "10" in quotes nor true is a number here; what is meant must be written."""
    if isinstance(raw, bool | str):
        raise ValueError(f"{raw!r} is not a number.")
    return raw


CONDITION: JsonDict = {"type": "object", "x-condition": True}  # schema.py puts the grammar here


def _of_facts(raw: object) -> Condition:
    return parse(raw, scope=Scope.FACTS)


def _of_properties(raw: object) -> Condition:
    return parse(raw, scope=Scope.PROPERTIES)


# A raw mapping in, a Condition out.
When = Annotated[Any, AfterValidator(parse), WithJsonSchema(CONDITION)]
WhenFact = Annotated[Any, AfterValidator(_of_facts), WithJsonSchema(CONDITION)]
WhenProperty = Annotated[Any, AfterValidator(_of_properties), WithJsonSchema(CONDITION)]
Length = Annotated[
    timedelta,
    BeforeValidator(length),
    WithJsonSchema({"type": "string", "examples": ["30 days", "4 hours", "2 weeks"]}),
]
Number = Annotated[float, BeforeValidator(_plain_number)]
Points = Annotated[Number, Field(ge=-1000, le=1000)]
Positive = Annotated[Number, Field(gt=0, le=1_000_000)]
Weight = Annotated[Number, Field(ge=0, le=1000)]
Purpose = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(fold)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]

DecidedBy = Literal["marketing", "sales development", "account executive", "sales"]


def _working_length(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"{raw!r} is not a length such as '4 working hours'.")
    if working_time.parse(raw) > timedelta(days=100):
        raise ValueError(f"{raw!r} is too long to be a clock.")
    return raw.strip()


WorkingLength = Annotated[str, BeforeValidator(_working_length)]


def _working_length_or_never(raw: object) -> str | None:
    return None if raw == "never" else _working_length(raw)


# None is written `never`.
WorkingLengthOrNever = Annotated[
    str | None,
    BeforeValidator(_working_length_or_never),
    WithJsonSchema({"type": "string", "examples": ["5 working days", "never"]}),
]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FitSignal(Part):
    """What a fact means: `points` count while `when` is true of what is known."""

    name: Name
    points: Points
    when: WhenFact


class Each(Part):
    """Points for each `per` of the property `of`: `{of: seconds, per: 60}`."""

    of: Name
    per: Positive


class Behaviour(Part):
    """What an activity means. Points fade by `half_life`; a signal adds at most `at_most`."""

    name: Name
    event: Name
    points: Points
    where: WhenProperty | None = None
    each: Each | None = None
    half_life: Length | None = None
    within: Length | None = None
    at_most: Positive | None = None
    once_per: Literal["day"] | None = None
    needs_consent: Purpose | None = None

    @model_validator(mode="after")
    def _negative_points_stand(self) -> Behaviour:
        if self.points < 0 and (self.half_life or self.within or self.at_most):
            raise ValueError("Points below zero do not fade and have neither window nor cap.")
        return self


class Priority(Part):
    """Weights of the mean; they need not sum to 1. `order_by`: what the inbox and the list of leads
    are ordered by, the points or the learned score (where there is one, and it is not suspect)."""

    fit: Weight = 0.35
    interest: Weight = 0.2
    intent: Weight = 0.45
    order_by: Literal["points", "learned"] = "points"

    @model_validator(mode="after")
    def _something_weighs(self) -> Priority:
        if self.fit + self.interest + self.intent <= 0:
            raise ValueError("At least one weight must be above zero.")
        return self


class Mql(Part):
    """MARKETING_QUALIFIED: `when` true, every fact of `needs` known, `never` not true."""

    when: When
    needs: tuple[Name, ...] = ()
    never: When | None = None
    again_after: Length = timedelta(days=30)


class Sal(Part):
    """SALES_ACCEPTED: a person of sales takes the lead, within working time, or it passes on.

    Whoever took it has `touch_within` for the first touch: a call, a meeting, a mail of their own.
    A question stops the clock until it is answered, `answer_within` at most. Marketing may contest
    a rejection `contest_within` working time of it.
    """

    required: bool = True
    decided_by: DecidedBy = "sales development"
    accept_within: WorkingLength = "4 working hours"
    touch_within: WorkingLength | None = None
    answer_within: WorkingLength = "1 working day"
    contest_within: WorkingLengthOrNever = "5 working days"
    escalate_to: Literal["manager"] = "manager"
    then: Literal["reassign", "keep"] = "reassign"


class Answers(Part):
    """The questions whose answers, with evidence, a lead needs to become SALES_QUALIFIED."""

    framework: Name = "BANT"
    needs: tuple[Name, ...] = ()


class Sql(Part):
    """SALES_QUALIFIED: `when` true and the questions answered; a manager may override.

    Sales development passes the lead to a person of `team` who decides (no team: to any of them),
    and that person answers within `accept_within` of their working time.
    """

    decided_by: DecidedBy = "account executive"
    when: When | None = None
    team: Name | None = None
    accept_within: WorkingLength = "1 working day"
    answers: Answers = Answers()


class Route(Part):
    """Leads for which `when` is true (no `when`: every lead) go to the people of `team`.

    Whoever owns the lead or its company comes first with `owner_first`; else they take `turns` by
    weight, or it goes to who has `least open`, or it waits for the first `hand` of the team that
    claims it. With `at_work_first` those at work are asked before those whose working day is over
    or has not begun.
    """

    name: Name
    when: When | None = None
    team: Name
    owner_first: bool = True
    by: Literal["turns", "least open", "hand"] = "turns"
    at_work_first: bool = True


class Reason(Part):
    """Why sales may reject, and what then happens. `answer_by`: who is asked what they do about
    it.

    `more work` is for who decides on SQL: the lead goes back to sales development as SAL.
    """

    name: Name
    consequence: Literal["recycle", "disqualify", "fix data", "other team", "more work"]
    wake_after: Length | None = None
    needs_note: bool = False
    answer_by: Literal["marketing", "sales development", "nobody"] = "nobody"


class RecyclePlan(Part):
    """Not now: what the lead waits for, and when it wakes up.

    Wakes `after` a while (`wake_after`), at the start of the `next quarter`, or `on a date` that
    whoever recycles names.
    """

    name: Name
    wakes: Literal["after", "next quarter", "on a date"] = "after"
    wake_after: Length | None = None

    @model_validator(mode="after")
    def _wakes_once(self) -> RecyclePlan:
        if self.wakes == "after" and self.wake_after is None:
            raise ValueError("Say after how long: 'wake_after: 45 days'; or 'wakes: next quarter'.")
        if self.wakes != "after" and self.wake_after is not None:
            raise ValueError(f"'wake_after' does not go with 'wakes: {self.wakes}'.")
        return self


class Company(Part):
    """Part of what colleagues did counts too: their interest and intent × weight, capped."""

    weight: Annotated[Number, Field(gt=0, le=1)]
    at_most: Positive


class Document(Part):
    """The whole agreement. `signals` is the order that stored contributions follow."""

    name: Name
    fit: tuple[FitSignal, ...] = ()
    interest: tuple[Behaviour, ...] = ()
    intent: tuple[Behaviour, ...] = ()
    grades: dict[Name, Number] = {"A": 70, "B": 45, "C": 20}
    priority: Priority = Priority()
    company: Company | None = None
    mql: Mql
    sal: Sal = Sal()
    sql: Sql = Sql()
    targets: dict[str, Any] = {}
    lists: dict[Name, tuple[Name, ...]] = {}
    routes: tuple[Route, ...] = ()
    reasons: tuple[Reason, ...] = Field(min_length=1)
    recycle_plans: tuple[RecyclePlan, ...] = Field(default=(), max_length=50)

    @property
    def signals(self) -> tuple[FitSignal | Behaviour, ...]:
        return (*self.fit, *self.interest, *self.intent)


__all__ = [
    "Behaviour",
    "Condition",
    "Did",
    "Document",
    "FitSignal",
    "Joined",
    "Test",
    "dids",
    "subjects",
]
