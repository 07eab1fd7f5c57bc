"""The doors to what helps to sell, and what of it needs a look. Also the reads for other steps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Exists, F, Max, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse

from handraise.enablement.about import Situation
from handraise.enablement.decide import Kept, doubts
from handraise.enablement.matching import Matched, are_playbooks_in_use, playbooks_for
from handraise.enablement.models import (
    Asset,
    AssetVersion,
    Citation,
    Item,
    KeyMessage,
    MessageVersion,
    Playbook,
    Script,
    ScriptVersion,
    Use,
)
from handraise.enablement.places import PlaceAbove, places_above
from handraise.enablement.rendering import wordings_in_force
from handraise.enablement.suggesting import Suggestion, suggestion_for, suggestions_for
from handraise.leads.models import Lead
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

T = TypeVar("T", Asset, Script)


def playbooks_visible_to(user: User) -> QuerySet[Playbook]:
    """Every playbook: those in use first, in the order in which they are asked."""
    require(user, Permission.SEE)
    items = Item.objects.select_related("script", "asset", "message").order_by("place")
    found = Playbook.objects.select_related("owner", "changed_by")
    in_use = F("retired_at").asc(nulls_first=True)
    order = (in_use, "-is_active", "-priority", "pk")
    return found.prefetch_related(Prefetch("items", items)).order_by(*order)


def scripts_visible_to(user: User) -> QuerySet[Script]:
    """Every script with its newest `body`, those in use first, by name."""
    require(user, Permission.SEE)
    newest = ScriptVersion.objects.filter(script=OuterRef("pk"), number=OuterRef("version"))
    found = Script.objects.annotate(body=Subquery(newest.values("body")[:1]))
    return _listed(found)


def assets_visible_to(user: User) -> QuerySet[Asset]:
    """Every asset with what it is for (`what_for`), those in use first, by name."""
    require(user, Permission.SEE)
    newest = AssetVersion.objects.filter(asset=OuterRef("pk"), number=OuterRef("version"))
    found = Asset.objects.annotate(what_for=Subquery(newest.values("what_for")[:1]))
    return _listed(found)


def _listed(things: QuerySet[T]) -> QuerySet[T]:
    used = things.select_related("owner", "changed_by").annotate(used_at=Max("uses__at"))
    return used.order_by(F("retired_at").asc(nulls_first=True), "name", "pk")


def messages_visible_to(user: User) -> QuerySet[KeyMessage]:
    """Every key message with its newest `wording` and `proof`, those in force first, by code."""
    require(user, Permission.SEE)
    newest = MessageVersion.objects.filter(message=OuterRef("pk"), number=OuterRef("version"))
    found = KeyMessage.objects.select_related("owner", "changed_by").annotate(
        wording=Subquery(newest.values("wording")[:1]), proof=Subquery(newest.values("proof")[:1])
    )
    return found.order_by(F("retired_at").asc(nulls_first=True), "code")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key message is said, and in which version of its wording it was written."""

    citation: Citation
    thing: Script | Asset
    noun: str
    is_older: bool

    @property
    def name(self) -> str:
        return self.thing.name

    @property
    def number(self) -> int:
        return self.citation.number

    @property
    def url(self) -> str:
        return reverse(self.noun, args=[self.thing.pk])

    @property
    def confirm_url(self) -> str:
        return reverse("confirmation", args=[self.citation.pk])


def places_of(messages: Collection[KeyMessage]) -> dict[int, list[Place | PlaceAbove]]:
    """Where each message is said now: in newest versions of scripts, in assets, and by steps
    above; those that cite an older wording first. Retired things say nothing any more."""
    versions = {message.pk: message.version for message in messages}
    found: dict[int, list[Place | PlaceAbove]] = {
        pk: [*above] for pk, above in places_above(messages).items()
    }
    citations = Citation.objects.filter(message__in=versions).select_related(
        "script_version__script", "asset"
    )
    in_scripts = citations.filter(
        script_version__number=F("script_version__script__version"),
        script_version__script__retired_at=None,
    )
    in_assets = citations.filter(asset__isnull=False, asset__retired_at=None)
    for citation in [*in_scripts, *in_assets]:
        version = citation.script_version
        thing, noun = (version.script, "script") if version else (citation.asset, "asset")
        assert thing is not None
        is_older = citation.number < versions[citation.message_id]
        found[citation.message_id].append(Place(citation, thing, noun, is_older))
    for places in found.values():
        places.sort(key=lambda place: (not place.is_older, place.name))
    return found


def citation_visible_to(user: User, pk: int) -> Citation:
    """Raises PermissionDenied, Citation.DoesNotExist."""
    require(user, Permission.SEE)
    return Citation.objects.select_related("message").get(pk=pk)


def scripts_that_cite_none(user: User) -> QuerySet[Script]:
    """Scripts in use whose newest version says no key message."""
    said = Citation.objects.filter(
        script_version__script=OuterRef("pk"), script_version__number=OuterRef("version")
    )
    return scripts_visible_to(user).filter(~Exists(said), retired_at=None)


@dataclass(frozen=True, slots=True)
class Stale:
    """A script or asset in use that somebody should look at, and why."""

    thing: Script | Asset
    noun: str
    doubts: list[str]


def stale(user: User, *, today: date) -> list[Stale]:
    """What is past its review, unused or nobody's, the most doubtful first."""
    found: list[Stale] = []
    for noun, things in (
        ("script", scripts_visible_to(user)), ("asset", assets_visible_to(user)),
    ):  # fmt: skip
        for thing in things.filter(retired_at=None):
            why = doubts(_kept(thing), today=today)
            if why:
                found.append(Stale(thing, noun, why))
    return sorted(found, key=lambda one: (-len(one.doubts), one.thing.name))


def _kept(thing: Script | Asset) -> Kept:
    used: datetime | None = getattr(thing, "used_at", None)
    return Kept(
        made_on=thing.created_at.date(),
        used_on=used.date() if used else None,
        review_by=getattr(thing, "review_by", None),
        has_owner=thing.owner is not None and thing.owner.is_active,
    )


@dataclass(frozen=True, slots=True)
class LastUses:
    """When each script and each asset was last used with a lead, by its id."""

    scripts: dict[int, datetime]
    assets: dict[int, datetime]


def last_uses(lead: Lead) -> LastUses:
    """What was used with this lead, and with those merged into it."""
    uses = Use.objects.filter(lead__canonical=lead.canonical_id).order_by("at")
    found = LastUses({}, {})
    for script, asset, at in uses.values_list("script", "asset", "at"):
        if script is not None:
            found.scripts[script] = at
        else:
            found.assets[asset] = at
    return found


__all__ = [
    "LastUses",
    "Matched",
    "Place",
    "Situation",
    "Stale",
    "Suggestion",
    "are_playbooks_in_use",
    "assets_visible_to",
    "citation_visible_to",
    "last_uses",
    "messages_visible_to",
    "places_of",
    "playbooks_for",
    "playbooks_visible_to",
    "scripts_that_cite_none",
    "scripts_visible_to",
    "stale",
    "suggestion_for",
    "suggestions_for",
    "wordings_in_force",
]  # fmt: skip
