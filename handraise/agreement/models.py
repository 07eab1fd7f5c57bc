"""Rows: versions of the agreement, who signed and discussed them, and the lists they name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.agreement.decide import Side, State


class Version(models.Model):
    """One text of the agreement. Never changed after it was proposed; at most one is published.

    `revision` counts the texts that a draft has had: who saves says which one they read.
    """

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=12, default=State.DRAFT)
    text = models.TextField()
    note = models.TextField(default="")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="version_state_known"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="published"), name="one_published_version"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class EarlierText(models.Model):
    """A text that a draft had before it was changed, so that no change loses anything."""

    version = models.ForeignKey(
        Version, models.CASCADE, related_name="earlier_texts", db_index=False
    )
    revision = models.PositiveIntegerField()
    text = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "revision"], name="one_text_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.version} as of revision {self.revision}"


class Signature(models.Model):
    """One side's word on one version. Nobody signs for both sides."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signatures")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="one_signature_a_side"),
            models.UniqueConstraint(fields=["version", "by"], name="nobody_signs_for_both"),
            models.CheckConstraint(
                condition=Q(side__in=[side.value for side in Side]), name="side_known"
            ),
        ]


class Thread(models.Model):
    """What people say of one signal of one version; `signal` is the signal's name."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="threads", db_index=False)
    signal = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["version", "signal"], name="thread_about")]

    def __str__(self) -> str:
        return f"{self.signal} of {self.version}"


class Comment(models.Model):
    """One thing said in a thread. Never changed."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    text = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:40]}"


class Resolution(models.Model):
    """A thread is settled; opening it again removes this row."""

    thread = models.OneToOneField(Thread, models.CASCADE, related_name="resolution")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()


class ListEntry(models.Model):
    """One folded value of a named list (`free_email`, `disposable_email`, or one of your own)."""

    list = models.CharField(max_length=60)
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "value"], name="list_value_once")]
