"""Verbs: ask for a preview."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.agreement.decide import State as VersionState
from handraise.agreement.models import Version
from handraise.agreement.reading import read
from handraise.feedback.preview.models import Preview
from handraise.feedback.preview.queries import basis_of
from handraise.feedback.preview.tasks import run_preview
from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def ask(version: Version, *, by: User, at: datetime, via: Via) -> Preview:
    """Have it found out who would cross the bar under a draft or proposal; by the worker.

    One at a time for a version: who asks while one is under way gets that one. Raises
    AgreementError for a text that is no agreement, Refused, PermissionDenied.
    """
    require(by, Permission.PROPOSE)
    locked = Version.objects.select_for_update(no_key=True).get(pk=version.pk)
    if locked.state not in {VersionState.DRAFT, VersionState.PROPOSED}:
        raise Refused(f"Version {locked.number} is {locked.state}; nothing would change any more.")
    read(locked.text)
    under_way = Preview.objects.filter(version=locked, finished_at=None).first()
    if under_way is not None:
        return under_way
    basis = basis_of(locked)
    made = Preview.objects.create(
        version=locked, against=basis.against, digest=basis.digest, at=at, by=by
    )
    run_preview.defer(preview_id=made.pk)
    said = f"{by} asked who would cross the bar under version {locked.number}."
    journal.write("feedback.preview_asked", at=at, via=via, by=by, said=said,
                  data={"version": locked.number, "preview": made.pk})  # fmt: skip
    return made
