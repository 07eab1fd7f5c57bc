"""The turn of one lead: the verb of the step below that a deed stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.desk.bulk.decide import Deed, Standing
from handraise.desk.bulk.models import Bulk, BulkLead
from handraise.leads import actions as leads
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import Lead
from handraise.lists import actions as lists
from handraise.lists.models import SavedList
from handraise.qualification.actions import move_by_hand
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Turn:
    """What is done, by whom and when."""

    bulk: Bulk
    deed: Deed
    by: User
    at: datetime


def do(turn: Turn, lead: Lead) -> None:
    """Do the deed to one lead that the caller has locked. Raises Refused."""
    given = turn.bulk.given
    match turn.deed:
        case Deed.TAG:
            tag(turn, lead, add=[given["tag"]])
        case Deed.UNTAG:
            tag(turn, lead, remove=[given["tag"]])
        case Deed.OWN:
            give(turn, lead, given["owner"])
        case Deed.LIST:
            put(turn, lead, is_in=True)
        case Deed.UNLIST:
            put(turn, lead, is_in=False)
        case Deed.MOVE:
            move_by_hand(
                lead, to=Stage(given["to"]), reason=given["reason"], by=turn.by, at=turn.at,
                via=Via.WEB,
            )  # fmt: skip


def tag(turn: Turn, lead: Lead, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """Add and remove tags."""
    leads.tag(lead, add=add, remove=remove, by=turn.by, at=turn.at, via=Via.WEB)


def give(turn: Turn, lead: Lead, owner_id: int | None) -> None:
    """Give the lead to a person or to nobody."""
    owner = None if owner_id is None else User.objects.get(pk=owner_id)
    leads.set_owner(lead, owner=owner, by=turn.by, at=turn.at, via=Via.WEB)


def put(turn: Turn, lead: Lead, *, is_in: bool) -> None:
    """Put the lead into the list of the deed, or take it out."""
    saved = SavedList.objects.filter(pk=turn.bulk.given["list"]).first()
    if saved is None:
        raise Refused("The list has been removed.")
    verb = lists.put_in if is_in else lists.take_out
    verb(saved, lead, by=turn.by, at=turn.at, via=Via.WEB)


_MOVES = """
    SELECT lead_id, max(id) FROM leads_stagemove
    WHERE lead_id = ANY(%s::bigint[]) AND at = %s GROUP BY 1
"""


def was_before(
    turn: Turn, done: Sequence[BulkLead], standings: Mapping[int, Standing]
) -> dict[int, int | None]:
    """What an undo will need: the owner before, or the move that was made."""
    if turn.deed is Deed.OWN:
        return {row.lead_id: standings[row.lead_id].owner_id for row in done}
    if turn.deed is Deed.MOVE:
        return dict(rows_of(_MOVES, [[row.lead_id for row in done], turn.at]))
    return {}
