"""Rows: who wishes which report by mail, and what became of each week's."""

from __future__ import annotations

from django.conf import settings
from django.db import models

_PERSON = settings.AUTH_USER_MODEL


class ReportWish(models.Model):
    """The report that a person gets by mail each Monday. No row: none."""

    person = models.OneToOneField(
        _PERSON, models.CASCADE, primary_key=True, related_name="report_wish"
    )
    audience = models.CharField(max_length=20)
    since = models.DateTimeField()

    class Meta:
        db_table = "feedback_report_wish"

    def __str__(self) -> str:
        return f"{self.audience} for {self.person_id}"


class MailedReport(models.Model):
    """The report of one week for one person, asked for at `at`. No second one.

    `made_at`: when its mail was put into the outbox, or else `error`: the sentence that says why
    it was not. Neither while the job is under way.
    """

    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="+", db_index=False)
    week = models.DateField()
    at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta:
        db_table = "feedback_mailed_report"
        constraints = [models.UniqueConstraint(fields=["person", "week"], name="one_report_a_week")]

    def __str__(self) -> str:
        return f"report of {self.week} for {self.person_id}"
