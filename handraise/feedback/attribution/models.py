"""Rows: what leads came by and engaged with. Written by `refreshing` alone, from activities."""

from __future__ import annotations

from django.db import models


class Touchpoint(models.Model):
    """An activity that names where somebody came from or what they engaged with.

    `source`, `campaign` and `content` are folded, and empty where the activity does not tell.
    `lead_id` is the lead whose it is by now; `lot` (0..999) is drawn from it, so that a sample of
    leads is a range of lots. Without references, so that removing an activity asks nobody.
    """

    activity_id = models.BigIntegerField(primary_key=True)
    identity_id = models.BigIntegerField()
    lead_id = models.BigIntegerField()
    lot = models.SmallIntegerField()
    at = models.DateTimeField()
    source = models.TextField(default="")
    campaign = models.TextField(default="")
    content = models.TextField(default="")
    counts = models.BooleanField(default=True)

    class Meta:
        db_table = "feedback_touchpoint"
        indexes = [
            models.Index(fields=["lead_id", "at"], name="touchpoint_of_lead"),
            models.Index(fields=["lot", "lead_id", "at"], name="touchpoint_of_lot"),
        ]

    def __str__(self) -> str:
        return f"touchpoint of lead {self.lead_id} at {self.at}"


class TouchpointFreshness(models.Model):
    """As of when the touchpoints hold; one row. `upto`: the newest activity that was read;
    `seconds`: how long reading took; `touchpoints`: how many there are."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    as_of = models.DateTimeField()
    upto = models.BigIntegerField()
    seconds = models.FloatField()
    touchpoints = models.BigIntegerField()

    class Meta:
        db_table = "feedback_touchpointfreshness"

    def __str__(self) -> str:
        return f"touchpoints as of {self.as_of}"
