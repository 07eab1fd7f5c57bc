"""Rows: what was learned when and how good it was, and the newest chance of each open lead."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.feedback.learned.decide import Verdict, may_order
from handraise.feedback.rehearsal.decide import Outcome
from handraise.feedback.work import UNDER_WAY, State, Work, state_known
from handraise.leads.models import Lead


class Learning(Work):
    """One run: learned from what was known at `at`. `by`: null where it was the night.

    `report` is `report.Report` as plain data, `charts` SVG by name; both null and empty until it
    is done. `verdict` is empty until then. Nothing that was learned is kept but its figures.
    """

    outcome = models.CharField(max_length=16)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    step = models.CharField(max_length=120, default="")
    verdict = models.CharField(max_length=12, default="")
    report = models.JSONField(null=True)
    charts = models.JSONField(default=dict)

    class Meta:
        db_table = "feedback_learning"
        constraints = [
            state_known("learning_state_known"),
            models.CheckConstraint(
                condition=Q(verdict__in=["", *(verdict.value for verdict in Verdict)]),
                name="learning_verdict_known",
            ),
            models.UniqueConstraint(
                models.Value(1), condition=Q(state__in=UNDER_WAY), name="one_learning_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["-at"], name="learning_recent")]

    def __str__(self) -> str:
        return f"learning of {self.at}"

    @property
    def may_order(self) -> bool:
        """Whether leads may be put in its order, if the agreement says so."""
        return self.state == State.DONE and may_order(Verdict(self.verdict))

    @property
    def outcome_label(self) -> str:
        return Outcome(self.outcome).label


class Chance(models.Model):
    """The chance of a current lead that had not come to the outcome when it was learned.

    `tenth` and `points_tenth`: among all that have one, 1 the highest; `lean`: how much higher the
    learned order puts it than that of the points (`priority`, as it stood then), -1..1. `reasons`:
    `[[words, what it adds], …]`, at most three.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="learned")
    learning = models.ForeignKey(Learning, models.CASCADE, related_name="+", db_index=False)
    chance = models.FloatField()
    tenth = models.SmallIntegerField()
    priority = models.FloatField(null=True)
    points_tenth = models.SmallIntegerField(null=True)
    lean = models.FloatField(null=True)
    reasons = models.JSONField(default=list)

    class Meta:
        db_table = "feedback_chance"
        indexes = [
            models.Index(fields=["-chance", "-lead"], name="chance_order"),
            models.Index(fields=["-lean", "-lead"], name="chance_lean"),
        ]

    def __str__(self) -> str:
        return f"chance of lead {self.lead_id}"
