"""What marketing does with what comes back from sales: it answers, and contests some of it."""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from random import Random

from demo.words import ANSWERS, CONTESTS, OVERTURNED, UPHELD
from handraise.handover import asking, contesting
from handraise.handover.contests import contests_visible_to, evidence_for
from handraise.handover.models import Question, Rejection
from handraise.kit import working_time
from handraise.leads.decide import Via
from handraise.team.decide import Refused
from handraise.team.models import User

_CONTESTED = 0.08  # of what came back


class Marketers:
    """Marketing, and revenue operations who rules, with what they still mean to do."""

    def __init__(self, random: Random, marketing: User, ruler: User) -> None:
        self.random, self.marketing, self.ruler = random, marketing, ruler
        self.errands: list[tuple[datetime, str, int]] = []
        self.asked, self.refused = 0, 0  # the last that was looked at

    def notice(self) -> None:
        """Mean to answer what was asked, some of it late, and to contest a few rejections."""
        for question in Question.objects.filter(pk__gt=self.asked, by=None).order_by("pk"):
            self.asked = question.pk
            hours = self.random.choices((3, 7, 30), (45, 40, 15))[0]
            self._mean("answer", question.pk, question.at, hours, self.marketing)
        for rejection in Rejection.objects.filter(pk__gt=self.refused).order_by("pk"):
            self.refused = rejection.pk
            if self.random.random() < _CONTESTED:
                self._mean("contest", rejection.pk, rejection.at, 9, self.marketing)

    def act(self, until: datetime) -> None:
        """Do all that was meant up to `until`, each thing at its own instant."""
        while self.errands and self.errands[0][0] <= until:
            at, verb, number = heapq.heappop(self.errands)
            getattr(self, f"_{verb}")(number, at)

    def _mean(self, verb: str, number: int, since: datetime, hours: int, who: User) -> None:
        """Within so many working hours."""
        wait = timedelta(hours=hours * self.random.uniform(0.3, 1.0))
        at = working_time.add(since, wait, **who.calendar(since))
        heapq.heappush(self.errands, (at, verb, number))

    def _answer(self, number: int, at: datetime) -> None:
        question = Question.objects.get(pk=number)
        if question.answered_at is None and question.taken_back_at is None:
            said = self.random.choice(ANSWERS)
            asking.answer(question, text=said, by=self.marketing, at=at, via=Via.WEB)

    def _contest(self, number: int, at: datetime) -> None:
        rejection = Rejection.objects.select_related("handover__lead", "by").get(pk=number)
        shown = evidence_for(rejection.handover.lead)[:2]
        try:
            made = contesting.contest(
                rejection, said=self.random.choice(CONTESTS), evidence=[one.pk for one in shown],
                by=self.marketing, at=at, via=Via.WEB,
            )  # fmt: skip
        except Refused:
            return  # the lead went another way meanwhile
        self._mean("rule", made.pk, at, 12, self.ruler)

    def _rule(self, number: int, at: datetime) -> None:
        contest = contests_visible_to(self.ruler).get(pk=number)
        is_upheld = self.random.random() < 0.6
        ruling = self.random.choice(UPHELD if is_upheld else OVERTURNED)
        contesting.rule(
            contest, is_upheld=is_upheld, ruling=ruling, by=self.ruler, at=at, via=Via.WEB
        )


__all__ = ["Marketers"]
