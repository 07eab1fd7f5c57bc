"""Rows: saved lists, and who is in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from handraise.leads.models import Lead
from handraise.lists.decide import LONGEST_NAME, Kind


class SavedList(models.Model):
    """Leads under a name: those for whom a condition holds, or those that people put in.

    `text` is the condition in the language of the agreement. Its members are rows too, those of
    `as_of`; `asked_at` is set while they are worked out anew; `fault` says why they cannot be.
    """

    name = models.CharField(max_length=LONGEST_NAME)
    kind = models.CharField(max_length=12)
    text = models.TextField(default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="lists", db_index=False
    )
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    as_of = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    fault = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="list_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.FIXED.value, text="") | Q(kind=Kind.CONDITION.value),
                name="list_fixed_or_by_condition",
            ),
            models.UniqueConstraint("owner", Lower("name"), name="one_list_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_fixed(self) -> bool:
        return self.kind == Kind.FIXED


class ListMember(models.Model):
    """One lead in one list, as the lead was when it came in: it may be merged since."""

    id = models.BigAutoField(primary_key=True)
    list = models.ForeignKey(SavedList, models.CASCADE, related_name="members", db_index=False)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="in_lists")
    since = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "lead"], name="once_in_a_list")]
