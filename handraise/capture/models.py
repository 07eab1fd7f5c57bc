"""Rows: write keys, what came in and waits, what was dropped and why, imports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.capture.decide import ImportKind, ImportState, Refusal
from handraise.leads.models import Source


class WriteKey(models.Model):
    """Lets a client write, and nothing else. Only the SHA-256 of the key is kept."""

    source = models.OneToOneField(Source, models.PROTECT, related_name="write_key")
    digest = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)


class Inbox(models.Model):
    """One accepted call; digesting deletes the row in the same transaction.

    The bytes are as they came, without the items that were refused at the door: what the digest
    refuses nevertheless (the rules have changed since) becomes a Drop. `agent` is the browser's
    header.
    """

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, db_constraint=False, related_name="+")
    endpoint = models.CharField(max_length=16)
    agent = models.TextField(default="")
    body = models.BinaryField()


class Receipt(models.Model):
    """This message id of this source was taken: the reason nothing is ever counted twice.

    `fingerprint` is a 64-bit hash of the content: the same id with other content is no retry.
    """

    pk = models.CompositePrimaryKey("source_id", "message_id")
    source = models.ForeignKey(Source, models.PROTECT, db_constraint=False, related_name="+")
    message_id = models.CharField(max_length=100)
    fingerprint = models.BigIntegerField()


class Drop(models.Model):
    """An item refused or not digestible: kept, visible, and replayable after a fix."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="drops")
    reason = models.CharField(max_length=24)
    detail = models.TextField(default="")
    message_id = models.CharField(max_length=100, default="")
    endpoint = models.CharField(max_length=16, default="")
    body = models.BinaryField(default=b"")
    replayed_at = models.DateTimeField(null=True)
    replayed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=[reason.value for reason in Refusal]),
                name="drop_reason_known",
            )
        ]
        indexes = [models.Index(fields=["-at"], name="drop_recent")]


class Import(models.Model):
    """One file brought in; its rows carry the import's own source, so that undoing finds them."""

    source = models.OneToOneField(Source, models.PROTECT, related_name="file_import")
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=16, default=ImportState.WAITING)
    file_name = models.CharField(max_length=255)
    file_hash = models.CharField(max_length=64)
    path = models.CharField(max_length=500, default="")
    mapping = models.JSONField(default=dict)
    total_rows = models.PositiveIntegerField(null=True)
    read_rows = models.PositiveIntegerField(default=0)
    taken_rows = models.PositiveIntegerField(default=0)
    refused_rows = models.PositiveIntegerField(default=0)
    repaired_rows = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    error = models.TextField(default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="imports")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ImportKind]), name="import_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ImportState]),
                name="import_state_known",
            ),
        ]


class RefusedRow(models.Model):
    """A line of an import's file that was not taken, with the sentence that says why."""

    id = models.BigAutoField(primary_key=True)
    file_import = models.ForeignKey(Import, models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()
    why = models.TextField()
    row = models.TextField()
