"""Which kinds of rows there are of a lead: one statement, before a page asks for each kind.

A page of a lead has a dozen parts, and most leads have nothing for most of them; but what finds
nothing costs a page as much as what finds something.
"""

from __future__ import annotations

from collections.abc import Mapping

from handraise.leads.bulk import rows_of
from handraise.leads.models import Lead

MOVES = "leads_stagemove WHERE lead_id = ANY(faces)"


def present(lead: Lead, kinds: Mapping[str, str]) -> frozenset[str]:
    """The names of those kinds of which this lead, or one that was merged into it, has rows.

    A kind is the end of a SELECT, written by the step that has the table, from after its FROM;
    `faces` in it are the ids of the lead.
    """
    asked = ", ".join(f"EXISTS (SELECT FROM {kind})" for kind in kinds.values())
    (row,) = rows_of(
        f"SELECT {asked} FROM"  # noqa: S608 - constants of the steps
        " (SELECT array_agg(id) AS faces FROM leads_lead WHERE canonical_id = %s) mine",
        [lead.canonical_id],
    )
    return frozenset(name for name, is_there in zip(kinds, row, strict=True) if is_there)


__all__ = ["MOVES", "present"]
