"""Rows: previews of a version, and the leads that would cross the bar."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.agreement.models import Version
from handraise.feedback.preview.decide import Basis, Direction, Outcome
from handraise.feedback.work import UNDER_WAY, Work, state_known
from handraise.leads.models import Lead


class Preview(Work):
    """Who would cross the bar at `at`, were `version` to come into force in place of `against`.

    `digest` is that of the text that was tried: a draft may change. `done` of `total` leads have
    been looked at; `counts` says how many have which outcome, and who would be offered how many.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="previews")
    against = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            state_known("preview_state_known"),
            # Two people who open the page together wait for one answer.
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(state__in=UNDER_WAY),
                name="one_preview_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"preview of {self.version}"

    @property
    def basis(self) -> Basis:
        return Basis(self.digest, self.against)


class PreviewedLead(models.Model):
    """One lead that would cross. `place` orders the page; scores are those under both versions."""

    id = models.BigAutoField(primary_key=True)
    preview = models.ForeignKey(Preview, models.CASCADE, related_name="leads", db_index=False)
    place = models.PositiveIntegerField()
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    direction = models.CharField(max_length=8)
    outcome = models.CharField(max_length=24)
    said = models.TextField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    team = models.CharField(max_length=120, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["preview", "place"], name="previewed_in_order"),
            models.CheckConstraint(
                condition=Q(direction__in=[each.value for each in Direction]),
                name="previewed_direction_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[each.value for each in Outcome]),
                name="previewed_outcome_known",
            ),
        ]
        indexes = [
            models.Index(fields=["preview", "outcome", "place"], name="previewed_by_outcome")
        ]
