"""Tags: what becomes of them, and those of a company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.leads.entry import Json
from handraise.leads.models import Company
from handraise.team.models import User

MAX_TAG = 60
MAX_TAGS = 100


def changed(held: Sequence[str], *, add: Sequence[str], remove: Sequence[str]) -> list[str]:
    """The tags after adding and removing; they are trimmed. Raises Refused for one too long."""
    adding = [name.strip() for name in add if name.strip()]
    if any(len(name) > MAX_TAG for name in adding):
        raise Refused(f"A tag has at most {MAX_TAG} characters.")
    if any("\x00" in name for name in adding):
        raise Refused("A tag cannot contain the NUL character.")
    gone = {name.strip() for name in remove}
    return list(dict.fromkeys([*(name for name in held if name not in gone), *adding]))


def told(before: Sequence[str], after: Sequence[str]) -> dict[str, Json]:
    """What was added and removed, for the journal."""
    return {
        "added": [name for name in after if name not in before],
        "removed": [name for name in before if name not in after],
    }


@transaction.atomic
def tag_company(
    company: Company, *, add: Sequence[str] = (), remove: Sequence[str] = (), by: User | None,
    at: datetime, via: Via,
) -> Company:  # fmt: skip
    """Add and remove tags of a company. Raises Refused for one too long, or too many."""
    held = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    tags = changed(held.tags, add=add, remove=remove)
    if tags == held.tags:
        return held
    if len(tags) > max(MAX_TAGS, len(held.tags)):
        raise Refused(f"A company has at most {MAX_TAGS} tags.")
    data = told(held.tags, tags)
    held.tags = tags
    held.save(update_fields=["tags"])
    said = f"Tags are now {', '.join(tags)}." if tags else "Removed all tags."
    journal.write(
        "leads.company_tagged", at=at, via=via, company_id=held.pk, by=by, said=said, data=data
    )
    return held
