"""The doors to deals, the board of the pipeline, and what leads and companies are worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from handraise.deals import decide
from handraise.deals.decide import QUIET_AFTER, Outcome, Value
from handraise.deals.models import Deal, DealStageMove, LostReason, PipelineStage, Purchase
from handraise.kit.currencies import USUAL
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import TOUCHES, IdentityKind
from handraise.leads.models import Company, Lead
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

MOST_CARDS = 40


def deals_visible_to(user: User) -> QuerySet[Deal]:
    """Every deal. Raises PermissionDenied for who may not see leads."""
    require(user, Permission.SEE)
    return Deal.objects.select_related("lead__canonical", "company", "stage", "owner")


def deal_visible_to(user: User, pk: int) -> Deal:
    """One deal. Raises Deal.DoesNotExist."""
    return deals_visible_to(user).select_related("lost_reason").get(pk=pk)


def purchase_visible_to(user: User, pk: int) -> Purchase:
    """One purchase with its deal. Raises Purchase.DoesNotExist."""
    require(user, Permission.SEE)
    return Purchase.objects.select_related("deal__lead").get(pk=pk)


# For `leads.presence`.
DEALS = "deals_deal WHERE lead_id = ANY(faces)"


def deals_of(lead: Lead) -> QuerySet[Deal]:
    """The deals of a lead and of all that was merged into it: open ones first, then the newest."""
    return _ordered(Deal.objects.filter(lead__canonical=lead.canonical_id))


def deals_of_company(company: Company) -> QuerySet[Deal]:
    """The deals with people of a company: open ones first, then the newest."""
    return _ordered(Deal.objects.filter(company=company))


def _ordered(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    return deals.select_related("lead__canonical", "stage", "owner").order_by(
        F("closed_at").desc(nulls_first=True), "-opened_at", "-pk"
    )


def stages() -> QuerySet[PipelineStage]:
    """The stages in use, in their order."""
    return PipelineStage.objects.filter(removed_at=None).order_by("place", "pk")


def stages_with_counts() -> QuerySet[PipelineStage]:
    """The stages in use, each with how many deals stand in it, as `standing`."""
    return stages().annotate(standing=Count("deals"))


def open_stages() -> QuerySet[PipelineStage]:
    """Those in which a deal is open."""
    return stages().filter(outcome=Outcome.OPEN)


def lost_reasons() -> QuerySet[LostReason]:
    """Why deals may be lost, in their order."""
    return LostReason.objects.filter(removed_at=None).order_by("place", "pk")


def usual_currency() -> str:
    """The currency of the newest deal that has one."""
    told = Deal.objects.exclude(currency="").order_by("-pk").values_list("currency", flat=True)
    return told.first() or USUAL[0]


def moves_of(deal: Deal) -> QuerySet[DealStageMove]:
    """The way of a deal through the pipeline, the newest step first."""
    found = DealStageMove.objects.filter(deal=deal).select_related("before", "after", "by")
    return found.order_by("-at", "-pk")


def purchases_of(deal: Deal) -> QuerySet[Purchase]:
    """What a deal brought, withdrawn ones too, in the order of their beginning."""
    return Purchase.objects.filter(deal=deal).select_related("by").order_by("starts_on", "pk")


def value_of(lead: Lead, *, at: datetime) -> list[Value]:
    """What a lead has bought so far, what it pays a year, and the margin; a value a currency.

    As it was known at that instant.
    """
    return _value(Purchase.objects.filter(deal__lead__canonical=lead.canonical_id), at)


def value_of_company(company: Company, *, at: datetime) -> list[Value]:
    """The same of everything that people of a company bought for it."""
    return _value(Purchase.objects.filter(deal__company=company), at)


def _value(purchases: QuerySet[Purchase], at: datetime) -> list[Value]:
    known = purchases.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at), known_at__lte=at)
    return decide.value((one.bought for one in known), day_of(at))


def day_of(at: datetime) -> date:
    """The day of an instant in the installation's zone: purchases begin and end on days."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deals are asked for: words of deal, lead or company; whose; where they stand."""

    q: str = ""
    owner: int | None = None
    stage: int | None = None
    outcome: Outcome | None = None


def wanted_deals(user: User, wanted: Wanted) -> QuerySet[Deal]:
    """The deals that are asked for, through the door."""
    found = deals_visible_to(user)
    if wanted.owner is not None:
        found = found.filter(owner=wanted.owner)
    if wanted.stage is not None:
        found = found.filter(stage=wanted.stage)
    if wanted.outcome is not None:
        found = found.filter(outcome=wanted.outcome)
    for word in wanted.q.split()[:8]:
        found = found.filter(
            Q(name__icontains=word)
            | Q(lead__canonical__name__icontains=word)
            | Q(lead__canonical__email__icontains=word)
            | Q(company__name__icontains=word)
            | Q(company__domain__icontains=word)
        )
    return found


