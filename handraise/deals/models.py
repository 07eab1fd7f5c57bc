"""Rows: deals, where they stand and stood, and what was bought."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from handraise.deals.decide import Afterwards, Bought, Outcome, Period, as_money, in_parts
from handraise.leads.models import Company, Lead

_OUTCOMES = [outcome.value for outcome in Outcome]


class PipelineStage(models.Model):
    """A stage of the pipeline. One removed stays for the history of the deals that passed it."""

    name = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField()
    probability = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=8, default=Outcome.OPEN)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=_OUTCOMES), name="pipeline_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(probability__lte=100), name="pipeline_probability_percent"
            ),
            models.UniqueConstraint(
                Lower("name"), condition=Q(removed_at=None), name="one_stage_of_a_name"
            ),
            models.UniqueConstraint(
                fields=["outcome"],
                condition=~Q(outcome=Outcome.OPEN),
                name="one_stage_won_one_lost",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(outcome=Outcome.OPEN), name="won_and_lost_stay"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LostReason(models.Model):
    """Why deals are lost, and what then becomes of a lead that has no other open deal."""

    name = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField()
    afterwards = models.CharField(max_length=16)
    wake_after = models.PositiveSmallIntegerField(null=True)  # days
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(afterwards__in=[one.value for one in Afterwards]),
                name="lost_afterwards_known",
            ),
            models.CheckConstraint(
                condition=Q(wake_after__isnull=False) ^ ~Q(afterwards=Afterwards.RECYCLE),
                name="lost_wakes_when_recycled",
            ),
            models.UniqueConstraint(
                Lower("name"), condition=Q(removed_at=None), name="one_reason_of_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Deal(models.Model):
    """A sale that is talked about, was won, or was lost.

    `lead` is the contact as known when it was opened: deals stay with their face when leads are
    merged. `revision` counts what people said of it, so that nobody overwrites what they have not
    seen. `external_id` names it in the file it was imported from; `told` is the digest of the line
    that told of it last, so that the same file says nothing a second time.
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="deals")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, related_name="deals")
    name = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=18, decimal_places=3, null=True)
    currency = models.CharField(max_length=3, default="")
    stage = models.ForeignKey(PipelineStage, models.PROTECT, related_name="deals", db_index=False)
    stage_since = models.DateTimeField()
    outcome = models.CharField(max_length=8, default=Outcome.OPEN)
    expected_close = models.DateField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deals")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    lost_reason = models.ForeignKey(
        LostReason, models.PROTECT, null=True, related_name="deals", db_index=False
    )
    note = models.TextField(default="")
    external_id = models.CharField(max_length=200, null=True, unique=True)
    told = models.CharField(max_length=64, default="")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=_OUTCOMES), name="deal_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.OPEN) ^ Q(closed_at__isnull=False),
                name="deal_closed_when_not_open",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.LOST) ^ Q(lost_reason__isnull=True),
                name="deal_lost_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | ~Q(currency=""), name="deal_amount_of_a_currency"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="deal_amount_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "expected_close", "id"], name="deal_in_stage"),
            models.Index(fields=["outcome", "-closed_at", "-id"], name="deal_closed"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.OPEN

    @property
    def money(self) -> str:
        """The amount with its currency; empty where none was said."""
        return "" if self.amount is None else as_money(self.amount, self.currency)


class DealStageMove(models.Model):
    """One step of a deal through the pipeline; the first has no `before`. Append-only.

    `moved_lead`: closing the deal moved the lead too. `reason` is what was said with it.
    """

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="moves", db_index=False)
    before = models.ForeignKey(
        PipelineStage, models.PROTECT, null=True, related_name="+", db_index=False
    )
    after = models.ForeignKey(PipelineStage, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    moved_lead = models.BooleanField(default=False)
    reason = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["deal", "-at", "-id"], name="move_of_deal")]

    def __str__(self) -> str:
        return f"{self.before or 'new'} → {self.after}"


class Purchase(models.Model):
    """What a won deal brought: paid once, or every month or year until `ends_on`, its last day.

    From `withdrawn_at` on it is taken as never said.
    """

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="purchases")
    amount = models.DecimalField(max_digits=18, decimal_places=3)
    currency = models.CharField(max_length=3)
    period = models.CharField(max_length=8)
    margin = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    known_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period__in=[period.value for period in Period]),
                name="purchase_period_known",
            ),
            models.CheckConstraint(
                condition=Q(margin__isnull=True) | Q(margin__range=(0, 1)),
                name="purchase_margin_share",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="purchase_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="purchase_of_something"),
        ]

    def __str__(self) -> str:
        return f"{as_money(self.amount, self.currency)} {Period(self.period).label}"

    @property
    def bought(self) -> Bought:
        """The same, for reckoning."""
        return Bought(
            in_parts(self.amount, self.currency), self.currency, Period(self.period),
            self.starts_on, self.ends_on, self.margin,
        )  # fmt: skip
