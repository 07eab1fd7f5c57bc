"""Rows: what the two teams decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

_PERSON = settings.AUTH_USER_MODEL


class Decision(models.Model):
    """What was decided over a week, which begins on the Monday `week`.

    Open until it is done or was taken back; what was taken back is kept and shown nowhere.
    """

    week = models.DateField()
    text = models.CharField(max_length=500)
    due = models.DateField(null=True)
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="decision_of_a_monday"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) ^ Q(done_by__isnull=False),
                name="decision_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-week", "-at"], condition=Q(taken_back_at=None), name="decision_of_week"
            ),
            models.Index(
                fields=["week"],
                condition=Q(taken_back_at=None, done_at=None),
                name="decision_open",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
