"""Rows: journeys, their versions, who is inside, and what passed through."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.leads.models import Lead, _in
from handraise.nurture.decide import Ending, State

_PERSON = settings.AUTH_USER_MODEL


class Journey(models.Model):
    """A nurture programme. `draft` is the YAML being worked on, `seen` counts its savings, so that
    nobody writes over a colleague; `published` is the version that new leads enter.

    What was known before `started_at` makes nobody enter. While `swept_to` is set, those who meet
    the conditions since before the start are still being taken in: all up to that lead are.
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, default=State.DRAFT)
    draft = models.TextField(default="", blank=True)
    seen = models.PositiveIntegerField(default=1)
    published = models.OneToOneField(
        "nurture.JourneyVersion", models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    swept_to = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("state", State), name="journey_state_known")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_changed(self) -> bool:
        """Whether the draft says something else than the version that new leads enter."""
        return self.published is not None and self.draft != self.published.text


class JourneyVersion(models.Model):
    """What a journey said when it was published. Never changed."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journey", "number"], name="one_journey_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.journey} v{self.number}"


class Enrolment(models.Model):
    """One lead in one journey, under one version. `place` is the id of the step it stands at,
    `due_at` when that step goes on (None: only when `awaits`, an event, happens). `fault` says what
    holds it up there: the step is tried again. The lead may be merged since: see Lead.canonical."""

    id = models.BigAutoField(primary_key=True)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="enrolments", db_index=False)
    journey = models.ForeignKey(Journey, models.PROTECT, related_name="enrolments", db_index=False)
    version = models.ForeignKey(
        JourneyVersion, models.PROTECT, related_name="enrolments", db_index=False
    )
    entered_at = models.DateTimeField()
    why = models.TextField(default="", blank=True)
    place = models.CharField(max_length=80)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    awaits = models.CharField(max_length=200, default="", blank=True)
    fault = models.TextField(default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, default="", blank=True)
    ended_why = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "journey"],
                condition=Q(ended_at__isnull=True),
                name="once_at_a_time_in_a_journey",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="")
                | Q(ended_at__isnull=False, ending__in=[one.value for one in Ending]),
                name="enrolment_ends_somehow",
            ),
        ]
        indexes = [
            models.Index(
                # By journey first: who waits in one that is paused is not read again and again.
                fields=["journey", "due_at", "id"],
                condition=Q(ended_at__isnull=True, due_at__isnull=False), name="enrolment_due",
            ),
            models.Index(
                fields=["journey", "version", "place"], condition=Q(ended_at__isnull=True),
                name="enrolment_at_a_place",
            ),
            models.Index(fields=["lead", "-entered_at"], name="enrolment_of_lead"),
        ]  # fmt: skip


class StepCount(models.Model):
    """How often leads left a step of a version by a way (`next`, a branch's or split's name, an
    ending) on a day of the installation's zone: counted, not listed, so that a million leads stay
    small."""

    version = models.ForeignKey(
        JourneyVersion, models.CASCADE, related_name="counts", db_index=False
    )
    place = models.CharField(max_length=80)
    way = models.CharField(max_length=80)
    day = models.DateField()
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "place", "way", "day"], name="one_count_a_way_and_day"
            )
        ]


from handraise.nurture.simulation_models import Simulation as Simulation  # noqa: E402
