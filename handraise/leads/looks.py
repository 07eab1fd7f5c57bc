"""Rows: which leads are to be looked at and when, and those that could not be."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Attention(models.Model):
    """Look at this lead at this instant. Wakes insert, claiming deletes, nothing updates."""

    id = models.BigAutoField(primary_key=True)
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_constraint=False)
    look_at = models.DateTimeField()
    why = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["look_at", "lead"], name="attention_due"),
            # Asked for again and again, and there are few: cards, and who waits for a person.
            models.Index(fields=["look_at", "lead"], condition=Q(why="card"), name="cards_due"),
            models.Index(fields=["lead"], condition=Q(why="handover.waits"), name="lead_waits"),
        ]


class ParkedLead(models.Model):
    """A lead whose advance failed, kept where people see it. Clearing wakes it again."""

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    at = models.DateTimeField()
    error = models.TextField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(cleared_at__isnull=True), name="parked_once"
            )
        ]
