"""Rows: messages to many, and every wording they ever had."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.enablement.models import KeyMessage
from handraise.leads.models import _in
from handraise.messaging.decide import SenderKind, outlined

_PERSON = settings.AUTH_USER_MODEL


class House(models.Model):
    """Who writes: the name and the postal address at the foot of every message. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120, default="", blank=True)
    address = models.CharField(max_length=300, default="", blank=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_house")]


class Message(models.Model):
    """A mail to many. `code` is the name by which journeys and forms call it.

    `purpose` and `topic` are those of consent that it is sent for; without a purpose it is part of
    what the lead asked for (a download, a confirmation), and no marketing. `published` is the
    version that is sent; None while there is only a draft. `seen` counts savings, so that nobody
    writes over a colleague. The From line is that of `team` (none: the house), or of the lead's
    owner where `sender` says so. `utm_…` are added to its links.
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=60, default="", blank=True)
    topic = models.CharField(max_length=60, default="", blank=True)
    sender = models.CharField(max_length=8, default=SenderKind.TEAM)
    team = models.ForeignKey("team.Team", models.PROTECT, null=True, related_name="+")
    utm_source = models.CharField(max_length=80, default="", blank=True)
    utm_medium = models.CharField(max_length=80, default="", blank=True)
    utm_campaign = models.CharField(max_length=80, default="", blank=True)
    tracks_opens = models.BooleanField(default=False)
    published = models.OneToOneField(
        "messaging.MessageVersion", models.PROTECT, null=True, related_name="+"
    )
    seen = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("sender", SenderKind), name="mail_sender_known")
        ]

    def __str__(self) -> str:
        return self.name


class MessageVersion(models.Model):
    """What a message said in one version. Never changed once `published_at` is set."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=300)
    preheader = models.CharField(max_length=300, default="", blank=True)
    mjml = models.TextField()
    text = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="one_mail_a_version"),
            models.UniqueConstraint(
                fields=["message"], condition=Q(published_at=None), name="one_draft_a_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} v{self.number}"

    @property
    def outline(self) -> str:
        """The subject, as a list shows it."""
        return outlined(self.subject)


class MailCitation(models.Model):
    """A version of a message says a key message; `number` is the wording that its author had
    before their eyes when they last saved or confirmed it."""

    version = models.ForeignKey(
        MessageVersion, models.CASCADE, related_name="citations", db_index=False
    )
    message = models.ForeignKey(KeyMessage, models.PROTECT, related_name="mail_citations")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "message"], name="one_citation_a_mail")
        ]
