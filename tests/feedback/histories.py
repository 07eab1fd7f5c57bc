"""Random histories of leads with all that value and attribution are made from, written as rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from handraise.deals.models import Deal, LostReason, PipelineStage, Purchase
from handraise.handover.models import Handover
from handraise.leads.bulk import next_ids
from handraise.leads.facts import match_of
from handraise.leads.models import Activity, Fact, Identity, Judgement, Lead, StageMove
from handraise.team.models import Team, User
from tests.leads.said import a_source
from tests.personas import NOON

DAY = timedelta(days=1)
BEGIN = NOON - 400 * DAY
SOURCES = ("paid search", "newsletter", "referral", "trade fair")
TITLES = ("The handbook", "Peak season", "<b>Fuel & costs</b>")
PATH = ("MARKETING_QUALIFIED", "SALES_ACCEPTED", "SALES_QUALIFIED", "OPPORTUNITY", "CUSTOMER")


def people(random: Random, count: int) -> list[Lead]:
    """Leads of the last 400 days, some of them another face of an earlier one."""
    ids = next_ids("leads_lead", count)
    leads = []
    for place, pk in enumerate(ids):
        born = BEGIN + random.random() * 380 * DAY
        canonical = random.choice(ids[:place]) if place and random.random() < 0.08 else pk
        if (
            canonical != pk
            and next(x for x in leads if x.pk == canonical).canonical_id != canonical
        ):
            canonical = pk
        leads.append(
            Lead(pk=pk, canonical_id=canonical, stage_since=born, created_at=born, name=f"L{pk}")
        )
    Lead.objects.bulk_create(leads)
    Identity.objects.bulk_create(
        Identity(lead=one, kind="email", value=f"l{one.pk}@a.example", created_at=one.created_at)
        for one in leads
    )
    return leads


def told(random: Random, leads: list[Lead]) -> None:
    """A source for most of them."""
    source = a_source()
    identities = {one.lead_id: one for one in Identity.objects.all()}
    Fact.objects.bulk_create(
        Fact(identity=identities[one.pk], name="source", value=name, text=name, words=f" {name} ",
             holds_from=one.created_at, known_at=one.created_at, source=source)
        for one in leads if random.random() < 0.9 for name in [random.choice(SOURCES)]
    )  # fmt: skip


def moved(random: Random, leads: list[Lead]) -> None:
    """Some steps along the path for each, a few of them withdrawn."""
    moves = []
    for one in leads:
        at, before = one.created_at, "LEAD"
        for after in PATH:
            if random.random() < 0.3:
                break
            at += random.random() * 20 * DAY
            if at > NOON:
                break
            moves.append(
                StageMove(lead=one, before=before, after=after, at=at, known_at=at, version=1,
                          reason="", withdrawn_at=NOON if random.random() < 0.03 else None)
            )  # fmt: skip
            before = after
    StageMove.objects.bulk_create(moves)


def offers(random: Random, leads: list[Lead], team: Team) -> None:
    """Offers of some of them, at any priority."""
    Handover.objects.bulk_create(
        Handover(lead=one, team=team, version=1, priority=round(random.random() * 100, 2),
                 offered_at=at, due_at=at + DAY, ended_at=at + DAY)
        for one in leads for _ in range(random.choice((0, 1, 1, 2)))
        for at in [one.created_at + random.random() * 30 * DAY]
    )  # fmt: skip


def deals(random: Random, leads: list[Lead], by: User) -> None:
    """Deals in two currencies, with purchases of every kind, some withdrawn or yet to begin."""
    stages = list(PipelineStage.objects.all())
    lost = LostReason.objects.all()[0]
    for one in leads:
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            opened = one.created_at + random.random() * 60 * DAY
            stage = random.choice([*stages, *[s for s in stages if s.outcome == "won"] * 6])
            closed = None if stage.outcome == "open" else opened + random.random() * 60 * DAY
            currency = random.choice(("EUR", "EUR", "EUR", "USD"))
            deal = Deal.objects.create(
                lead=one, name="Pilot", stage=stage, stage_since=opened, outcome=stage.outcome,
                amount=random.choice((None, Decimal(random.randrange(100, 9000)))),
                currency=currency, owner=by, opened_at=opened, closed_at=closed,
                lost_reason=lost if stage.outcome == "lost" else None,
            )  # fmt: skip
            if stage.outcome == "won" and closed is not None:
                bought(random, deal, closed, random.choice((0, 1, 1, 2)))


def bought(random: Random, deal: Deal, at: datetime, count: int) -> None:
    for _ in range(count):
        period = random.choice(("once", "month", "month", "year"))
        starts = (at + random.randrange(-300, 40) * DAY).date()
        ends = starts + random.randrange(10, 500) * DAY if random.random() < 0.5 else None
        Purchase.objects.create(
            deal=deal, amount=Decimal(random.randrange(10, 900)), currency=deal.currency,
            period=period, margin=random.choice((None, Decimal("0.5"), Decimal("0"))),
            starts_on=starts, ends_on=None if period == "once" else ends,
            known_at=at, withdrawn_at=NOON - DAY if random.random() < 0.05 else None,
        )  # fmt: skip


def acts(random: Random, leads: list[Lead], most: int = 8) -> None:
    """Page views with and without a campaign, and content; some by machines, some acquitted."""
    identities = {one.lead_id: one for one in Identity.objects.all()}
    source, made = a_source(), []
    for one in leads:
        at = one.created_at
        for number in range(random.randrange(most)):
            at += random.choice((5, 5, 2000, 30000)) * timedelta(minutes=random.random())
            name, properties = _act(random)
            made.append(
                Activity(identity=identities[one.pk], name=name, occurred_at=at, known_at=at,
                         properties=properties, match=match_of(properties), source=source,
                         message_id=f"{one.pk}-{number}")
            )  # fmt: skip
    for act in Activity.objects.bulk_create(made):
        if random.random() < 0.06:
            judged = [False, True] if random.random() < 0.3 else [False]
            for place, counts in enumerate(judged):
                Judgement.objects.create(
                    activity=act, doubt="bot", counts=counts, known_at=act.known_at + place * DAY
                )


def _act(random: Random) -> tuple[str, dict[str, Any]]:
    kind = random.randrange(5)
    if kind == 0:
        return "Content Downloaded", {"title": random.choice(TITLES)}
    if kind == 1:
        campaign = {"source": random.choice(SOURCES).title(), "name": random.choice("AB")}
        return "page", {"path": "/", "title": "Home", "campaign": campaign}
    if kind == 2:
        host = random.choice(("www.partner.example", "own.example"))
        return "page", {"url": "https://own.example/x", "referrer": f"https://{host}/y"}
    return random.choice((("page", {"path": "/pricing"}), ("Signed Up", {"channel": "Event"})))
