"""Rows: leads that were given back or put aside."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.leads.models import Lead
from handraise.qualification.decide import Consequence


class Return(models.Model):
    """Sales gave the lead back, or a person put it aside. Until `wakes_at` it rests.

    The newest one since the lead was last reopened decides whether it may qualify again. One that
    was undone, since the rejection was overturned, decides and counts no more.
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="returns")
    at = models.DateTimeField()
    consequence = models.CharField(max_length=24)
    reason = models.TextField()
    wakes_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(consequence__in=[kind.value for kind in Consequence]),
                name="return_consequence_known",
            )
        ]
        indexes = [models.Index(fields=["lead", "-at"], name="return_of_lead")]

    def __str__(self) -> str:
        return f"{self.reason} ({self.consequence})"
