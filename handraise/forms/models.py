"""Rows: forms, every version that was published, what was submitted, and what was counted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.enablement.models import Asset
from handraise.forms.decide import LONGEST_NAME, Caught, Content, State
from handraise.forms.document import Document
from handraise.leads.entry import Json
from handraise.leads.models import Lead, Source

_PERSON = settings.AUTH_USER_MODEL


class Form(models.Model):
    """What marketing asks, under a name. `draft` is the document as somebody writes it, `revision`
    counts how often it was kept; `published` is the version that strangers see."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=LONGEST_NAME)
    source = models.OneToOneField(Source, models.PROTECT, related_name="form")
    draft = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    published = models.ForeignKey(
        "FormVersion", models.PROTECT, null=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.published_id is not None and self.closed_at is None

    @property
    def drafted(self) -> Document:
        return Document.model_validate(self.draft)


class FormVersion(models.Model):
    """The form as it was published. Never changed."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    text = models.JSONField()
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="asked_by")
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="one_form_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.form}, version {self.number}"

    @property
    def document(self) -> Document:
        return Document.model_validate(self.text)


class Submission(models.Model):
    """What somebody sent, stored before anything is made of it.

    `once` is the same for the same answers from the same page, so that a second press is no second
    submission. `answers` are by the question's name; `agreed` lists purposes with the words shown.
    `personal` is the lead whose personal link it came by. `why` says why it was caught or could
    not be recorded; `awaits` are the purposes one of which must be confirmed before the content
    is mailed, `content_said` what became of that.
    """

    form = models.ForeignKey(Form, models.PROTECT, related_name="submissions", db_index=False)
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="submissions")
    once = models.CharField(max_length=64)
    at = models.DateTimeField()
    answers = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    agreed = models.JSONField(default=list)
    address = models.CharField(max_length=254)
    anonymous_id = models.CharField(max_length=255, default="")
    personal = models.ForeignKey(Lead, models.PROTECT, null=True, related_name="+", db_index=False)
    page = models.CharField(max_length=500, default="")
    utm = models.JSONField(default=dict)
    state = models.CharField(max_length=12)
    caught = models.CharField(max_length=12, default="")
    why = models.TextField(default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, related_name="submissions")
    taken_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, related_name="+", db_index=False
    )
    content = models.CharField(max_length=12, default=Content.NONE)
    content_said = models.TextField(default="")
    awaits = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "once"], name="submission_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="submission_state_known",
            ),
            models.CheckConstraint(
                condition=Q(caught__in=["", *(one.value for one in Caught)]),
                name="submission_caught_known",
            ),
            models.CheckConstraint(
                condition=Q(content__in=[one.value for one in Content]),
                name="submission_content_known",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.TAKEN)
                | Q(lead__isnull=False, taken_at__isnull=False),
                name="submission_taken_of_a_lead",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["form", "-at"], name="submission_of_form"),
            models.Index(fields=["form", "address", "at"], name="submission_of_address"),
            models.Index(fields=["at"], condition=Q(state="waiting"), name="submission_waiting"),
            models.Index(
                fields=["lead"], condition=Q(content="awaited"), name="submission_awaited"
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def said(self) -> list[tuple[str, Json]]:
        """What was answered, under the words of the question, in the order of the form."""
        return [
            (field.label, self.answers[field.name])
            for field in self.version.document.fields
            if field.name in self.answers
        ]


class Download(models.Model):
    """Somebody took the content of a submission; `robot` says why it was a machine."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="downloads")
    at = models.DateTimeField()
    robot = models.CharField(max_length=200, default="")


class Shown(models.Model):
    """How often a form was shown on one day at one page; the empty page is its own."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="shown", db_index=False)
    on = models.DateField()
    page = models.CharField(max_length=500, default="")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "on", "page"], name="one_shown")]


class Turn(models.Model):
    """How often one place (a keyed digest of its address) posted to a form in one span of time."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="turns", db_index=False)
    place = models.CharField(max_length=32)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "place", "since"], name="one_turn_a_window")
        ]
        indexes = [models.Index(fields=["since"], name="turn_since")]
