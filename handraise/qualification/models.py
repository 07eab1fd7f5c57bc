"""Rows: leads that were given back, answers to questions, frameworks, criteria passed over."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.leads.models import Activity, Lead, StageMove
from handraise.qualification.decide import Consequence, Evidence


class Return(models.Model):
    """Sales gave the lead back, or a person put it aside. Until `wakes_at` it rests.

    The newest one since the lead was last reopened decides whether it may qualify again. One that
    was undone, since the rejection was overturned, decides and counts no more. `plan` names the
    recycle plan of the agreement that was chosen; empty where none was.
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="returns")
    at = models.DateTimeField()
    consequence = models.CharField(max_length=24)
    reason = models.TextField()
    wakes_at = models.DateTimeField(null=True)
    plan = models.CharField(max_length=120, default="")
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


class OwnFramework(models.Model):
    """A framework of questions that this installation wrote. Its texts are in the journal too."""

    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=60, unique=True)
    text = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """What is known about one question of a framework for one lead. Never changed.

    The newest by (at, known_at, id) counts; one that `is_withdrawn` leaves the question open.
    `is_favourable` and `holds_until` are as the framework said when it was given; at
    `holds_until` it is stale. `framework` is its folded name; `author` names who found it out
    where that was not `by`.
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="answers", db_index=False)
    framework = models.CharField(max_length=60)
    question = models.CharField(max_length=60)
    value = models.CharField(max_length=120, default="")
    text = models.TextField(default="")
    is_favourable = models.BooleanField(default=False)
    is_withdrawn = models.BooleanField(default=False)
    evidence = models.CharField(max_length=16, default="")
    quote = models.TextField(default="")
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    known_at = models.DateTimeField()
    holds_until = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    author = models.CharField(max_length=120, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_withdrawn=True) | ~Q(value="", text=""), name="answer_says_something"
            ),
            models.CheckConstraint(
                condition=Q(is_withdrawn=True, evidence="")
                | Q(is_withdrawn=False, evidence__in=[kind.value for kind in Evidence]),
                name="answer_rests_on_something",
            ),
            models.CheckConstraint(
                condition=Q(evidence="activity", activity__isnull=False)
                | ~Q(evidence="activity") & Q(activity__isnull=True),
                name="answer_evidence_is_there",
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "framework", "question", "-at"], name="answer_of_lead")
        ]

    def __str__(self) -> str:
        return f"{self.framework} {self.question}: {self.value or self.text}"


class Override(models.Model):
    """A manager moved a lead although criteria were not met; `lacked` says which, in sentences."""

    move = models.OneToOneField(StageMove, models.PROTECT, related_name="override")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="overrides")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    lacked = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="override_recent")]

    def __str__(self) -> str:
        return self.reason
