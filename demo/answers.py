"""What the invented salespeople find out in their conversations."""

from __future__ import annotations

from datetime import datetime
from random import Random

from handraise.leads.decide import Via
from handraise.leads.models import Activity, Lead
from handraise.qualification.answering import Said, answer
from handraise.qualification.answers import answers_of
from handraise.qualification.decide import Evidence
from handraise.team.models import User

_GOOD = {
    "need": [
        ("Clear need", "We type every order twice. That is a morning a week."),
        ("Pressing need", "Our old system is switched off next spring."),
        ("Clear need", "Nobody here can say what is in stock without walking there."),
    ],
    "authority": [
        ("Decides with others", "Finance and I look at it together."),
        ("Brings in who decides", "I will bring our managing director to the next call."),
        ("Decides alone", "Up to this sum I sign myself."),
    ],
    "timeline": [
        ("Within three months", "It has to run before the season begins."),
        ("Within six months", "We want to start after the summer."),
    ],
    "budget": [
        ("Planned", "There is a line for it in next year's plan."),
        ("Has to be found", "We would have to move something else."),
    ],
}
_BAD = {
    "need": ("Vague need", "Just looking around at the moment."),
    "authority": ("No say", "I collect offers for somebody else."),
    "timeline": ("No date", "Some day, when things are quieter."),
    "budget": ("No budget", "Nothing is left for this year."),
}
_NEEDED = ("need", "authority", "timeline")


class Conversations:
    """Answers that are given in calls; the same for the same seed."""

    def __init__(self, seed: int = 17) -> None:
        self.random = Random(seed)

    def first_call(self, lead: Lead, worth: float, call: Activity, *, by: User) -> None:
        """A call brings two or three answers; the better the lead, the better they are."""
        asked = ["need", *self.random.sample(["authority", "timeline", "budget"], 2)]
        for question in asked:
            if self.random.random() < 0.85:
                is_good = self.random.random() < 0.25 + 0.75 * worth
                self._say(lead, question, is_good=is_good, call=call, by=by, at=call.occurred_at)

    def before_sql(self, lead: Lead, *, by: User, at: datetime) -> None:
        """What is still open is asked, but for the few whom a manager waves through."""
        if self.random.random() < 0.07:
            return
        for one in answers_of(lead, framework="BANT", at=at):
            if one.question.key in _NEEDED and not one.is_favourable:
                self._say(lead, one.question.key, is_good=True, call=None, by=by, at=at)

    def _say(
        self, lead: Lead, question: str, *, is_good: bool, call: Activity | None, by: User,
        at: datetime,
    ) -> None:  # fmt: skip
        value, words = self.random.choice(_GOOD[question]) if is_good else _BAD[question]
        evidence = self.random.choice([Evidence.QUOTE, Evidence.QUOTE, Evidence.NOTE])
        if call is not None and self.random.random() < 0.2:
            evidence = Evidence.ACTIVITY
        said = Said(
            value=value, evidence=evidence, quote=words,
            activity=call.pk if call is not None and evidence is Evidence.ACTIVITY else None,
        )  # fmt: skip
        answer(lead, framework="BANT", question=question, said=said, by=by, at=at, via=Via.WEB)

    def plan(self) -> str:
        """What a lead waits for that is put aside."""
        return self.random.choice(
            ["Budget next quarter", "Needs the board", "Another project comes first"]
        )
