"""Rows: leads and what is known of them.

Everything that happened or was learned hangs on an *identity*, an identity hangs on the lead that
it was first attached to, and a lead names its canonical lead. Merging changes `Lead.canonical`
only, so a merge can be undone, also for what arrived after it. Facts, activities, consents,
memberships, moves and journal lines are append-only.

A foreign key without an index of its own is the first column of another one, or never looked up
by. Activities and facts do not have their source checked: sources are never deleted, and checking
two rows for each message took a third of a digest's commit.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from handraise.leads.decide import Doubt, IdentityKind, SourceKind, Stage, Via
from handraise.leads.looks import Attention as Attention
from handraise.leads.looks import ParkedLead as ParkedLead


def _in(field: str, choices: type) -> Q:
    return Q(**{f"{field}__in": [choice.value for choice in choices]})  # type: ignore[attr-defined]


class Source(models.Model):
    """Where something came from: a write key, one import, a form, a person's hand."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("kind", SourceKind), name="source_kind_known"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind="hand"), name="one_source_by_hand"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    """An organisation; `owner` is asked first to take its leads. `name`, `industry`, `employees`
    and `country` are the card, made from facts."""

    domain = models.CharField(max_length=253, null=True, unique=True)
    group_id = models.CharField(max_length=255, null=True, unique=True)
    name = models.CharField(max_length=255, default="")
    industry = models.CharField(max_length=255, default="")
    employees = models.FloatField(null=True)
    country = models.CharField(max_length=255, default="")
    owner = models.ForeignKey(
        "team.User", models.SET_NULL, null=True, related_name="companies_owned", db_index=False
    )
    tags = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["name"])]  # and one of owned ones: see migration 0005

    def __str__(self) -> str:
        return self.name or self.domain or self.group_id or f"Company {self.pk}"


class Lead(models.Model):
    """A person who may buy.

    `canonical` is the lead itself unless merged into another. The card (name … last_seen_at, and
    `search`) is made from facts, identities and activities by `leads.cards` and by nothing else;
    it exists so that 100,000 leads can be listed, sorted and searched.
    """

    canonical = models.ForeignKey("self", models.PROTECT, related_name="faces")
    stage = models.CharField(max_length=24, default=Stage.LEAD)
    stage_since = models.DateTimeField()
    owner = models.ForeignKey(
        "team.User", models.SET_NULL, null=True, related_name="leads_owned", db_index=False
    )
    tags = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    # A column rather than a comparison, because PostgreSQL keeps figures of columns only: it would
    # take `canonical_id = id` for one lead in two hundred and plan the list of leads accordingly.
    is_current = models.GeneratedField(
        expression=Q(canonical=models.F("id"), withdrawn_at__isnull=True),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )

    name = models.CharField(max_length=255, default="")
    email = models.CharField(max_length=254, default="")
    phone = models.CharField(max_length=60, default="")
    title = models.CharField(max_length=255, default="")
    country = models.CharField(max_length=255, default="")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, related_name="leads")
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("stage", Stage), name="lead_stage_known")
        ]
        indexes = [
            # A visit rewrites every entry of the lead; most leads have none in the first two.
            models.Index(fields=["stage"], condition=~Q(stage="LEAD"), name="lead_in_stage"),
            models.Index(fields=["owner"], condition=Q(owner__isnull=False), name="lead_owned"),
            models.Index(fields=["-last_seen_at", "-id"], name="lead_seen"),
            models.Index(fields=["name", "id"]),
            models.Index(fields=["-created_at", "-id"]),
            GinIndex(fields=["tags"], condition=~Q(tags=[]), name="lead_tags"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"Visitor {self.pk}"


class LeadSearch(models.Model):
    """What a lead is found by: the words of its card, folded; none if there are none.

    Beside the lead and not on it: these words have dozens of entries in their index, which every
    visit would write anew.
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="search")
    text = models.TextField()

    class Meta:
        indexes = [GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="lead_search")]


class Identity(models.Model):
    """One way a lead is known. Values are stored as compared: e-mail folded, ids as they came."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="identities")
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="one_identity"),
            models.CheckConstraint(condition=_in("kind", IdentityKind), name="identity_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class Activity(models.Model):
    """Something a lead did.

    `match` is what conditions read: properties flattened to dotted paths, text folded
    (`"path": "/pricing"`), and the tokens of each text under its path and a tilde
    (`"path~": " pricing "`). `properties` is what came, for people to read.
    """

    id = models.BigAutoField(primary_key=True)
    identity = models.ForeignKey(
        Identity, models.PROTECT, related_name="activities", db_index=False, db_constraint=False
    )
    name = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    known_at = models.DateTimeField()
    is_known_at_assumed = models.BooleanField(default=False)
    properties = models.JSONField(default=dict)
    match = models.JSONField(default=dict)
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="activities", db_constraint=False
    )
    message_id = models.CharField(max_length=100)
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["identity", "-occurred_at"], name="activity_of_identity"),
            models.Index(fields=["-occurred_at"], name="activity_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.occurred_at}"


class Judgement(models.Model):
    """Whether an activity counts, for one doubt (bot, withdrawn). The newest one known holds."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="judgements")
    doubt = models.CharField(max_length=16)
    counts = models.BooleanField()
    why = models.CharField(max_length=255, default="")
    known_at = models.DateTimeField()
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=_in("doubt", Doubt), name="doubt_known")]

    def __str__(self) -> str:
        return f"{self.doubt}: {'counts' if self.counts else 'does not count'}"


