"""Make or change up to a thousand leads in one call: each is taken or refused by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from handraise.api.shapes import LeadIn, Upserted
from handraise.capture.reading import Refused as Unfit
from handraise.capture.validate import Call, entry
from handraise.leads import merging
from handraise.leads.actions import set_owner, tag
from handraise.leads.decide import IdentityKind, Refused, SourceKind, Via
from handraise.leads.entry import Entry
from handraise.leads.models import Identity, Lead, Source
from handraise.leads.record import record
from handraise.team.models import User

SOURCE = "REST API"
Key = tuple[str, str]


def upsert(told: Sequence[LeadIn], *, by: User, at: datetime) -> list[Upserted]:
    """Write what is known of these leads, through the one way in. Those that are refused change
    nothing and say why; all others are written together."""
    call = Call(source(at).pk, at, at)
    owners = _owners(told)
    results: list[Upserted] = []
    entries: list[tuple[int, Entry]] = []
    for place, one in enumerate(told):
        try:
            entries.append((place, _entry(one, call, owners, by)))
            results.append(Upserted(place=place))
        except (Unfit, Refused) as unfit:
            results.append(Upserted(place=place, error=str(unfit)))
    before = _leads_by([_key(one) for _, one in entries])
    recorded = record([one for _, one in entries], at=at)
    after = _leads_by([_key(one) for _, one in entries])
    for place, made in entries:
        results[place].id, results[place].is_new = after[_key(made)], _key(made) not in before
    for number, said in recorded.conflicts:
        results[entries[number][0]].error = f"The facts are written, but: {said}"
    _finish_all(told, results, owners, by, at)
    return results


@transaction.atomic
def _finish_all(
    told: Sequence[LeadIn],
    results: Sequence[Upserted],
    owners: dict[str, User],
    by: User,
    at: datetime,
) -> None:
    """Tags and owners, the leads locked in the order in which everybody locks them."""
    marked = [place for place, one in enumerate(told)
              if results[place].id is not None and (one.tags or one.owner)]  # fmt: skip
    merging.lock_roots_of([results[place].id or 0 for place in marked])
    for place in marked:
        said = _finish(results[place].id or 0, told[place], owners, by, at)
        results[place].error = results[place].error or said


def source(at: datetime) -> Source:
    """What came by the API is told from what came by a website."""
    named = {"name": SOURCE, "kind": SourceKind.CONNECTOR}
    found = Source.objects.filter(**named).order_by("pk").first()
    return found or Source.objects.create(**named, created_at=at)


def _entry(one: LeadIn, call: Call, owners: dict[str, User], by: User) -> Entry:
    if one.owner and one.owner.lower() not in owners:
        raise Refused(f"Nobody with the address {one.owner} works here.")
    for name in one.tags:
        if not name.strip() or len(name) > 60 or "\x00" in name:
            raise Refused("A tag has 1 to 60 characters.")
    traits = dict(one.facts)
    if one.email:
        traits["email"] = one.email
    message = {
        "type": "identify", "messageId": f"api-{uuid4()}", "userId": one.user_id, "traits": traits,
    }  # fmt: skip
    made = entry(message, call)
    if made.user_id is None and made.email is None:
        raise Refused("A lead is known by a user_id or an email; neither was said.")
    return replace(made, by_id=by.pk)


def _key(one: Entry) -> Key:
    if one.user_id is not None:
        return IdentityKind.USER_ID.value, one.user_id
    return IdentityKind.EMAIL.value, str(one.email)


def _leads_by(keys: Sequence[Key]) -> dict[Key, int]:
    """The canonical lead of each identity that there is."""
    found = Identity.objects.filter(value__in={value for _, value in keys}).values_list(
        "kind", "value", "lead__canonical"
    )
    return {(kind, value): lead for kind, value, lead in found}


def _owners(told: Sequence[LeadIn]) -> dict[str, User]:
    named = {one.owner.lower() for one in told if one.owner}
    users = User.objects.filter(is_active=True) if named else User.objects.none()
    return {user.email.lower(): user for user in users if user.email.lower() in named}


def _finish(lead_id: int, one: LeadIn, owners: dict[str, User], by: User, at: datetime) -> str:
    """Tags and the owner: what is not a fact. Why not, where that is refused; else nothing."""
    lead, names = Lead.objects.get(pk=lead_id), [name.strip() for name in one.tags]
    try:
        if names:
            tag(lead, add=names, remove=[], by=by, at=at, via=Via.API)
        if one.owner:
            set_owner(lead, owner=owners[one.owner.lower()], by=by, at=at, via=Via.API)
    except Refused as refused:
        return f"The facts are written, but: {refused}"
    return ""


__all__ = ["SOURCE", "source", "upsert"]
