"""What the invented salespeople do with the leads that are handed to them, day after day."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from demo.answers import Conversations
from demo.deals import Deals
from demo.words import NOTES, RATINGS
from handraise.handover import actions as handover
from handraise.handover.decide import Kind
from handraise.handover.models import Handover
from handraise.handover.queries import MORE_WORK
from handraise.handover.rating import rate
from handraise.kit import working_time
from handraise.leads import actions as leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification import actions as qualification
from handraise.team.decide import Role
from handraise.team.models import User

_OUTCOMES = {
    Stage.SALES_ACCEPTED: (Stage.SALES_QUALIFIED, 0.62, (1, 12)),
    Stage.SALES_QUALIFIED: (Stage.OPPORTUNITY, 0.68, (2, 14)),
    Stage.OPPORTUNITY: (Stage.CUSTOMER, 0.80, (9, 55)),
}
_WORDS = {
    Stage.SALES_QUALIFIED: "Has a need, a date and the say.",
    Stage.NURTURE: "They asked to be called again later.",
}


@dataclass(order=True)
class _Errand:
    at: datetime
    order: int
    verb: str = field(compare=False)
    subject: int = field(compare=False)


class Salespeople:
    """Everybody in sales, with what they still mean to do. `worth` maps e-mail to 0..1."""

    def __init__(self, random: Random, worth: dict[str, float], reasons: list[str], closer: User):
        self.random = random
        self.taste = Random(7)  # of its own, so that what is said changes nothing of what is done
        self.worth = worth
        self.reasons = reasons
        self.closer = closer
        self.errands: list[_Errand] = []
        self.seen: set[int] = set()
        self.conversations = Conversations()
        self.deals = Deals(
            list(User.objects.filter(role=Role.SALES).order_by("pk")),
            self.plan,
        )

    def plan(self, verb: str, subject: int, at: datetime) -> None:
        heapq.heappush(self.errands, _Errand(at, len(self.seen) + len(self.errands), verb, subject))

    def act(self, until: datetime) -> None:
        """Do all that was planned up to `until`, each thing at its own instant."""
        while self.errands and self.errands[0].at <= until:
            errand = heapq.heappop(self.errands)
            getattr(self, f"_{errand.verb}")(errand.subject, errand.at)

    def notice(self, at: datetime) -> None:
        """Plan an answer to each new offer: most within the clock, some late, a few never."""
        offers = Handover.objects.filter(ended_at=None).exclude(pk__in=self.seen)
        for offer in offers.select_related("assignee", "team").order_by("pk"):
            self.seen.add(offer.pk)
            wait = timedelta(hours=self.random.choices((0.5, 1.5, 3, 6), (38, 35, 19, 8))[0])
            answered_at = working_time.add(
                max(offer.offered_at, at), wait * self.random.uniform(0.4, 1.1),
                **offer.calendar(at),
            )  # fmt: skip
            self.plan("answer", offer.pk, answered_at)

    def _worth_of(self, lead: Lead) -> float:
        return self.worth.get(lead.email, 0.1)

    def _answer(self, number: int, at: datetime) -> None:
        offer = Handover.objects.select_related("assignee", "lead").get(pk=number)
        if offer.ended_at is not None:
            return
        who = offer.assignee or self.closer
        handover.record_opening(offer, by=who, at=at - timedelta(minutes=4))
        if self.random.random() < 0.1 + 0.85 * self._worth_of(offer.lead):
            handover.accept(offer, by=who, at=at, via=Via.WEB)
            self._rate(offer, who, at)
            self.plan("call", offer.lead_id, at + timedelta(minutes=self.random.randint(5, 40)))
            return
        if offer.kind == Kind.SECOND:
            self._ask_for_more(offer, who, at)
            return
        reason = self.random.choice(self.reasons)
        note = self.taste.choice(NOTES.get(reason, ("They said so on the phone.",)))
        handover.reject(offer, reason=reason, note=note, by=who, at=at, via=Via.WEB)
        self._rate(offer, who, at)

    def _rate(self, offer: Handover, who: User, at: datetime) -> None:
        """How good it was, which most people do not say."""
        if self.taste.random() < 0.25:
            worth = self._worth_of(offer.lead) + self.taste.uniform(-0.25, 0.25)
            stars = min(max(round(1 + 4 * worth), 1), 5)
            word = self.taste.choice(RATINGS[stars])
            rate(offer, stars=stars, word=word, by=who, at=at, via=Via.WEB)

    def _pass_on(self, lead: Lead, at: datetime) -> None:
        """By whose it is, or by their manager where the criteria are not met; while nobody can take
        it, it is tried again the next day."""
        owner = lead.owner or self.closer
        manager = User.objects.filter(team=owner.team, is_manager=True).first() or self.closer
        for by, override in ((owner, ""), (manager, "They asked to be called back.")):
            try:
                handover.pass_on(
                    lead, note=_WORDS[Stage.SALES_QUALIFIED], override=override, by=by, at=at,
                    via=Via.WEB,
                )  # fmt: skip
            except handover.Refused:
                continue
            return
        self.plan("progress", lead.pk, at + timedelta(days=1))

    def _ask_for_more(self, offer: Handover, who: User, at: datetime) -> None:
        handover.reject(
            offer, reason=MORE_WORK.name, note="Who signs, and by when?", by=who, at=at, via=Via.WEB
        )
        self.plan("progress", offer.lead_id, at + timedelta(days=self.random.uniform(2, 9)))

    def _call(self, number: int, at: datetime) -> None:
        lead = Lead.objects.select_related("owner").get(faces=number)
        who = lead.owner or self.closer
        call = leads.log_activity(
            lead, name="Called", properties={"minutes": self.random.randint(2, 25)},
            occurred_at=at, by=who, at=at, via=Via.WEB,
        )  # fmt: skip
        self.conversations.first_call(lead, self._worth_of(lead), call, by=who)
        self.plan("progress", lead.pk, at + timedelta(days=self.random.uniform(1, 12)))

    def _progress(self, number: int, at: datetime) -> None:
        lead = Lead.objects.select_related("owner").get(pk=number)
        if lead.canonical_id != lead.pk or lead.stage not in _OUTCOMES:
            return
        to, needed, (soonest, latest) = _OUTCOMES[Stage(lead.stage)]
        luck = self.random.uniform(-0.18, 0.18)
        goes_on = self._worth_of(lead) + luck > needed
        after = to if goes_on else Stage.NURTURE
        if lead.stage == Stage.OPPORTUNITY:
            self.deals.close(lead, is_won=goes_on, at=at)
        elif after is Stage.OPPORTUNITY:
            self.deals.open(lead, at)
        elif after is Stage.SALES_QUALIFIED:
            self.conversations.before_sql(lead, by=lead.owner or self.closer, at=at)
            self._pass_on(lead, at)
            return
        else:
            self._put_aside(lead, at)
        if goes_on and after is not Stage.CUSTOMER:
            self.plan("progress", number, at + timedelta(days=self.random.uniform(soonest, latest)))

    def _put_aside(self, lead: Lead, at: datetime) -> None:
        qualification.move_by_hand(
            lead, to=Stage.NURTURE, reason=_WORDS[Stage.NURTURE], by=self.closer, at=at,
            via=Via.WEB, plan=self.conversations.plan(),
        )  # fmt: skip

    def _advance(self, number: int, at: datetime) -> None:
        self.deals.advance(number, at)

    def _expand(self, number: int, at: datetime) -> None:
        self.deals.expand(Lead.objects.get(faces=number), at)