class Fact(models.Model):
    """A named value about a lead (by identity) or about a company, typed when written.

    Exactly one of text, number, truth, instant is filled; for text also `words`. A JSON null
    fills none: the fact is then known to be empty, and conditions on it are unknown.
    Of the facts of one name, the newest by (holds_from, known_at, id) among those known counts.
    """

    id = models.BigAutoField(primary_key=True)
    identity = models.ForeignKey(
        Identity,
        models.PROTECT,
        null=True,
        related_name="facts",
        db_index=False,
        db_constraint=False,
    )
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="facts", db_index=False
    )
    name = models.CharField(max_length=120)
    value = models.JSONField(null=True)
    text = models.TextField(null=True)
    words = models.TextField(null=True)
    number = models.FloatField(null=True)
    truth = models.BooleanField(null=True)
    instant = models.DateTimeField(null=True)
    holds_from = models.DateTimeField()
    known_at = models.DateTimeField()
    is_known_at_assumed = models.BooleanField(default=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="facts", db_constraint=False)
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(identity__isnull=True) ^ Q(company__isnull=True), name="fact_of_one"
            )
        ]
        indexes = [
            models.Index(fields=["identity", "name", "-holds_from"], name="fact_of_identity"),
            models.Index(fields=["company", "name", "-holds_from"], name="fact_of_company"),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value!r}"


class FactWithdrawal(models.Model):
    """From `known_at` on, the fact is taken as never said (an undone import)."""

    fact = models.OneToOneField(Fact, models.PROTECT, related_name="withdrawal")
    known_at = models.DateTimeField()
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+", db_index=False)


class Membership(models.Model):
    """The company of an identity's lead; the newest by (holds_from, known_at, id) counts.

    From `withdrawn_at` on it is taken as never said (an undone import).
    """

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="memberships")
    company = models.ForeignKey(Company, models.PROTECT, related_name="memberships")
    holds_from = models.DateTimeField()
    known_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="memberships")
    withdrawn_at = models.DateTimeField(null=True)


class Consent(models.Model):
    """Consent given or withdrawn for a purpose, with the wording shown; the newest counts.

    From `withdrawn_at` on it is taken as never said (an undone import).
    """

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="consents", db_index=False)
    purpose = models.CharField(max_length=60)
    is_given = models.BooleanField()
    wording = models.TextField(default="")
    holds_from = models.DateTimeField()
    known_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="consents")
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["identity", "purpose", "-holds_from"], name="consent_of")]


class Merge(models.Model):
    """`merged` was found to be the same person as `kept`. Undone merges stay, with who and when.

    `move` is the step that the kept lead took because the merged one stood further along;
    `carried` what it took over besides (`{"tags": [...], "owner": 7}`): undoing gives both back.
    `keeps_apart`: a person undid it, so that no message may bring the two together again.
    """

    kept = models.ForeignKey(Lead, models.PROTECT, related_name="merges_kept")
    merged = models.ForeignKey(Lead, models.PROTECT, related_name="merges_merged")
    why = models.CharField(max_length=255)
    at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="merges")
    move = models.ForeignKey("StageMove", models.PROTECT, null=True, related_name="+")
    carried = models.JSONField(default=dict)
    keeps_apart = models.BooleanField(default=False)
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kept=models.F("merged")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="one_live_merge_a_lead"
            ),
        ]


class StageMove(models.Model):
    """One step of one lead, with all that led to it. `version` is the agreement's number.

    Only an outcome told by an import or connector has no version: nothing was decided here.
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="moves", db_index=False)
    before = models.CharField(max_length=24)
    after = models.CharField(max_length=24)
    at = models.DateTimeField()
    known_at = models.DateTimeField()
    version = models.PositiveIntegerField(null=True)
    reason = models.TextField()
    scores = models.JSONField(default=dict)
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="moves")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_in("before", Stage), name="move_before_known"),
            models.CheckConstraint(condition=_in("after", Stage), name="move_after_known"),
        ]
        indexes = [
            models.Index(fields=["lead", "-at"], name="move_of_lead"),
            models.Index(fields=["after", "-at"], name="move_into_stage"),
        ]


class JournalLine(models.Model):
    """What Handraise noticed or did. `kind` is `step.past_participle`; `said` is for people."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    lead = models.ForeignKey(
        Lead, models.PROTECT, null=True, related_name="journal", db_index=False
    )
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="journal")
    by = models.ForeignKey("team.User", models.PROTECT, null=True, related_name="+", db_index=False)
    via = models.CharField(max_length=16)
    said = models.TextField(default="")
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=_in("via", Via), name="journal_via_known")]
        indexes = [
            models.Index(fields=["lead", "-at"], name="journal_of_lead"),
            models.Index(fields=["-at"], name="journal_recent"),
        ]
