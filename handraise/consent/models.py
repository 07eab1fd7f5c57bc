"""Rows: purposes and topics, how consent came, confirmations, and who must not be written to.

That consent was given or withdrawn stands in `leads.Consent`, which scores read; what is added to
it here hangs on it, or on the lead that it was said for (`Lead.canonical` leads on after a merge).
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from handraise.consent.decide import (
    LONGEST_CODE,
    LONGEST_NAME,
    LONGEST_WHY,
    Basis,
    How,
    Kind,
)
from handraise.leads.models import Consent, Lead, Source, _in

_PERSON = settings.AUTH_USER_MODEL


class Purpose(models.Model):
    """What people are written to for. `code` is the purpose of `leads.Consent` and of agreements.

    `wording` is what people are shown now, `number` its version; the older ones are `Wording`s.
    `confirming` are words of one's own in the confirming mail.
    """

    code = models.CharField(max_length=LONGEST_CODE, unique=True)
    name = models.CharField(max_length=LONGEST_NAME)
    explained = models.TextField(default="", blank=True)
    wording = models.TextField(default="", blank=True)
    number = models.PositiveIntegerField(default=1)
    basis = models.CharField(max_length=24, default=Basis.CONSENT)
    needs_confirmation = models.BooleanField(default=True)
    confirming = models.TextField(default="", blank=True)
    place = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place", "id"]
        constraints = [models.CheckConstraint(condition=_in("basis", Basis), name="basis_known")]

    def __str__(self) -> str:
        return self.name

    @property
    def basis_label(self) -> str:
        return Basis(self.basis).label

    @property
    def is_of_contract(self) -> bool:
        return self.basis == Basis.CONTRACT


class Wording(models.Model):
    """The words of one version of a purpose. Never changed; nobody's where they were shipped."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="wordings", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField(default="", blank=True)
    at = models.DateTimeField(null=True)
    by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "number"], name="one_wording_of_a_purpose")
        ]


class Topic(models.Model):
    """A part of a purpose that people choose or leave by itself."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="topics", db_index=False)
    code = models.CharField(max_length=LONGEST_CODE)
    name = models.CharField(max_length=LONGEST_NAME)
    place = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "code"], name="one_topic_of_a_code")
        ]

    def __str__(self) -> str:
        return self.name


class Proof(models.Model):
    """How a consent was given or withdrawn: by which way, from which address, and which version
    of the purpose's wording its words were (None: others)."""

    consent = models.OneToOneField(Consent, models.PROTECT, related_name="proof")
    how = models.CharField(max_length=16)
    address = models.CharField(max_length=254, default="", blank=True)
    number = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=_in("how", How), name="proof_how_known")]

    @property
    def how_label(self) -> str:
        return How(self.how).label


class TopicChoice(models.Model):
    """The topics of a purpose that a lead wants, all of them at once; the newest row holds.
    Without any row the lead wants all. A topic made later is not presumed."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="topic_choices", db_index=False)
    purpose = models.CharField(max_length=LONGEST_CODE)
    topics = ArrayField(models.CharField(max_length=LONGEST_CODE), default=list)
    how = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=_in("how", How), name="choice_how_known")]
        indexes = [models.Index(fields=["lead", "purpose", "-at", "-id"], name="choice_of")]


class Leaving(models.Model):
    """A lead asked for none of our mails: this holds for purposes that are made later, too."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="leavings")
    how = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=_in("how", How), name="leaving_how_known")]


class Confirmation(models.Model):
    """An address that was asked to confirm consent, with what it was shown; and whether it did."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="confirmations", db_index=False)
    address = models.CharField(max_length=254)
    purpose = models.CharField(max_length=LONGEST_CODE)
    topics = ArrayField(models.CharField(max_length=LONGEST_CODE), default=list)
    wording = models.TextField(default="", blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["lead", "purpose"], name="confirmation_of"),
            models.Index(fields=["address", "-asked_at"], name="confirmation_asked"),
        ]


class SuppressionImport(models.Model):
    """A list of addresses from a file or a text. `pending` are those found in it until it is
    carried out; `faults` the lines that could not be read."""

    name = models.CharField(max_length=LONGEST_NAME)
    why = models.CharField(max_length=LONGEST_WHY, default="", blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    lines = models.PositiveIntegerField()
    pending = ArrayField(models.CharField(max_length=254), default=list)
    fault_count = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    carried_out_at = models.DateTimeField(null=True)
    added = models.PositiveIntegerField(default=0)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return self.name


class Suppression(models.Model):
    """An address, or a domain with all below it, that must not be written to until it is lifted.
    An address may be there once for each kind."""

    id = models.BigAutoField(primary_key=True)
    value = models.CharField(max_length=254)
    kind = models.CharField(max_length=16)
    why = models.CharField(max_length=LONGEST_WHY, default="", blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", db_index=False)
    brought = models.ForeignKey(
        SuppressionImport, models.PROTECT, null=True, related_name="suppressions"
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, related_name="+", db_index=False
    )
    lifted_why = models.CharField(max_length=LONGEST_WHY, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("kind", Kind), name="suppression_kind_known"),
            models.UniqueConstraint(
                fields=["value", "kind"], condition=Q(lifted_at__isnull=True),
                name="suppressed_once_a_kind",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["value"], name="suppression_of"),
            models.Index(fields=["-at", "-id"], name="suppression_newest"),
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label
