"""Rows: reviews of the published agreement, and what was done about their findings."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.agreement.models import Version
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.review.decide import Deed
from handraise.feedback.work import Work, state_known


class Review(Work):
    """One review of a version over begin..end (end left out).

    `by` is null and `month` its first day where the worker made it by itself, once a month.
    `outcome`: as asked for, else empty. `report` is `report.Review` as plain data, `charts` are
    drawn once beside it.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="reviews")
    begin = models.DateTimeField()
    end = models.DateTimeField()
    outcome = models.CharField(max_length=20, default="")
    ripening_days = models.FloatField(null=True)
    cost_of_hour = models.FloatField(null=True)
    cost_of_missed = models.FloatField(null=True)
    engine = models.CharField(max_length=12)
    month = models.DateField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    step = models.CharField(max_length=120, default="")
    report = models.JSONField(null=True)
    charts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            state_known("review_state_known"),
            models.CheckConstraint(
                condition=Q(begin__lt=models.F("end")), name="review_begins_before_it_ends"
            ),
            models.UniqueConstraint(fields=["version", "month"], name="one_review_a_month"),
        ]
        indexes = [models.Index(fields=["-at"], name="review_recent")]

    def __str__(self) -> str:
        return f"review of {self.version}"

    @property
    def last_instant(self) -> datetime:
        """The last instant of the period, for pages that name its last day."""
        return self.end - timedelta(microseconds=1)


class Answered(models.Model):
    """What was done about one finding, by its place in the report: once.

    Taken: `draft` has the change, `rehearsal` compares it with what is in force (null where none
    could be asked for). Dismissed: `why` says so.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="answers", db_index=False)
    place = models.PositiveSmallIntegerField()
    deed = models.CharField(max_length=12)
    why = models.TextField(default="")
    draft = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+", db_index=False)
    rehearsal = models.ForeignKey(
        Rehearsal, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "place"], name="one_answer_a_finding"),
            models.CheckConstraint(
                condition=Q(deed__in=[deed.value for deed in Deed]), name="answer_deed_known"
            ),
        ]

    def __str__(self) -> str:
        return f"finding {self.place} of {self.review} {self.deed}"
