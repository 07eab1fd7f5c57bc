"""Rows: simulations of journeys that people asked for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.nurture.simulating.decide import State


class Simulation(models.Model):
    """A text of a journey played over the leads from `begin` until before `end`.

    `text` is what it was made from: the draft may change, and the page then says so. `report` is
    `simulating.report.Report` as plain data.
    """

    journey = models.ForeignKey(
        "nurture.Journey", models.CASCADE, related_name="simulations", db_index=False
    )
    text = models.TextField()
    begin = models.DateTimeField()
    end = models.DateTimeField()
    state = models.CharField(max_length=12, default=State.WAITING)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    report = models.JSONField(null=True)
    error = models.TextField(default="", blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="simulation_state_known",
            ),
            models.CheckConstraint(
                condition=Q(begin__lt=models.F("end")), name="simulation_begins_before_it_ends"
            ),
            # Two people who ask together wait for one answer.
            models.UniqueConstraint(
                fields=["journey"],
                condition=Q(state__in=[State.WAITING.value, State.RUNNING.value]),
                name="one_simulation_under_way",
            ),
        ]
        indexes = [models.Index(fields=["journey", "-at"], name="simulation_of_journey")]

    def __str__(self) -> str:
        return f"simulation of {self.journey}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {State.WAITING, State.RUNNING}

    @property
    def share(self) -> int:
        """How far it has come, per cent."""
        return 100 * self.done // self.total if self.total else 0


__all__ = ["Simulation"]
