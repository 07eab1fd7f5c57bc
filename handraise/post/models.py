"""Rows: what leaves the house, by which servers, and what people wrote and arranged."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from handraise.leads.models import _in
from handraise.post.decide import Kind, MissedBy, Security, Standing, State


class Outgoing(models.Model):
    """One mail to some people, or one call of another system: the row that is there first.

    `body` is the mail without its From line, which is that of the server it leaves by, or the
    JSON of a call. `message_id` is fixed here, so that whoever gets it twice can tell. `about`
    says what it belongs to (`letter:7`), `once` forbids a second one of that name.
    """

    kind = models.CharField(max_length=8)
    about = models.CharField(max_length=120)
    once = models.CharField(max_length=200, null=True, unique=True)
    sender = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey("team.Team", models.SET_NULL, null=True, related_name="+")
    recipients = ArrayField(models.CharField(max_length=254), default=list)
    url = models.CharField(max_length=2000, default="")
    headers = models.JSONField(default=dict)
    subject = models.CharField(max_length=200, default="")
    body = models.BinaryField()
    message_id = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_as = models.CharField(max_length=254, default="")
    refused = models.JSONField(default=dict)
    last_error = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("kind", Kind), name="outgoing_kind_known"),
            models.CheckConstraint(condition=_in("state", State), name="outgoing_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="outgoing_sent_at_an_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "due_at"], condition=Q(state="waiting"), name="outgoing_waiting"
            ),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="outgoing_held"),
            models.Index(
                fields=["-created_at"], condition=Q(state__in=["failed", "unclear"]),
                name="outgoing_troubled",
            ),
            models.Index(fields=["about"], name="outgoing_about"),
        ]  # fmt: skip

    def __str__(self) -> str:
        # The path of another system's address is often its password.
        return self.subject or urlsplit(self.url).hostname or f"Outgoing {self.pk}"


class TeamServer(models.Model):
    """A team's own From address, and its own mail server unless `host` is empty.

    `sealed` is the password, encrypted under a key made from the installation's secret key.
    """

    team = models.OneToOneField("team.Team", models.CASCADE, related_name="server")
    mail_from = models.CharField(max_length=254, default="", blank=True)
    host = models.CharField(max_length=253, default="", blank=True)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=12, default=Security.STARTTLS)
    user = models.CharField(max_length=254, default="", blank=True)
    sealed = models.TextField(default="", blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("security", Security), name="security_known")
        ]

    def __str__(self) -> str:
        return f"{self.mail_from or 'mail'} by {self.host or 'the house'}"


class RefusedAddress(models.Model):
    """An address that a server would not take, in its words; gone once a mail is taken for it."""

    address = models.CharField(max_length=254, primary_key=True)
    words = models.TextField()
    at = models.DateTimeField()


class Letter(models.Model):
    """A mail that a person wrote to one lead. `to` is where it went, `told` the last state of the
    mail that the lead's timeline heard of, `activity` the touch that it became."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="letters")
    by = models.ForeignKey("team.User", models.PROTECT, related_name="letters")
    outgoing = models.OneToOneField(Outgoing, models.PROTECT, related_name="letter")
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followed_by")
    written_at = models.DateTimeField()
    told = models.CharField(max_length=12, default="", blank=True)
    activity = models.OneToOneField("leads.Activity", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["outgoing"], condition=Q(told__in=["", "unclear"]), name="letter_to_tell"
            )
        ]

    def __str__(self) -> str:
        return self.subject


class Meeting(models.Model):
    """A meeting with a lead. `invited` are those whom the newest invitation went to, as written
    in it; `sequence` counts its changes; `word` is what was said of it afterwards."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="meetings")
    by = models.ForeignKey("team.User", models.PROTECT, related_name="meetings")
    colleagues = models.ManyToManyField("team.User", related_name="meetings_joined")
    subject = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    place = models.CharField(max_length=500, default="", blank=True)
    message = models.TextField(default="", blank=True)
    uid = models.CharField(max_length=255, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    invited = ArrayField(models.CharField(max_length=600), default=list)
    invitation = models.ForeignKey(Outgoing, models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField()
    standing = models.CharField(max_length=12, default=Standing.BOOKED)
    missed_by = models.CharField(max_length=8, default="", blank=True)
    word = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+")
    activity = models.OneToOneField("leads.Activity", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("standing", Standing), name="standing_known"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="meeting_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(standing=Standing.MISSED, missed_by__in=[one.value for one in MissedBy])
                | (~Q(standing=Standing.MISSED) & Q(missed_by="")),
                name="missed_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["by", "starts_at"], name="meeting_of")]

    def __str__(self) -> str:
        return self.subject
