"""Rows: sends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from handraise.leads.models import Lead, _in
from handraise.messaging.models import MessageVersion
from handraise.sends.decide import State


class Links(models.Model):
    """Where the links of a version lead, by their place (`{"1": "https://…"}`).

    Mostly the same for everybody: that is the usual one of the version. A version whose links name
    the reader has one such row for each wording.
    """

    version = models.ForeignKey(MessageVersion, models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    urls = models.JSONField()
    is_usual = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "digest"], name="links_once_a_version"),
            models.UniqueConstraint(
                fields=["version"], condition=Q(is_usual=True), name="one_usual_links_a_version"
            ),
        ]


class Courier(models.Model):
    """A worker's claim on sends, from its start until all of them came home.

    While it is at work its logbook lies, locked, in the data directory of its machine; `boot` is
    the machine's last start, since when files are known to be whole. `beat_at` moves on while it
    lives.
    """

    id = models.UUIDField(primary_key=True)
    boot = models.CharField(max_length=60)
    began_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["beat_at"], condition=Q(over_at=None), name="courier_at_work")
        ]


class Pace(models.Model):
    """How many sends to a domain were claimed in a minute; shared by all workers."""

    domain = models.CharField(max_length=253, primary_key=True)
    minute = models.DateTimeField()
    taken = models.PositiveIntegerField()


class Hold(models.Model):
    """What is wanted by `about` does not leave while this row stands."""

    about = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.about


class Send(models.Model):
    """One message to one lead, wanted by `about` (`journey:7`, `form:3`).

    `once` names what only ever happens once (`enrolment:12/guide`): a second send of that name is
    not made. `purpose` and `topic` are the message's when the send was wanted; an empty purpose is
    for what the lead asked for. `address` is where it went, `why` the reason of its end.
    `message_id` is fixed before the first try. `courier` is whose claim it is, or was last;
    `links` where its links lead, when not to where they usually do.
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
    courier = models.ForeignKey(
        Courier, models.SET_NULL, null=True, related_name="load", db_index=False
    )
    links = models.ForeignKey(Links, models.PROTECT, null=True, related_name="+", db_index=False)
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
            models.Index(fields=["courier"], condition=Q(state="sending"), name="send_held"),
            models.Index(fields=["state", "-id"], name="send_in_state"),
            models.Index(fields=["lead", "-sent_at"], name="send_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.version} to {self.lead}"


from handraise.sends.limit_models import SendingLimits as SendingLimits  # noqa: E402
