"""Rows: offers of leads to people, and how each one ended."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from handraise.handover.decide import Kind
from handraise.kit.working_time import Calendar
from handraise.leads.models import Lead
from handraise.team.models import Team


class Handover(models.Model):
    """An MQL offered to a person in sales, or (the second kind) an SAL to who decides on SQL.

    Open while `ended_at` is null; exactly one of Acceptance, Rejection, Withdrawal, Expiry then
    says how it ended. `brief` is frozen at the offer; `route` explains the choice of person.
    Without an assignee it waits for whoever of the team claims it. `passed_by`: who of sales
    development passed the lead on (the second kind only).
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="handovers")
    kind = models.CharField(max_length=8, default=Kind.FIRST)
    team = models.ForeignKey(Team, models.PROTECT, related_name="handovers")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="handovers"
    )
    passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField()
    priority = models.FloatField()
    offered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    route = models.JSONField(default=dict)
    brief = models.JSONField(default=dict)
    is_cooling = models.BooleanField(default=False)
    overdue_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # While a question waits for its answer. Then `due_at` is when it will be due if none comes.
    paused_until = models.DateTimeField(null=True)
    paused_left = models.DurationField(null=True)  # working time
    allowed = models.DurationField(null=True)  # working time agreed at the offer, once paused
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(ended_at__isnull=True), name="one_open_handover_a_lead"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="handover_kind_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_at"],
                condition=Q(ended_at__isnull=True),
                name="handover_open",
            ),
            models.Index(
                fields=["-priority", "due_at", "id"],
                condition=Q(ended_at__isnull=True),
                name="handover_queue",
            ),
            models.Index(
                fields=["team", "due_at"],
                condition=Q(ended_at__isnull=True, assignee__isnull=True),
                name="handover_unclaimed",
            ),
        ]

    @property
    def whose(self) -> str:
        """Who is asked, in words."""
        return self.assignee.name if self.assignee is not None else f"whoever of {self.team}"

    def calendar(self, at: datetime) -> Calendar:
        """Whose working time its clock counts: that of who is asked, else the team's."""
        return (self.assignee or self.team).calendar(at)


class _Ending(models.Model):
    handover = models.OneToOneField(Handover, models.PROTECT, related_name="%(class)s")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.TextField(default="")

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["by", "-at"])]


class Acceptance(_Ending):
    """Sales takes the lead. `touch_due_at`: until when the first touch was agreed, if it was;
    `untouched_at`: when it was found missing; `former_owner`: whose the lead was until then."""

    touch_due_at = models.DateTimeField(null=True)
    untouched_at = models.DateTimeField(null=True)
    former_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )


class Rejection(_Ending):
    """Sales gives the lead back, with a reason of the agreement and its consequence."""

    reason = models.CharField(max_length=120)
    consequence = models.CharField(max_length=24)

    class Meta(_Ending.Meta):
        indexes = [
            *_Ending.Meta.indexes,
            # Few of many, asked for on each Today of sales.
            models.Index(
                fields=["-at"], condition=Q(consequence="more work"), name="rejection_more_work"
            ),
        ]


class Withdrawal(_Ending):
    """The offer no longer makes sense: merged, disqualified, moved by hand."""


class Expiry(_Ending):
    """Nobody answered in time; the lead was passed on."""


class Opening(models.Model):
    """A receipt: somebody opened the brief."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Touch(models.Model):
    """The first touch after an acceptance: who called, wrote or met, and when."""

    handover = models.OneToOneField(Handover, models.PROTECT, related_name="touch")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)


class Rating(models.Model):
    """How good a lead was, as who answered for it says: 1 to 5, and a word why."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="ratings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    stars = models.PositiveSmallIntegerField()
    word = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "by"], name="one_rating_each"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="one_to_five_stars"),
        ]


class Turn(models.Model):
    """Credit of one person in one team's weighted round robin."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="turns")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="turns")
    credit = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_turn_each")]


class Question(models.Model):
    """Something that one side wants to know of the other about a handover.

    `by` is null where a reason of the agreement asks. `due_at`: until when an answer is expected;
    `late_at`: when it was found missing. One that stops the clock does so until then at most.
    """

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="questions")
    to = models.CharField(max_length=24)
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="questions"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    stops_clock = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    late_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answer = models.TextField(default="")
    took = models.DurationField(null=True)  # working time of who answered
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(answered_at__isnull=True, taken_back_at__isnull=True),
                name="question_waits",
            )
        ]


class Contest(models.Model):
    """Marketing holds a rejection to be wrong; a third person rules. `evidence`: activity ids.

    `is_upheld`: the rejection stands. `came_of`: what followed from the ruling, in a sentence.
    """

    rejection = models.OneToOneField(Rejection, models.PROTECT, related_name="contest")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    said = models.TextField()
    evidence = models.JSONField(default=list)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ruled_at = models.DateTimeField(null=True)
    is_upheld = models.BooleanField(null=True)
    ruling = models.TextField(default="")
    came_of = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ruled_at__isnull=True, ruled_by__isnull=True, is_upheld__isnull=True)
                | Q(ruled_at__isnull=False, ruled_by__isnull=False, is_upheld__isnull=False),
                name="contest_ruled_whole",
            )
        ]
