"""Take an import back: by retraction, so that the past can still be recomputed as it was known."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from handraise.capture.decide import ImportState
from handraise.capture.imports.faults import ImportRefused
from handraise.capture.models import Import
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.withdrawing import Withdrawn, withdraw_source
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

_NAMED = 1_000  # kept leads that the report names; their number is always whole
_COUNTS = ("activities", "facts", "memberships", "consents", "moves", "merges", "leads")


@transaction.atomic
def undo(importing: Import, *, by: User, at: datetime, via: Via) -> Withdrawn:
    """Withdraw all that this import brought. Leads on whom people have acted since stay, listed.

    An import still running stops after its batch. Raises ImportRefused when it is undone already.
    """
    require(by, Permission.IMPORT)
    current = Import.objects.select_for_update(of=("self",)).select_related("source").get(
        pk=importing.pk
    )  # fmt: skip
    if current.state == ImportState.UNDONE:
        raise ImportRefused(f"Import {current.pk} is undone already.")
    gone = withdraw_source(current.source, by=by, at=at, via=via)
    current.state, current.undone_at = ImportState.UNDONE, at
    current.report["undone"] = {
        **{name: getattr(gone, name) for name in _COUNTS},
        "kept": len(gone.kept),
        "kept_leads": [{"id": lead.pk, "name": str(lead)} for lead in gone.kept[:_NAMED]],
    }
    current.save()
    said = f"{by.name} took back the import of {current.file_name}."
    journal.write("capture.import_undone", at=at, via=via, by=by, said=said,
                  data={"import": current.pk})  # fmt: skip
    transaction.on_commit(lambda: Path(current.path).unlink(missing_ok=True))
    return gone
