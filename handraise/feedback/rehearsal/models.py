"""Rows: rehearsals that people asked for, and what the draft says at each bar that was tried."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.agreement.models import Version
from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.work import Work, state_known


class Rehearsal(Work):
    """One replay of a version's text over begin..end (end left out).

    `text` is kept, for a draft may change. `bar` names the threshold that the slider moves.
    `ripening_days`: as the person gave it, else null. `report` is `report.Report` as plain data,
    without its levels, which are rows of their own so that a page reads only the one it shows.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="rehearsals")
    text = models.TextField()
    begin = models.DateTimeField()
    end = models.DateTimeField()
    engine = models.CharField(max_length=12)
    bar = models.CharField(max_length=120, default="")
    ripening_days = models.FloatField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    step = models.CharField(max_length=120, default="")
    report = models.JSONField(null=True)

    class Meta:
        constraints = [
            state_known("rehearsal_state_known"),
            models.CheckConstraint(
                condition=Q(begin__lt=models.F("end")), name="rehearsal_begins_before_it_ends"
            ),
        ]
        indexes = [models.Index(fields=["-at"], name="rehearsal_recent")]

    def __str__(self) -> str:
        return f"rehearsal of {self.version}"

    @property
    def last_instant(self) -> datetime:
        """The last instant of the period, for pages that name its last day."""
        return self.end - timedelta(microseconds=1)

    @property
    def engine_label(self) -> str:
        return Name(self.engine).label


class RehearsedLevel(models.Model):
    """`report.Level` as plain data: the draft with its bar at `at_least`; drawn charts beside."""

    rehearsal = models.ForeignKey(Rehearsal, models.CASCADE, related_name="levels", db_index=False)
    at_least = models.FloatField()
    level = models.JSONField()
    charts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rehearsal", "at_least"], name="one_level_a_bar")
        ]
