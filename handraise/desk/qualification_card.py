"""The questions of the agreement's framework as the page of a lead shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from handraise.agreement.document import Document, RecyclePlan
from handraise.agreement.queries import Published, published
from handraise.agreement.wording import waking_words
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.qualification.answers import Answered, answers_of
from handraise.qualification.decide import State, allowed, waking_at
from handraise.qualification.frameworks.document import Framework, Question
from handraise.qualification.frameworks.queries import framework_named
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

_NOT_SPOKEN_TO = (Stage.LEAD, Stage.NURTURE, Stage.DISQUALIFIED)


@dataclass(frozen=True, slots=True)
class Row:
    """One question; `is_needed`: the agreement asks for it before SQL."""

    answered: Answered
    is_needed: bool

    @property
    def icon(self) -> str:
        return _ICONS[self.answered.state]

    @property
    def words(self) -> str:
        """The state beside the answer, where the answer does not say it."""
        return _WORDS[self.answered.state]


_ICONS = {
    State.FAVOURABLE: "circle-check",
    State.UNFAVOURABLE: "circle-x",
    State.STALE: "history",
    State.UNANSWERED: "circle-dashed",
}
_WORDS = {
    State.FAVOURABLE: "",
    State.UNFAVOURABLE: "speaks against it",
    State.STALE: "too long ago, ask again",
    State.UNANSWERED: "not answered",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A recycle plan as it would work now; `wakes_at` is None where a date must be told."""

    plan: RecyclePlan
    wakes_at: datetime | None

    @property
    def words(self) -> str:
        return "say when" if self.wakes_at is None else f"wakes {waking_words(self.plan)}"


@dataclass(frozen=True, slots=True)
class QualificationCard:
    """Every question with its state, and what this reader can do about it."""

    framework: Framework
    rows: list[Row]
    may_answer: bool
    plans: list[Plan]

    @property
    def is_shown(self) -> bool:
        """Not before anybody has spoken to them."""
        return self.may_answer or any(row.answered.answer for row in self.rows)

    @property
    def answers(self) -> list[Answered]:
        return [row.answered for row in self.rows]

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.answered.question.key == key), None)

    def question(self, key: str) -> Question | None:
        return self.framework.question(key)


def qualification_card(
    lead: Lead, *, user: User | None, at: datetime, agreed: Published | None = None
) -> QualificationCard | None:
    """The card at an instant; `user` is None while looking back, where nothing can be done.
    `agreed` is the agreement in force, where it was read.

    None where no agreement is in force, or its framework is not there.
    """
    agreed = agreed or published()
    framework = framework_named(agreed.document.sql.answers.framework) if agreed else None
    if agreed is None or framework is None:
        return None
    needs = agreed.document.sql.answers.needs
    rows = [
        Row(one, one.question.key in needs)
        for one in answers_of(lead, framework=framework.name, at=at)
    ]
    may_qualify = user is not None and may(user, Permission.QUALIFY)
    is_talked_to = Stage(lead.stage) not in _NOT_SPOKEN_TO
    plans = _plans(lead, agreed.document, user, at) if user is not None and may_qualify else []
    return QualificationCard(framework, rows, may_qualify and is_talked_to, plans)


def _plans(lead: Lead, document: Document, user: User, at: datetime) -> list[Plan]:
    """Those of the agreement, where this person may put the lead aside."""
    is_manager = may(user, Permission.OVERRIDE)
    if not allowed(Stage(lead.stage), Stage.NURTURE, Role(user.role), is_manager=is_manager):
        return []
    return [
        Plan(plan, waking_at(plan, at=at, zone=settings.TIME_ZONE))
        for plan in document.recycle_plans
    ]
