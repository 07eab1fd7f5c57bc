"""Rows: a deed done to many leads, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.desk.bulk.decide import UNDER_WAY, Deed, Outcome, State
from handraise.leads.models import Lead


class Bulk(models.Model):
    """Leads chosen at `created_at`, and what was done to them.

    `asked` is the address of the list they were chosen from; `given` what the deed needs (a tag, an
    owner); `forecast` what the preview said, of which `revision` is the number. `is_private`: it is
    about a list that only its owner sees.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bulks")
    state = models.CharField(max_length=12, default=State.CHOSEN)
    asked = models.TextField(default="")
    deed = models.CharField(max_length=12, default="")
    given = models.JSONField(default=dict)
    forecast = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    is_private = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undoing_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="bulk_state_known"
            ),
            models.CheckConstraint(
                condition=Q(deed__in=["", *(each.value for each in Deed)]), name="bulk_deed_known"
            ),
        ]

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_undo(self) -> bool:
        """Whether it is being undone, or was."""
        return self.undoing_by_id is not None


class BulkLead(models.Model):
    """One lead of a bulk. `before` is what an undo gives back (an owner, a move); `mark` the newest
    line of its journal when it was done: what was written later was done by others."""

    id = models.BigAutoField(primary_key=True)
    bulk = models.ForeignKey(Bulk, models.CASCADE, related_name="leads", db_index=False)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, default="")
    why = models.TextField(default="")
    before = models.BigIntegerField(null=True)
    mark = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "lead"], name="once_in_a_bulk"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *(each.value for each in Outcome)]),
                name="bulk_outcome_known",
            ),
        ]
        indexes = [models.Index(fields=["bulk", "outcome", "id"], name="bulk_by_outcome")]
