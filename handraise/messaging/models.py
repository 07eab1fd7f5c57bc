"""Rows: messages to many, and every wording they ever had."""

from __future__ import annotations

from django.conf import settings
from django.db import models

_PERSON = settings.AUTH_USER_MODEL


class Message(models.Model):
    """A mail to many. `code` is the name by which journeys and forms call it.

    `purpose` and `topic` are those of consent that it is sent for; without a purpose it is part of
    what the lead asked for (a download, a confirmation), and no marketing. `published` is the
    version that is sent; None while there is only a draft.
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=60, default="", blank=True)
    topic = models.CharField(max_length=60, default="", blank=True)
    published = models.OneToOneField(
        "messaging.MessageVersion", models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    retired_at = models.DateTimeField(null=True)

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
            models.UniqueConstraint(fields=["message", "number"], name="one_mail_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.message} v{self.number}"
