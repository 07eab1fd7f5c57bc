"""Reads: what a message may say of many leads at once, by the names that scripts know."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from handraise.enablement.about import Situation, Values, about
from handraise.enablement.rendering import wordings_in_force
from handraise.leads.models import Lead
from handraise.messaging.models import House


def values_for(lead_ids: Collection[int], *, at: datetime) -> dict[int, Values]:
    """The variables of messages for each canonical lead, as known at `at`, in seven statements for
    all of them. `seller` is the lead's owner; what is not known is left out."""
    owners = {
        pk: (name, email)
        for pk, name, email in Lead.objects.filter(
            pk__in=lead_ids, owner__is_active=True
        ).values_list("pk", "owner__name", "owner__email")
    }
    situations = {pk: Situation(seller=name) for pk, (name, _) in owners.items()}
    found = about(lead_ids, situations=situations, at=at)
    house, wordings = house_values(), wordings_in_force()
    for pk, values in found.items():
        values.pop("answers", None)
        values["house"], values["messages"] = house, wordings
        if pk in owners:
            values["seller"] = {**values.get("seller", {}), "email": owners[pk][1]}
    return found


def house_values() -> dict[str, str]:
    """The house as messages name it; what is not written down is left out."""
    house = House.objects.first()
    if house is None:
        return {}
    address = ", ".join(line.strip() for line in house.address.splitlines() if line.strip())
    return {name: said for name, said in (("name", house.name), ("address", address)) if said}


__all__ = ["house_values", "values_for"]
