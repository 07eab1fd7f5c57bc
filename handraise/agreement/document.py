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
    model_validator,
)

from handraise.agreement.conditions import Condition, Did, Joined, Test, dids, parse, subjects
from handraise.kit import durations

Length = Annotated[timedelta, BeforeValidator(lambda raw: durations.parse(str(raw)))]
When = Annotated[Any, AfterValidator(parse)]  # a raw mapping in, a Condition out
Points = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FitSignal(Part):
    """What a fact means: `points` count while `when` is true of what is known."""

    name: Name
    points: Points
    when: When


class Each(Part):
    """Points for each `per` of the property `of`: `{of: seconds, per: 60}`."""

    of: Name
    per: float = Field(gt=0, allow_inf_nan=False)


class Behaviour(Part):
    """What an activity means. Points fade by `half_life`; a signal adds at most `at_most`."""

    name: Name
    event: Name
    points: Points
    where: When | None = None
    each: Each | None = None
    half_life: Length | None = None
    within: Length | None = None
    at_most: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    once_per: Literal["day"] | None = None
    needs_consent: Name | None = None

    @model_validator(mode="after")
    def _negative_points_stand(self) -> Behaviour:
        if self.points < 0 and (self.half_life or self.within or self.at_most):
            raise ValueError("points below zero do not fade and have neither window nor cap")
        return self


class Priority(Part):
    fit: float = Field(default=0.35, ge=0)
    interest: float = Field(default=0.2, ge=0)
    intent: float = Field(default=0.45, ge=0)

    @model_validator(mode="after")
    def _something_weighs(self) -> Priority:
        if self.fit + self.interest + self.intent <= 0:
            raise ValueError("at least one weight must be above zero")
        return self


class Mql(Part):
    """MARKETING_QUALIFIED: `when` true, every fact of `needs` known, `never` not true."""

    when: When
    needs: tuple[Name, ...] = ()
    never: When | None = None
    again_after: Length = timedelta(days=30)


class Sal(Part):
    required: bool = True
    decided_by: str = "sales development"
    accept_within: str = "4 working hours"
    escalate_to: str = "manager"
    then: Literal["reassign", "keep"] = "reassign"


class Answers(Part):
    framework: str = "BANT"
    needs: tuple[Name, ...] = ()


class Sql(Part):
    decided_by: str = "account executive"
    when: When | None = None
    answers: Answers = Answers()


class Route(Part):
    """Leads for which `when` is true (no `when`: every lead) go to the people of `team`."""

    name: Name
    when: When | None = None
    team: Name


class Reason(Part):
    """Why sales may reject, and what then happens."""

    name: Name
    consequence: Literal["recycle", "disqualify", "fix data", "other team"]
    wake_after: Length | None = None
    needs_note: bool = False


class Company(Part):
    """Part of what colleagues did counts too: their interest and intent × weight, capped."""

    weight: float = Field(gt=0, le=1)
    at_most: float = Field(gt=0)


class Document(Part):
    """The whole agreement. `signals` is the order that stored contributions follow."""

    name: Name
    fit: tuple[FitSignal, ...] = ()
    interest: tuple[Behaviour, ...] = ()
    intent: tuple[Behaviour, ...] = ()
    grades: dict[str, float] = {"A": 70, "B": 45, "C": 20}
    priority: Priority = Priority()
    company: Company | None = None
    mql: Mql
    sal: Sal = Sal()
    sql: Sql = Sql()
    targets: dict[str, Any] = {}
    lists: dict[str, tuple[str, ...]] = {}
    routes: tuple[Route, ...] = ()
    reasons: tuple[Reason, ...] = Field(min_length=1)

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
