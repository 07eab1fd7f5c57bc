"""Rows: versions of the agreement, who signed them, and the lists that conditions name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.agreement.decide import Side, State


class Version(models.Model):
    """One text of the agreement. Never changed after it was proposed; at most one is published."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=12, default=State.DRAFT)
    text = models.TextField()
    note = models.TextField(default="")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="version_state_known"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="published"), name="one_published_version"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Signature(models.Model):
    """One side's word on one version. Nobody signs for both sides."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signatures")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="one_signature_a_side"),
            models.UniqueConstraint(fields=["version", "by"], name="nobody_signs_for_both"),
            models.CheckConstraint(
                condition=Q(side__in=[side.value for side in Side]), name="side_known"
            ),
        ]


class ListEntry(models.Model):
    """One folded value of a named list (`free_email`, `disposable_email`, or one of your own)."""

    list = models.CharField(max_length=60)
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "value"], name="list_value_once")]
