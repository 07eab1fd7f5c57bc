"""Give one lead back what it had, unless somebody touched the same thing since."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from handraise.desk.bulk.decide import Deed, Standing
from handraise.desk.bulk.models import BulkLead
from handraise.desk.bulk.turns import Turn, give, put, tag
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.qualification.taking_back import take_back

# Which lines of the journal tell that somebody did the like. Moves are looked at as moves.
_KINDS: dict[Deed, list[str]] = {
    Deed.TAG: ["leads.tagged"], Deed.UNTAG: ["leads.tagged"], Deed.OWN: ["leads.owned"],
    Deed.LIST: ["lists.added", "lists.taken_out"],
    Deed.UNLIST: ["lists.added", "lists.taken_out"], Deed.MOVE: [],
}  # fmt: skip
_SINCE = """
    SELECT line.lead_id, line.data
    FROM unnest(%s::bigint[], %s::bigint[]) AS done (lead_id, mark)
    JOIN leads_journalline line ON line.lead_id = done.lead_id AND line.id > done.mark
    WHERE line.kind = ANY(%s)
"""


def touched_since(turn: Turn, rows: Sequence[BulkLead]) -> set[int]:
    """The leads of these on which somebody did the like since."""
    marked = [row for row in rows if row.mark is not None]
    leads, marks = ids(row.lead_id for row in marked), ids(row.mark or 0 for row in marked)
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for lead, data in rows_of(_SINCE, [leads, marks, _KINDS[turn.deed]]):
        found[lead].append(json.loads(data))
    return {lead for lead, told in found.items() if any(_is_alike(turn, data) for data in told)}


def _is_alike(turn: Turn, data: Mapping[str, Any]) -> bool:
    """Whether a line of that kind is about the same tag, or the same list."""
    given = turn.bulk.given
    match turn.deed:
        case Deed.TAG | Deed.UNTAG:
            return given["tag"] in [*data.get("added", ()), *data.get("removed", ())]
        case Deed.LIST | Deed.UNLIST:
            return bool(data.get("list") == given["list"])
        case _:
            return True


def undo(turn: Turn, row: BulkLead, standing: Standing, lead: Lead, touched: set[int]) -> None:
    """Undo the deed on one lead that the caller has locked. Raises Refused with why it stays."""
    if standing.is_merged:
        raise Refused("Merged into another lead since.")
    if standing.is_withdrawn:
        raise Refused("Taken back since with the import that brought them.")
    if row.lead_id in touched:
        raise Refused("Somebody changed this since.")
    given = turn.bulk.given
    match turn.deed:
        case Deed.TAG:
            tag(turn, lead, remove=[given["tag"]])
        case Deed.UNTAG:
            tag(turn, lead, add=[given["tag"]])
        case Deed.OWN:
            if standing.owner_id != given["owner"]:
                raise Refused("Given to somebody else since.")
            give(turn, lead, row.before)
        case Deed.LIST:
            put(turn, lead, is_in=False)
        case Deed.UNLIST:
            put(turn, lead, is_in=True)
        case Deed.MOVE:
            take_back(lead, move_id=row.before or 0, by=turn.by, at=turn.at, via=Via.WEB)
