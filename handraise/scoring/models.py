"""Rows: the newest score of each lead."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from handraise.leads.models import Lead


class Score(models.Model):
    """The score of a canonical lead at `scored_at` under version `version`.

    The arrays have one place for each signal of that version, in the document's order (fit,
    interest, intent): `contributions` the points that counted (null: the condition is unknown),
    `matched` how many activities stand behind them, `latest` when the newest of those occurred.
    `company_interest` and `company_intent` are what colleagues added. `truths` holds what each
    criterion came to (null: unknown).
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="score")
    version = models.PositiveIntegerField()
    scored_at = models.DateTimeField()
    fit = models.FloatField()
    interest = models.FloatField()
    intent = models.FloatField()
    priority = models.FloatField()
    grade = models.CharField(max_length=12, default="")
    company_interest = models.FloatField(default=0)
    company_intent = models.FloatField(default=0)
    contributions = ArrayField(models.FloatField(null=True))
    matched = ArrayField(models.IntegerField())
    latest = ArrayField(models.DateTimeField(null=True))
    truths = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["-priority", "-lead"], name="score_priority"),
            models.Index(fields=["-fit", "-lead"], name="score_fit"),
            models.Index(fields=["-interest", "-lead"], name="score_interest"),
            models.Index(fields=["-intent", "-lead"], name="score_intent"),
        ]