@dataclass(frozen=True, slots=True)
class Card:
    """A deal on the board. `is_late`: its day of closing has passed; `quiet_since`: when somebody
    last called, wrote or met the lead, if that is long ago, else None."""

    deal: Deal
    is_late: bool
    quiet_since: datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its deals: how many, their sums a currency, and the first cards."""

    stage: PipelineStage
    count: int
    without_amount: int
    sums: list[decide.Sum]
    cards: list[Card]

    @property
    def more(self) -> int:
        """How many deals stand in the stage beside the cards."""
        return self.count - len(self.cards)


@dataclass(frozen=True, slots=True)
class Board:
    """The open stages, and all their deals together."""

    columns: list[Column]
    count: int
    sums: list[decide.Sum]


def board(user: User, wanted: Wanted, *, at: datetime, most: int = MOST_CARDS) -> Board:
    """The open deals by stage; of each the ones to be closed soonest, at most `most`."""
    found = wanted_deals(user, wanted).filter(outcome=Outcome.OPEN)
    there = list(open_stages())
    told = _sums(found, there)
    shown = {
        stage.pk: list(found.filter(stage=stage).order_by(*_SOONEST)[:most])
        for stage in there
        if stage.pk in told
    }
    cards = cards_of((deal for deals in shown.values() for deal in deals), at=at)
    by_pk = {card.deal.pk: card for card in cards}
    columns = [
        Column(
            stage, *told.get(stage.pk, (0, 0, [])),
            [by_pk[deal.pk] for deal in shown.get(stage.pk, [])],
        )
        for stage in there
    ]  # fmt: skip
    every = decide.together(one for column in columns for one in column.sums)
    return Board(columns, sum(column.count for column in columns), every)


_SOONEST = (F("expected_close").asc(nulls_last=True), "pk")


def _sums(
    deals: QuerySet[Deal], there: Collection[PipelineStage]
) -> dict[int, tuple[int, int, list[decide.Sum]]]:
    """Of each stage: how many deals, how many of them without an amount, and the sums."""
    chances = {stage.pk: stage.probability for stage in there}
    rows = deals.order_by().values_list("stage", "currency").annotate(
        Count("pk"), Count("amount"), Sum("amount")
    )  # fmt: skip
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    sums: dict[int, list[decide.Sum]] = defaultdict(list)
    for stage, currency, count, told, total in rows:
        counts[stage][0] += count
        counts[stage][1] += count - told
        if told and stage in chances:
            worth = decide.weighted(total, chances[stage])
            sums[stage].append(decide.Sum(currency, total, worth))
    return {
        stage: (count, without, sorted(sums[stage], key=lambda one: one.currency))
        for stage, (count, without) in counts.items()
    }


def cards_of(deals: Iterable[Deal], *, at: datetime) -> list[Card]:
    """The deals with what is stale about them."""
    shown, today = list(deals), day_of(at)
    touched = _last_touches({deal.lead.canonical_id for deal in shown if deal.is_open})
    return [
        Card(
            deal,
            deal.is_open and deal.expected_close is not None and deal.expected_close < today,
            _quiet_since(deal, touched.get(deal.lead.canonical_id), at),
        )
        for deal in shown
    ]


def _quiet_since(deal: Deal, touched_at: datetime | None, at: datetime) -> datetime | None:
    since = max(deal.opened_at, touched_at or deal.opened_at)
    return since if deal.is_open and at - since > QUIET_AFTER else None


_LAST_TOUCHES = """
    SELECT face.canonical_id, max(activity.occurred_at)
    FROM leads_lead face
    JOIN leads_identity identity ON identity.lead_id = face.id AND identity.kind = %(record)s
    JOIN leads_activity activity ON activity.identity_id = identity.id
    WHERE face.canonical_id = ANY(%(leads)s::bigint[]) AND activity.name = ANY(%(touches)s)
      AND activity.by_id IS NOT NULL
    GROUP BY 1
"""


def _last_touches(lead_ids: Collection[int]) -> dict[int, datetime]:
    """When somebody last called, wrote to or met each of these canonical leads."""
    if not lead_ids:
        return {}
    asked = {"leads": ids(lead_ids), "touches": list(TOUCHES), "record": IdentityKind.RECORD.value}
    return dict(rows_of(_LAST_TOUCHES, asked))


@dataclass(frozen=True, slots=True)
class Closed:
    """Deals opened or closed in a period: how many, and their amounts, a sum a currency."""

    count: int
    sums: list[tuple[str, Decimal]]


def closed_between(
    user: User, wanted: Wanted, outcome: Outcome, *, since: datetime, until: datetime
) -> Closed:
    """The deals won, or lost, in a period."""
    return _counted(
        wanted_deals(user, wanted).filter(
            outcome=outcome, closed_at__gte=since, closed_at__lte=until
        )
    )


def opened_between(user: User, wanted: Wanted, *, since: datetime, until: datetime) -> Closed:
    """The deals opened in a period, whatever became of them."""
    found = wanted_deals(user, wanted)
    return _counted(found.filter(opened_at__gte=since, opened_at__lte=until))


def _counted(deals: QuerySet[Deal]) -> Closed:
    rows = deals.order_by().values_list("currency").annotate(Count("pk"), Sum("amount"))
    found = list(rows)
    sums = [(currency, total) for currency, _, total in sorted(found) if total is not None]
    return Closed(sum(count for _, count, _ in found), sums)
