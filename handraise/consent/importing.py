"""Verbs of lists of addresses not to write to: preview one, carry it out, lift all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from handraise.consent.decide import LONGEST_NAME, LONGEST_WHY, Kind, Refused
from handraise.consent.models import Suppression, SuppressionImport
from handraise.consent.reading import listed
from handraise.consent.suppressing import bar, checked
from handraise.leads import journal
from handraise.leads.bulk import rows_of, texts
from handraise.leads.decide import Via
from handraise.post.decide import one_line
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

_FORGOTTEN_AFTER = timedelta(days=1)


@transaction.atomic
def preview(text: str, *, name: str, why: str, by: User, at: datetime) -> SuppressionImport:
    """Read a list and keep it to be looked at; nobody is suppressed yet. Raises Refused.

    What nobody carried out within a day is forgotten, for it holds addresses.
    """
    require(by, Permission.NURTURE)
    SuppressionImport.objects.filter(
        carried_out_at=None, created_at__lt=at - _FORGOTTEN_AFTER
    ).delete()
    found = listed(text, checked)
    if not found.lines:
        raise Refused("There is not one address in it.")
    return SuppressionImport.objects.create(
        name=one_line(name, "A name", LONGEST_NAME) or "A list",
        why=one_line(why, "A reason", LONGEST_WHY), created_at=at, by=by, lines=found.lines,
        pending=found.values, fault_count=found.fault_count, faults=found.faults,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outlook:
    """What carrying a list out would do."""

    total: int
    new: int
    leads: int


_OUTLOOK = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM consent_suppression there
        WHERE there.value = each.value AND there.kind = 'imported' AND there.lifted_at IS NULL
    )), count(known.id)
    FROM unnest(%s::text[]) AS each (value)
    LEFT JOIN leads_identity known ON known.kind = 'email' AND known.value = each.value
"""


def outlook(imported: SuppressionImport) -> Outlook:
    """How many of a pending list are new, and how many are addresses of leads."""
    return Outlook(*rows_of(_OUTLOOK, [texts(imported.pending)])[0])


@transaction.atomic
def carry_out(imported: SuppressionImport, *, by: User, at: datetime, via: Via) -> int:
    """Suppress all of a list; how many were new. Twice is harmless. Raises Refused."""
    require(by, Permission.NURTURE)
    held = _held(imported)
    if held.carried_out_at is not None:
        return held.added
    if not held.pending:
        raise Refused("There is nothing in this list that could be read.")
    why = held.why or held.name
    new = bar(held.pending, kind=Kind.IMPORTED, why=why, by=by, at=at, via=via, brought=held)
    held.added, held.carried_out_at, held.pending = len(new), at, []
    held.save(update_fields=["added", "carried_out_at", "pending"])
    journal.write(
        "consent.imported", at=at, via=via, by=by, data={"import": held.pk, "added": held.added},
        said=f"{by} imported {held}: {held.added:,} addresses are not written to any more.",
    )  # fmt: skip
    return held.added


@transaction.atomic
def discard(imported: SuppressionImport, *, by: User) -> None:
    """Forget a list that was only looked at. Raises Refused."""
    require(by, Permission.NURTURE)
    gone, _ = SuppressionImport.objects.filter(pk=imported.pk, carried_out_at=None).delete()
    if not gone:
        raise Refused("It was carried out already. Lift it instead.")


@transaction.atomic
def lift_import(imported: SuppressionImport, *, why: str, by: User, at: datetime, via: Via) -> int:
    """Allow again all that a list brought and that was not lifted since; how many. Twice is 0."""
    require(by, Permission.NURTURE)
    reason = one_line(why, "A reason", LONGEST_WHY)
    if not reason:
        raise Refused("Say why they may be written to again.")
    held = _held(imported)
    if held.carried_out_at is None:
        raise Refused("It was not carried out yet.")
    if held.lifted_at is not None:
        return 0
    count = Suppression.objects.filter(brought=held, lifted_at=None).update(
        lifted_at=at, lifted_by=by, lifted_why=reason
    )
    held.lifted_at, held.lifted_by = at, by
    held.save(update_fields=["lifted_at", "lifted_by"])
    journal.write(
        "consent.import_lifted", at=at, via=via, by=by, data={"import": held.pk, "lifted": count},
        said=f"{by} lifted {held}: {count:,} addresses may be written to again. {reason}",
    )  # fmt: skip
    return count


def _held(imported: SuppressionImport) -> SuppressionImport:
    found = SuppressionImport.objects.select_for_update(of=("self",)).filter(pk=imported.pk).first()
    if found is None:
        raise Refused("This list was discarded.")
    return found
