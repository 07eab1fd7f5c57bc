"""Rows: sends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from handraise.leads.models import Lead, _in
from handraise.messaging.models import MessageVersion
from handraise.sends.decide import State


class Send(models.Model):
    """One message to one lead, wanted by `about` (`journey:7`, `form:3`).

    `once` names what only ever happens once (`enrolment:12/guide`): a second send of that name is
    not made. `purpose` and `topic` are the message's when the send was wanted; an empty purpose is
    for what the lead asked for. `address` is where it went, `why` the reason of its end.
    `message_id` is fixed before the first try.
    """

    id = models.BigAutoField(primary_key=True)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="sends", db_index=False)
    version = models.ForeignKey(MessageVersion, models.PROTECT, related_name="sends")
    about = models.CharField(max_length=120)
    once = models.CharField(max_length=200, unique=True)
    purpose = models.CharField(max_length=60, default="", blank=True)
    topic = models.CharField(max_length=60, default="", blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=254, default="", blank=True)
    message_id = models.CharField(max_length=255, unique=True)
    why = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("state", State), name="send_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="send_sent_at_an_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="send_due"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="send_held"),
            models.Index(fields=["lead", "-sent_at"], name="send_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.version} to {self.lead}"
