"""Rows: how far each lead came. Written by `refreshing` alone; made from rows that stay."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from handraise.leads.models import Lead


class Standing(models.Model):
    """How far a current lead came, when first, and where it came from.

    `…_at`: the first move into that stage or past it (for `accepted_at` also the first acceptance
    of a handover), as known by the freshness's instant; null where that did not happen. `version`,
    `priority` and `grade` are those of its first move into MARKETING_QUALIFIED; who went past that
    stage has the version that was in force then. Who is told of
    later than of its outcome entered with the outcome, so that no instant lies before an earlier
    stage's. `source` and `campaign` are the first that were told; `content` is what the lead came
    by: the first asset, webinar, video or form that it engaged with in its first thirty days, else
    the page it landed on. Unknown texts are empty,
    long ones are cut at 500 letters.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="standing")
    entered_at = models.DateTimeField()
    marketed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    qualified_at = models.DateTimeField(null=True)
    opportunity_at = models.DateTimeField(null=True)
    customer_at = models.DateTimeField(null=True)
    nurtured_at = models.DateTimeField(null=True)
    disqualified_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=24)
    source = models.TextField(default="")
    campaign = models.TextField(default="")
    content = models.TextField(default="")
    industry = models.TextField(default="")
    employees = models.FloatField(null=True)
    country = models.TextField(default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(null=True)
    priority = models.FloatField(null=True)
    grade = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "feedback_standing"
        indexes = [
            models.Index(fields=["entered_at"], name="standing_entered"),
            models.Index(fields=["marketed_at"], name="standing_marketed"),
        ]

    def __str__(self) -> str:
        return f"standing of {self.lead_id}"


class Freshness(models.Model):
    """As of when the standings hold; one row. `seconds`: how long making them took."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    as_of = models.DateTimeField()
    seconds = models.FloatField()

    class Meta:
        db_table = "feedback_freshness"

    def __str__(self) -> str:
        return f"standings as of {self.as_of}"


class Ripening(models.Model):
    """How many days `after` takes to come once `before` was reached: within them nine in ten have
    come of those that ever come. Null where too few `came` to say."""

    before = models.CharField(max_length=24)
    after = models.CharField(max_length=24)
    days = models.PositiveIntegerField(null=True)
    came = models.PositiveIntegerField()

    class Meta:
        db_table = "feedback_ripening"
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="one_ripening")]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}: {self.days} days"
