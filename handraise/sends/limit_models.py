"""Rows: the limits of sending, every version that was ever in force."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SendingLimits(models.Model):
    """One version of the limits, as `limits.as_stored` writes them. Never changed; the one with
    the highest number is in force."""

    number = models.PositiveIntegerField(unique=True)
    told = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return f"Sending limits v{self.number}"
