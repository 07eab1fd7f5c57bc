"""Rows: rehearsals of routes that people asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.agreement.models import Version
from handraise.feedback.work import UNDER_WAY, Work, state_known


class RouteRehearsal(Work):
    """Those who became MQL from `begin` until before `end`, offered by the routes of `text`.

    `text` and `basis` are what it was made from: a draft and the people may change, and a page
    then says so. `against` is the version in force beside it. `report` is `report.Report` as plain
    data, `charts` what was drawn of it.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="route_rehearsals")
    text = models.TextField()
    basis = models.CharField(max_length=64)
    against = models.PositiveIntegerField(null=True)
    begin = models.DateTimeField()
    end = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)
    everybody_there = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    step = models.CharField(max_length=120, default="")
    report = models.JSONField(null=True)
    charts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            state_known("route_rehearsal_state_known"),
            models.CheckConstraint(
                condition=Q(begin__lt=models.F("end")),
                name="route_rehearsal_begins_before_it_ends",
            ),
            # Two people who ask together wait for one answer.
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(state__in=UNDER_WAY),
                name="one_route_rehearsal_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"rehearsal of the routes of {self.version}"

    @property
    def last_instant(self) -> datetime:
        """The last instant of the period, for pages that name its last day."""
        return self.end - timedelta(microseconds=1)
