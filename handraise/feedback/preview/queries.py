"""Reads: the newest preview of a version, through the door of the version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from handraise.agreement import queries as agreements
from handraise.agreement.decide import State as VersionState
from handraise.agreement.models import Version
from handraise.feedback.preview import decide
from handraise.feedback.preview.decide import Basis, Outcome, digest_of
from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.work import State
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """The newest answer to a version, if there is one, and the one under way, if there is one."""

    version: Version
    answer: Preview | None
    under_way: Preview | None
    stale: str

    @property
    def outcomes(self) -> list[tuple[Outcome, int]]:
        """How many have which outcome, those that nobody has left out."""
        counts = {} if self.answer is None else self.answer.counts.get("outcomes", {})
        return [(one, counts[one.value]) for one in Outcome if counts.get(one.value)]

    @property
    def is_open(self) -> bool:
        """Whether the version may still come into force."""
        return self.version.state in {VersionState.DRAFT, VersionState.PROPOSED}

    @property
    def is_wanted(self) -> bool:
        """Whether there is no answer that holds now, and none is being found."""
        return self.is_open and self.under_way is None and (self.answer is None or bool(self.stale))

    @property
    def share(self) -> int:
        """How far the one under way has come, per cent."""
        made = self.under_way
        return 100 * made.done // made.total if made is not None and made.total else 0


def shown_to(user: User, number: int, *, at: datetime) -> Shown:
    """What is known of who would cross under a version. Raises Version.DoesNotExist."""
    version = agreements.version_visible_to(user, number)
    mine = Preview.objects.filter(version=version).select_related("by").order_by("-pk")
    answer = mine.filter(state__in=[State.DONE, State.FAILED]).first()
    stale = ""
    if answer is not None:
        made, now = answer.basis, basis_of(version)
        stale = decide.stale_because(made, now, made_at=answer.at, at=at)
    return Shown(version, answer, mine.filter(finished_at=None).first(), stale)


def leads_visible_to(
    user: User, preview: Preview, *, outcome: Outcome | None = None
) -> QuerySet[PreviewedLead]:
    """Those who would cross, in the order of the page, with lead, owner and person."""
    require(user, Permission.SEE)
    rows = PreviewedLead.objects.filter(preview=preview, lead__canonical__withdrawn_at=None)
    if outcome is not None:
        rows = rows.filter(outcome=outcome)
    found = rows.select_related("lead__canonical__owner", "lead__canonical__company", "person")
    return found.order_by("place")


def basis_of(version: Version) -> Basis:
    """What a preview of this version would be made from now."""
    held = agreements.published()
    digest = digest_of(version.text)
    return Basis(digest, None if held is None else held.number)
