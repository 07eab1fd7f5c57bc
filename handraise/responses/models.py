"""Rows: what was asked for of the links and pictures of sends, and what was thought of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from handraise.leads.models import Activity, _in
from handraise.responses.decide import Deed, Reason
from handraise.sends.models import Send


class Hit(models.Model):
    """One request for a link or the picture of a send; written first, judged soon after.

    `origin` is a keyed hash of the address it came from, of another key each day; the address is
    not kept. `is_machine`, `reasons` and `why` are what was thought of it when it was judged; what
    counts stands with the activity (leads.Judgement), which people may change. What only machines
    do (the decoy, asking for headers) has no activity; a link followed again within minutes has
    that of the first time.
    """

    id = models.BigAutoField(primary_key=True)
    send = models.ForeignKey(Send, models.PROTECT, related_name="hits", db_index=False)
    deed = models.CharField(max_length=8)
    place = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    origin = models.CharField(max_length=32)
    agent = models.CharField(max_length=512, default="", blank=True)
    is_head = models.BooleanField(default=False)
    is_prefetch = models.BooleanField(default=False)
    judged_at = models.DateTimeField(null=True)
    is_machine = models.BooleanField(null=True)
    reasons = ArrayField(models.CharField(max_length=16), default=list)
    why = models.TextField(default="", blank=True)
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="hits")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("deed", Deed), name="hit_deed_known"),
            models.CheckConstraint(
                condition=Q(judged_at__isnull=True, is_machine__isnull=True)
                | Q(judged_at__isnull=False, is_machine__isnull=False),
                name="hit_judged_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(judged_at=None), name="hit_to_judge"),
            models.Index(fields=["send", "at"], name="hit_of_send"),
            models.Index(fields=["origin", "at"], name="hit_from_there"),
            models.Index(fields=["-at", "-id"], name="hit_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.deed} of send {self.send_id} at {self.at}"


class Belief(models.Model):
    """From `since` on, this reason is no sign of a machine here; a person said so."""

    reason = models.CharField(max_length=16, unique=True)
    since = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("reason", Reason), name="belief_reason_known")
        ]
