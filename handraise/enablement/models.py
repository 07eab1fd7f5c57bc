"""Rows: what helps to sell, every wording it ever had, and what of it was used.

Each of the four things carries the number of its newest version. Who edits says which version they
saw, so that nobody writes over what a colleague has just written.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from handraise.enablement.decide import Kind, Piece
from handraise.leads.decide import Stage
from handraise.leads.models import Lead

_PERSON = settings.AUTH_USER_MODEL


class _Thing(models.Model):
    """`version` counts what was kept; a retired thing is offered to nobody and stays readable."""

    version = models.PositiveIntegerField(default=1)
    owner = models.ForeignKey(
        _PERSON, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class _Wording(models.Model):
    """What a thing said in one version. Never changed."""

    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class KeyMessage(_Thing):
    """One sentence that marketing and sales say alike. Scripts cite it by its code."""

    code = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.code


class MessageVersion(_Wording):
    message = models.ForeignKey(KeyMessage, models.PROTECT, related_name="versions", db_index=False)
    wording = models.TextField()
    proof = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="one_wording_a_version")
        ]


class Script(_Thing):
    """What to say or write: a Liquid text. `question` is the one of a framework that it answers."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    question = models.CharField(max_length=60, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="script_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


class ScriptVersion(_Wording):
    script = models.ForeignKey(Script, models.PROTECT, related_name="versions", db_index=False)
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="one_body_a_version")
        ]


class Asset(_Thing):
    """A page or a file to send. Exactly one of link and file; `stages` empty: for every stage.

    `file` is the random name under which it is kept, `file_name` the one it came with.
    """

    name = models.CharField(max_length=120)
    link = models.URLField(max_length=1000, default="")
    file = models.CharField(max_length=32, default="")
    file_name = models.CharField(max_length=200, default="")
    file_size = models.PositiveIntegerField(default=0)
    topic = models.CharField(max_length=120, default="")
    stages = ArrayField(models.CharField(max_length=24), default=list)
    industry = models.CharField(max_length=120, default="")
    persona = models.CharField(max_length=120, default="")
    language = models.CharField(max_length=40, default="")
    review_by = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(link="") ^ ~Q(file=""), name="asset_link_or_file"),
            models.CheckConstraint(
                condition=Q(stages__contained_by=[stage.value for stage in Stage]),
                name="asset_stages_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stage_labels(self) -> list[str]:
        return [Stage(stage).label for stage in self.stages]


class AssetVersion(_Wording):
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="versions", db_index=False)
    what_for = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="one_purpose_a_version")
        ]


class Citation(models.Model):
    """A script's version, or an asset, says a key message; `number` is the version of the message
    that its author had before their eyes when they last saved or confirmed it."""

    script_version = models.ForeignKey(
        ScriptVersion, models.PROTECT, null=True, related_name="citations", db_index=False
    )
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, related_name="citations", db_index=False
    )
    message = models.ForeignKey(KeyMessage, models.PROTECT, related_name="citations")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(script_version__isnull=True) ^ Q(asset__isnull=True),
                name="citation_in_one",
            ),
            models.UniqueConstraint(
                fields=["script_version", "message"], name="one_citation_a_script_version"
            ),
            models.UniqueConstraint(fields=["asset", "message"], name="one_citation_an_asset"),
        ]


class Playbook(_Thing):
    """What to say and send to leads for whom `condition` (YAML, as in the agreement) holds; an
    empty one holds for everybody. The highest priority comes first."""

    name = models.CharField(max_length=120)
    condition = models.TextField(default="")
    priority = models.SmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["-priority", "id"],
                condition=Q(is_active=True, retired_at__isnull=True),
                name="playbook_in_use",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One piece of a playbook, in its order: a script, an asset, a key message or a question."""

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="items", db_index=False)
    place = models.PositiveSmallIntegerField()
    piece = models.CharField(max_length=12)
    script = models.ForeignKey(Script, models.PROTECT, null=True, related_name="items")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="items")
    message = models.ForeignKey(KeyMessage, models.PROTECT, null=True, related_name="items")
    question = models.CharField(max_length=400, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["playbook", "place"], name="one_item_a_place"),
            models.CheckConstraint(
                condition=(
                    Q(piece=Piece.SCRIPT, script__isnull=False, asset=None, message=None)
                    | Q(piece=Piece.ASSET, asset__isnull=False, script=None, message=None)
                    | Q(piece=Piece.MESSAGE, message__isnull=False, script=None, asset=None)
                    | (Q(piece=Piece.QUESTION, script=None, asset=None, message=None)
                       & ~Q(question=""))
                ),
                name="item_is_one_thing",
            ),
        ]  # fmt: skip


class Use(models.Model):
    """Somebody sent an asset to a lead or used a script with them. `number` is its version then."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="uses")
    script = models.ForeignKey(Script, models.PROTECT, null=True, related_name="uses")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="uses")
    playbook = models.ForeignKey(
        Playbook, models.PROTECT, null=True, related_name="uses", db_index=False
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(script__isnull=True) ^ Q(asset__isnull=True), name="use_of_one"
            )
        ]
