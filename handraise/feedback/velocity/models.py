"""Rows: each stay of a lead in a stage. Written by `refreshing` alone, with the standings."""

from __future__ import annotations

from django.db import models

from handraise.leads.models import Lead


class Passage(models.Model):
    """One stay of a current lead in one stage, known as of the freshness's instant.

    `number` counts the stays of a lead, from 1. `went` and `left_at`: to which stage, and when;
    empty and null while it stands there. `is_return`: it came back from a later stage of the path.
    `…_at` of a stage: when it then first reached that stage or went past it, unless it had gone
    `out` before: beside the path, or to an earlier stage than this one.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=24)
    entered_at = models.DateTimeField()
    is_return = models.BooleanField()
    went = models.CharField(max_length=24, default="")
    left_at = models.DateTimeField(null=True)
    marketed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    qualified_at = models.DateTimeField(null=True)
    opportunity_at = models.DateTimeField(null=True)
    customer_at = models.DateTimeField(null=True)
    out = models.CharField(max_length=24, default="")
    out_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "feedback_passage"
        constraints = [models.UniqueConstraint(fields=["lead", "number"], name="passage_once")]
        indexes = [models.Index(fields=["stage", "entered_at"], name="passage_of_stage")]

    def __str__(self) -> str:
        return f"{self.stage} from {self.entered_at}"
