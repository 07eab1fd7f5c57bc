"""Rows: what sources cost, and what is assumed about value. Both are only ever added to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

_PERSON = settings.AUTH_USER_MODEL


class Cost(models.Model):
    """What a source cost in a month, which begins on the day `month`.

    Of the rows of one source, month and currency the newest holds: a correction is another row.
    `source` is folded, as facts are.
    """

    source = models.CharField(max_length=120)
    month = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=3)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "feedback_cost"
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="cost_of_a_month"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="cost_not_negative"),
        ]
        indexes = [
            models.Index(fields=["month", "source", "currency", "-at", "-id"], name="cost_of_month")
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.month:%Y-%m}"


class Assumed(models.Model):
    """What the values of customers assume; the newest row holds."""

    discount = models.DecimalField(max_digits=5, decimal_places=4)
    margin = models.DecimalField(max_digits=5, decimal_places=4)
    years = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "feedback_assumed"
        constraints = [
            models.CheckConstraint(condition=Q(discount__range=(0, 1)), name="discount_a_share"),
            models.CheckConstraint(condition=Q(margin__range=(0, 1)), name="margin_a_share"),
            models.CheckConstraint(condition=Q(years__range=(1, 20)), name="years_to_reckon"),
        ]

    def __str__(self) -> str:
        return f"assumed since {self.at}"
