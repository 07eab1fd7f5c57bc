"""Random worlds: rows in the real tables, and the same as a reference world."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from handraise.agreement.models import ListEntry
from handraise.kit.fold import fold
from handraise.leads.facts import match_of, typed
from handraise.leads.models import (
    Activity,
    Company,
    Consent,
    Fact,
    FactWithdrawal,
    Identity,
    Judgement,
    Lead,
    Membership,
    Source,
    StageMove,
)
from tests.scoring import reference as ref

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

EVENTS = ["page", "Demo Requested", "Content Downloaded"]
TEXTS = ["VP  Sales", "head of IT", "Élan vital", "100% sure", "o'brien", "a\\b", "vp", "!!!", "4"]
PATHS = ["/pricing", "/pricing/Plans", "/blog/vp-sales", "/docs_v2", "%"]
LENGTHS = ["1 day", "7 days", "30 days", "36 hours"]
PURPOSES = ["newsletter", "profiling"]
FACTS = ["title", "seats", "is_competitor", "email_domain", "never_told"]
COMPANY_FACTS = ["employees", "industry"]
LISTED = {"free_email": ["gmail.com", "web.example"], "partners": ["Partner.example", "4"]}
STAGES = ["LEAD", "MARKETING_QUALIFIED", "CUSTOMER", "NURTURE", "DISQUALIFIED"]


class Histories:
    """Writes a world of `count` leads from a seed. `self.world` is what the reference reads."""

    def __init__(self, seed: int, count: int, lists: dict[str, list[str]]) -> None:
        self.random = random.Random(seed)
        self.world = ref.World()
        self.world.lists = {
            "free_email": set(LISTED["free_email"]),
            **{name: {fold(value) for value in values} for name, values in lists.items()},
        }
        self.source, _ = Source.objects.get_or_create(
            kind="import", name="Histories", defaults={"created_at": NOW}
        )
        # The shipped list has thousands of entries, of which the reference knows nothing.
        ListEntry.objects.filter(list="free_email").delete()
        ListEntry.objects.bulk_create(
            [ListEntry(list="free_email", value=value) for value in LISTED["free_email"]]
        )
        self._write(count)

    def _write(self, count: int) -> None:
        companies = Company.objects.bulk_create(Company(name="", created_at=NOW) for _ in range(3))
        leads = self._leads(count)
        identities = self._identities(leads)
        self.canonical = {lead.pk: lead.canonical_id for lead in leads}
        self.world.leads = sorted(set(self.canonical.values()))
        owners = [(one, self.canonical[one.lead_id]) for one in identities]
        self._activities(owners)
        self._facts(owners, companies)
        self._memberships(owners, companies)
        self._consents(owners)
        self._moves()

    # Who they are

    def _leads(self, count: int) -> list[Lead]:
        first = (Lead.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        leads = []
        for pk in range(first, first + count):
            merged = pk > first and self.random.random() < 0.25
            canonical = self.random.choice(leads).canonical_id if merged else pk
            leads.append(Lead(pk=pk, canonical_id=canonical, stage_since=NOW, created_at=NOW))
        Lead.objects.bulk_create(leads)
        return leads

    def _identities(self, leads: list[Lead]) -> list[Identity]:
        return Identity.objects.bulk_create(
            Identity(lead=lead, kind="anonymous_id", value=f"{lead.pk}-{place}", created_at=NOW)
            for lead in leads
            for place in range(self.random.choice([1, 1, 2]))
        )

    # What they did

    def _activities(self, owners: list[tuple[Identity, int]]) -> None:
        rows = []
        for identity, _ in owners:
            for _ in range(self.random.choice([0, 1, 3, 8])):
                occurred_at = self._instant()
                properties = self._properties()
                rows.append(
                    Activity(
                        identity=identity,
                        name=self.random.choice(EVENTS),
                        source=self.source,
                        occurred_at=occurred_at,
                        known_at=self._known(occurred_at),
                        properties=properties,
                        match=match_of(properties),
                        message_id="",
                    )
                )
        canonical = {identity.pk: lead for identity, lead in owners}
        for row in Activity.objects.bulk_create(rows):
            self.world.activities.append(
                ref.Activity(
                    row.pk,
                    canonical[row.identity_id],
                    row.name,
                    row.occurred_at,
                    row.known_at,
                    {name: _folded(value) for name, value in row.properties.items()},
                )
            )
        self._judgements()

    def _properties(self) -> dict[str, Any]:
        pick = self.random.choice
        drawn = {
            "path": pick([*PATHS, None, 7]),
            "seconds": pick([0, 30, 61.5, 600, -5, "90", True, None]),
            "paid": pick([True, False, "true", 1, None]),
            "topic": pick([*TEXTS, "gmail.com", "partner.example", 5, None]),
        }
        return {name: value for name, value in drawn.items() if self.random.random() < 0.8}

    def _judgements(self) -> None:
        rows = []
        for activity in self.world.activities:
            while self.random.random() < 0.3:
                known_at = self._known(activity.occurred_at)
                rows.append(
                    Judgement(
                        activity_id=activity.id,
                        doubt=self.random.choice(["bot", "withdrawn"]),
                        counts=self.random.random() < 0.5,
                        known_at=known_at,
                    )
                )
        by_id = {activity.id: activity for activity in self.world.activities}
        for row in Judgement.objects.bulk_create(rows):
            by_id[row.activity_id].judgements.append(
                ref.Judgement(row.pk, row.doubt, row.counts, row.known_at)
            )

    # What was told of them

    def _facts(self, owners: list[tuple[Identity, int]], companies: list[Company]) -> None:
        rows, told = [], []
        for holder, owner, names in (
            *(({"identity": one}, lead, FACTS[:-1]) for one, lead in owners),
            *(({"company": one}, one.pk, COMPANY_FACTS) for one in companies),
        ):
            for _ in range(self.random.choice([0, 2, 4])):
                name = self.random.choice(names)
                value = self._value(name)
                flat = typed(name, value)
                holds_from = self._instant()
                rows.append(
                    Fact(
                        name=name,
                        value=value,
                        text=flat.text,
                        words=flat.words,
                        number=flat.number,
                        truth=flat.truth,
                        instant=flat.instant,
                        holds_from=holds_from,
                        known_at=self._known(holds_from),
                        source=self.source,
                        **holder,
                    )
                )
                told.append((owner, "company" in holder, _folded(value)))
        withdrawals = []
        for row, (owner, is_company, value) in zip(
            Fact.objects.bulk_create(rows), told, strict=True
        ):
            one = ref.Told(row.pk, owner, row.name, value, row.holds_from, row.known_at)
            if self.random.random() < 0.15:
                one.withdrawn_at = self._known(row.known_at)
                withdrawals.append(FactWithdrawal(fact=row, known_at=one.withdrawn_at))
            (self.world.company_facts if is_company else self.world.facts).append(one)
        FactWithdrawal.objects.bulk_create(withdrawals)

    def _value(self, name: str) -> Any:
        pick = self.random.choice
        return {
            "title": lambda: pick([*TEXTS, 5, None]),
            "seats": lambda: pick([0, 1, 4, 50, 50.5, "4", True, None]),
            "is_competitor": lambda: pick([True, False, 1, "true", None]),
            "email_domain": lambda: pick(["gmail.com", "partner.example", "acme.example", None]),
            "employees": lambda: pick([10, 50, 2000, "many", None]),
            "industry": lambda: pick(TEXTS),
        }[name]()

    def _memberships(self, owners: list[tuple[Identity, int]], companies: list[Company]) -> None:
        rows = [
            Membership(identity=identity, company=self.random.choice(companies),
                       source=self.source, **self._times())
            for identity, _ in owners
            for _ in range(self.random.choice([0, 1, 1, 2]))
        ]  # fmt: skip
        canonical = {identity.pk: lead for identity, lead in owners}
        for row in Membership.objects.bulk_create(rows):
            lead = canonical[row.identity_id]
            self.world.memberships.append(
                ref.Told(row.pk, lead, "", float(row.company_id), row.holds_from, row.known_at)
            )

    def _consents(self, owners: list[tuple[Identity, int]]) -> None:
        rows = [
            Consent(identity=identity, purpose=self.random.choice(PURPOSES), source=self.source,
                    is_given=self.random.random() < 0.6, **self._times())
            for identity, _ in owners
            for _ in range(self.random.choice([0, 1, 3]))
        ]  # fmt: skip
        canonical = {identity.pk: lead for identity, lead in owners}
        for row in Consent.objects.bulk_create(rows):
            lead = canonical[row.identity_id]
            self.world.consents.append(
                ref.Told(row.pk, lead, row.purpose, row.is_given, row.holds_from, row.known_at)
            )

    def _moves(self) -> None:
        rows = []
        for lead in self.world.leads:
            for _ in range(self.random.choice([0, 1, 2, 3])):
                times = self._times()
                rows.append(
                    StageMove(
                        lead_id=lead,
                        before="LEAD",
                        after=self.random.choice(STAGES),
                        reason="",
                        at=times["holds_from"],
                        known_at=times["known_at"],
                        withdrawn_at=self._known(times["known_at"])
                        if self.random.random() < 0.4
                        else None,
                    )
                )
        for row in StageMove.objects.bulk_create(rows):
            self.world.moves.append(
                ref.Told(row.pk, row.lead_id, "", row.after, row.at, row.known_at, row.withdrawn_at)
            )

    # When

    def _instant(self) -> datetime:
        """Half of them on whole days, so that windows end exactly at the instants asked for."""
        if self.random.random() < 0.5:
            return NOW - self.random.randrange(-2, 45) * DAY
        return NOW - timedelta(microseconds=self.random.randrange(90 * 86_400 * 10**6))

    def _known(self, after: datetime) -> datetime:
        return after + self.random.choice([0, 0, 0, 1, 5]) * DAY

    def _times(self) -> dict[str, datetime]:
        holds_from = self._instant()
        return {"holds_from": holds_from, "known_at": self._known(holds_from)}


def _folded(value: Any) -> ref.Value:
    if isinstance(value, str):
        return fold(value) or None
    return value
