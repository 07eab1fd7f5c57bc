"""Rows: notes and whom they mention, tasks, news of a person and where they reach them."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from handraise.leads.models import Company, Lead
from handraise.talk.decide import Priority

_PERSON = settings.AUTH_USER_MODEL


class Note(models.Model):
    """What somebody wrote about a lead or a company. A removed one keeps who and when, no words."""

    lead = models.ForeignKey(Lead, models.PROTECT, null=True, related_name="notes", db_index=False)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="notes", db_index=False
    )
    text = models.TextField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=True) ^ Q(company__isnull=True), name="note_of_one"
            )
        ]
        indexes = [
            models.Index(
                fields=["lead", "-at"], condition=Q(lead__isnull=False), name="note_of_lead"
            ),
            models.Index(
                fields=["company", "-at"],
                condition=Q(company__isnull=False),
                name="note_of_company",
            ),
        ]

    def __str__(self) -> str:
        return f"Note {self.pk}"


class FormerText(models.Model):
    """What a note said before it was edited, until that instant."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="former")
    text = models.TextField()
    until = models.DateTimeField()


class Mention(models.Model):
    """A person meant in a note: where in its text, and how many characters."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions", db_index=False)
    person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    start = models.PositiveSmallIntegerField()
    length = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "start"], name="one_mention_a_place")
        ]


class Task(models.Model):
    """Something to be done by somebody: by an instant, in the course of a day, or some time.

    `revision` counts changes, for calendars; `is_reminded`: its person was told that it is due.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, related_name="tasks", db_index=False)
    text = models.CharField(max_length=500)
    assignee = models.ForeignKey(_PERSON, models.PROTECT, related_name="tasks", db_index=False)
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    priority = models.PositiveSmallIntegerField(
        default=Priority.NORMAL, choices=[(one.value, one.label) for one in Priority]
    )
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, related_name="+", db_index=False
    )
    removed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    is_reminded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_on__isnull=True), name="task_due_once"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="task_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee"], condition=Q(done_at=None, removed_at=None), name="task_open"
            ),
            models.Index(
                fields=["assignee", "-done_at"],
                condition=Q(done_at__isnull=False),
                name="task_done",
            ),
            models.Index(fields=["lead"], condition=Q(lead__isnull=False), name="task_of_lead"),
            models.Index(
                fields=["due_at", "due_on"],
                condition=Q(done_at=None, removed_at=None, is_reminded=False),
                name="task_to_remind",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Digest(models.Model):
    """The news of one person that one day's mail told. No second one that day."""

    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="digests", db_index=False)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_digest_a_day")]


class Notification(models.Model):
    """News for one person. The same kind with the same key never reaches them twice.

    `in_app` and `by_mail` are what the person wished when it came.
    """

    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="news", db_index=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=500)
    link = models.CharField(max_length=300)
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    in_app = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, related_name="news")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "key"], name="one_news_a_thing")
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], condition=Q(in_app=True), name="news_of"),
            models.Index(
                fields=["person"], condition=Q(in_app=True, read_at=None), name="news_unread"
            ),
            models.Index(
                fields=["person", "at"],
                condition=Q(by_mail=True, read_at=None, digest=None),
                name="news_to_mail",
            ),
        ]


class Preference(models.Model):
    """Where one kind of news reaches one person, if they said so."""

    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="preferences", db_index=False)
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField()
    by_mail = models.BooleanField()
    by_chat = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="one_preference_a_kind")
        ]


class DigestHour(models.Model):
    """At which hour of their working days a person's digest goes out; null: never."""

    person = models.OneToOneField(
        _PERSON, models.CASCADE, primary_key=True, related_name="digest_hour"
    )
    hour = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hour__isnull=True) | Q(hour__range=(0, 23)), name="digest_hour_of_a_day"
            )
        ]


class Feed(models.Model):
    """The secret address of a person's calendar. Only a digest of its token is kept."""

    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="feeds", db_index=False)
    token = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="one_feed_a_person"
            )
        ]


class ChatHook(models.Model):
    """Where a chat takes posts for a person or for a team; `kinds` go to a team's."""

    person = models.OneToOneField(_PERSON, models.CASCADE, null=True, related_name="chat_hook")
    team = models.OneToOneField("team.Team", models.CASCADE, null=True, related_name="chat_hook")
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(team__isnull=True), name="hook_of_one"
            )
        ]

    @property
    def about(self) -> str:
        """What the rows of the outbox say that belong to this chat."""
        return f"talk.chat:{self.pk}"

    @property
    def masked(self) -> str:
        """The host and the end of the address: enough to tell it from another, not to use it."""
        return f"{urlsplit(self.url).hostname}/…{self.url[-4:]}"
