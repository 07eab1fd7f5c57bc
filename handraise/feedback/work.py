"""Work that somebody asked for and a job makes: how far it has come, and how it ended.

A job that is killed begins anew, and another one may be at the same work: what is written while it
is under way changes nothing once it has ended.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import Q, QuerySet


class State(StrEnum):
    """How far it has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = [State.WAITING.value, State.RUNNING.value]


class Stopped(Exception):
    """The worker stops; the work is done again by the next one."""


class Work(models.Model):
    """Asked for at `at`; `done` of `total` is how far it has come, `error` the sentence that says
    why it came to nothing."""

    state = models.CharField(max_length=12, default=State.WAITING)
    at = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def share(self) -> int:
        """How far it has come, per cent."""
        return 100 * self.done // self.total if self.total else 0

    @classmethod
    def under_way(cls) -> QuerySet[Self]:
        """What waits or is being made."""
        return cls._default_manager.filter(state__in=UNDER_WAY)

    def note(self, **changes: object) -> None:
        """Say how far it has come, unless somebody else has ended it."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.under_way().filter(pk=self.pk).update(**changes)

    @classmethod
    def fail(cls, pk: int, why: str, *, at: datetime) -> None:
        """Note that it came to nothing, with the sentence that says why; nothing if another run of
        it ended before."""
        under_way = cls.under_way().filter(pk=pk)
        under_way.update(state=State.FAILED, error=why, finished_at=at)


def state_known(name: str) -> models.CheckConstraint:
    """The constraint of this name that its state is one of those that there are."""
    return models.CheckConstraint(
        condition=Q(state__in=[state.value for state in State]), name=name
    )


__all__ = ["UNDER_WAY", "State", "Stopped", "Work", "state_known"]
