"""Rows: the newest score of each lead, and how far everybody is scored by a new version."""

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


class Rescoring(models.Model):
    """How far everybody is scored by a version since it came into force.

    `remaining` of `total` leads are not yet, as last counted; ended when none is, or when the next
    version took its place (`superseded_by`).
    """

    version = models.PositiveIntegerField(unique=True)
    begun_at = models.DateTimeField()
    total = models.PositiveIntegerField()
    remaining = models.PositiveIntegerField()
    counted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    superseded_by = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"everybody by version {self.version}"

    @property
    def done(self) -> int:
        return max(self.total - self.remaining, 0)

    @property
    def share(self) -> int:
        """Per cent, rounded down."""
        return 100 * self.done // self.total if self.total else 100
