"""What people do to leads by hand. Each is one transaction with its journal line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from django.db import transaction

from handraise.kit import clock
from handraise.kit.fold import fold
from handraise.leads import attention, cards, fact_rows, identities, journal, merging, tagging
from handraise.leads.bulk import next_ids
from handraise.leads.decide import Doubt, IdentityKind, Refused, SourceKind, Via
from handraise.leads.entry import Entry, EntryKind, Json
from handraise.leads.fact_rows import Saying
from handraise.leads.facts import company_facts, lead_facts, match_of
from handraise.leads.identities import Settled
from handraise.leads.models import (
    Activity,
    Company,
    Consent,
    Identity,
    Judgement,
    Lead,
    Merge,
    Source,
)
from handraise.leads.record import write_down
from handraise.leads.tagging import MAX_TAGS
from handraise.leads.withdrawing import Withdrawn, withdraw_source
from handraise.team.models import User

__all__ = [
    "Refused",
    "Withdrawn",
    "create_lead",
    "edit_company",
    "edit_lead",
    "judge",
    "log_activity",
    "merge_leads",
    "record_consent",
    "set_company_owner",
    "set_owner",
    "tag",
    "undo_merge",
    "withdraw_source",
]

_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)  # nobody who may buy did anything before
_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


@transaction.atomic
def create_lead(*, facts: Mapping[str, Json], by: User | None, at: datetime, via: Via) -> Lead:
    """A lead by hand. Refused without any fact, or when the e-mail belongs to another lead."""
    told = dict(lead_facts(facts))
    if not any(value not in (None, "") for value in told.values()):
        raise Refused("Say at least one thing about the new lead, such as a name or an e-mail.")
    pk = next_ids("leads_lead", 1)[0]
    identities.write_leads([(pk, at)])
    lead = Lead.objects.get(pk=pk)
    _tell(lead, told, by=by, at=at)
    lead.refresh_from_db()
    journal.write(
        "leads.created", at=at, via=via, lead_id=pk, by=by, said=f"Created {lead}.",
        data={"facts": told},
    )  # fmt: skip
    attention.wake([pk], look_at=at, why="created")
    return lead


@transaction.atomic
def edit_lead(
    lead: Lead, *, facts: Mapping[str, Json], by: User | None, at: datetime, via: Via
) -> Lead:
    """Say facts of a lead by hand; null or an empty text says that there is none.

    Refused when the e-mail belongs to another lead. What is said already is not said again.
    """
    held = _hold(lead)
    changed = _tell(held, dict(lead_facts(facts)), by=by, at=at)
    if changed:
        journal.write(
            "leads.edited", at=at, via=via, lead_id=held.pk, by=by,
            said=f"Changed {_listed(changed)}.",
            data={name: facts.get(name) for name in sorted(changed) if name in facts},
        )  # fmt: skip
        attention.wake([held.pk], look_at=at, why="edited")
    held.refresh_from_db()
    return held


@transaction.atomic
def edit_company(
    company: Company, *, facts: Mapping[str, Json], by: User | None, at: datetime, via: Via
) -> Company:
    """Say facts of a company by hand; its leads are looked at anew."""
    told = {name: None if value == "" else value for name, value in company_facts(facts)}
    source = hand()
    owner = ("company", company.pk)
    by_id = None if by is None else by.pk
    changed = fact_rows.write(
        [Saying(owner, name, value, at, at, source.pk, by_id=by_id) for name, value in told.items()]
    ).get(owner, set())
    if changed:
        cards.refresh_company_cards([company.pk])
        members = cards.colleagues_in([company.pk])
        if "name" in changed:
            cards.refresh_free_cards(members, at=at)
        journal.write(
            "leads.company_edited", at=at, via=via, company_id=company.pk, by=by,
            said=f"Changed {_listed(changed)}.",
            data={name: told[name] for name in sorted(changed)},
        )  # fmt: skip
        attention.wake(sorted(members), look_at=at, why="company edited")
    company.refresh_from_db()
    return company


@transaction.atomic
def tag(
    lead: Lead, *, add: Sequence[str] = (), remove: Sequence[str] = (), by: User | None,
    at: datetime, via: Via,
) -> Lead:  # fmt: skip
    """Add and remove tags; they are trimmed. Refused when one is too long."""
    held = _hold(lead)
    tags = tagging.changed(held.tags, add=add, remove=remove)
    if tags == held.tags:
        return held
    if len(tags) > max(MAX_TAGS, len(held.tags)):
        raise Refused(f"A lead has at most {MAX_TAGS} tags.")
    data = tagging.told(held.tags, tags)
    held.tags = tags
    held.save(update_fields=["tags"])
    said = f"Tags are now {', '.join(tags)}." if tags else "Removed all tags."
    journal.write("leads.tagged", at=at, via=via, lead_id=held.pk, by=by, said=said, data=data)
    attention.wake([held.pk], look_at=at, why="tagged")
    return held


@transaction.atomic
def set_owner(lead: Lead, *, owner: User | None, by: User | None, at: datetime, via: Via) -> Lead:
    """Give the lead to a person, or to nobody. Refused for somebody who has left."""
    held = _hold(lead)
    data = _given_to(held, owner)
    if data is not None:
        said = f"{owner} owns this lead now." if owner else "Nobody owns this lead now."
        journal.write("leads.owned", at=at, via=via, lead_id=held.pk, by=by, said=said, data=data)
        attention.wake([held.pk], look_at=at, why="owned")
    return held


@transaction.atomic
def set_company_owner(
    company: Company, *, owner: User | None, by: User | None, at: datetime, via: Via
) -> Company:
    """Let a person, or nobody, take the leads of a company first. Refused for who has left."""
    held = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    data = _given_to(held, owner)
    if data is not None:
        said = f"{owner} owns {held} now." if owner else f"Nobody owns {held} now."
        journal.write(
            "leads.company_owned", at=at, via=via, company_id=held.pk, by=by, said=said, data=data
        )
    return held


def _given_to(held: Lead | Company, owner: User | None) -> dict[str, Json] | None:
    """Before and after, for the journal; None where nothing changed."""
    if owner is not None and not owner.is_active:
        raise Refused(f"{owner} does not work here any more.")
    before, after = held.owner_id, None if owner is None else owner.pk
    if before == after:
        return None
    held.owner = owner
    held.save(update_fields=["owner"])
    return {"before": before, "after": after}


@transaction.atomic
def log_activity(
    lead: Lead, *, name: str, properties: Mapping[str, Json], occurred_at: datetime,
    by: User | None, at: datetime, via: Via,
) -> Activity:  # fmt: skip
    """Note what a person did where no machine saw it: called, wrote, came by, attended.

    Refused without a name, or for what is yet to come.
    """
    called = name.strip()
    if not called or len(called) > 200:
        raise Refused("Say what the lead did, in at most 200 characters.")
    if occurred_at > at:
        raise Refused("That has not happened yet.")
    if occurred_at < _EARLIEST:
        raise Refused("That was before the year 1900; look at the date again.")
    held = _hold(lead)
    activity = Activity.objects.create(
        identity=record_identity(held, at=at), name=called, occurred_at=occurred_at, known_at=at,
        properties=dict(properties), match=match_of(properties), source=hand(),
        message_id=str(uuid4()), by=by,
    )  # fmt: skip
    cards.bring_back([held.pk])
    cards.look_when_seen([held.pk])
    journal.write(
        "leads.activity_logged", at=at, via=via, lead_id=held.pk, by=by, said=f"Logged: {called}.",
        data={"activity": activity.pk},
    )  # fmt: skip
    attention.wake([held.pk], look_at=at, why="logged")
    return activity


@transaction.atomic
def merge_leads(
    kept: Lead, merged: Lead, *, why: str, by: User | None, at: datetime, via: Via
) -> Merge:
    """A person says that two leads are one. Nothing is lost, and it can be undone.

    Refused without a reason or when they are one already. Two user ids are no hindrance here.
    """
    if not why.strip():
        raise Refused("Say why these two are the same person.")
    merging.lock_roots_of([kept.pk, merged.pk])
    kept_id, merged_id = (
        Lead.objects.values_list("canonical_id", flat=True).get(pk=lead.pk)
        for lead in (kept, merged)
    )
    if kept_id == merged_id:
        raise Refused("These two are one lead already.")
    joining = merging.Joining(kept_id, merged_id, why.strip())
    pk = merging.write_joins([joining], at=at, by=by, via=via)[0]
    cards.refresh_cards([kept_id])
    cards.look_when_seen([kept_id])
    return Merge.objects.get(pk=pk)


@transaction.atomic
def undo_merge(merge: Merge, *, by: User | None, at: datetime, via: Via) -> tuple[Lead, Lead]:
    """Part two leads again, each with what came by its own identities, also since the merge.

    No message brings them together again; a person may. Refused when it was undone already.
    """
    roots = merging.part(merge, by=by, at=at, via=via, keeps_apart=True)
    if roots is None:
        raise Refused("This merge was undone already.")
    cards.refresh_cards(sorted(roots))
    cards.look_when_seen(sorted(roots))
    kept, merged = (Lead.objects.get(pk=pk) for pk in roots)
    return kept, merged


@transaction.atomic
def judge(
    activity_ids: Sequence[int], *, doubt: Doubt, counts: bool, why: str, by: User | None,
    at: datetime, via: Via | None = None,
) -> None:  # fmt: skip
    """Say whether activities count, for one doubt; the newest word holds. Scores follow."""
    found = Activity.objects.filter(pk__in=activity_ids).order_by("pk")
    leads = merging.lock_roots_of(list(found.values_list("identity__lead_id", flat=True)))
    Judgement.objects.bulk_create(
        Judgement(activity=activity, doubt=doubt, counts=counts, why=why[:255], known_at=at, by=by)
        for activity in found
    )
    cards.look_when_seen(leads)
    verdict = "count" if counts else "do not count"
    by_id = None if by is None else by.pk
    journal.write_many(
        journal.Line(
            "leads.judged", at, via or (Via.WEB if by else Via.WORKER), lead_id=lead, by_id=by_id,
            said=f"Activities {verdict}: {why}", data={"doubt": doubt.value, "counts": counts},
        )
        for lead in leads
    )  # fmt: skip
    attention.wake(leads, look_at=at, why="judged")


@transaction.atomic
def record_consent(
    lead: Lead, *, purpose: str, is_given: bool, wording: str, by: User | None, at: datetime,
    via: Via, source: Source | None = None, how: str = "",
) -> Consent:  # fmt: skip
    """Note that the lead gave or withdrew consent for a purpose, with the words it was shown.

    `how` says for people by which way, as in `on a form`; without a source it was by hand.
    """
    named = fold(purpose)  # as the agreement spells it
    if not named or len(named) > 60:
        raise Refused("Name the purpose of the consent, in at most 60 characters.")
    held = _hold(lead)
    consent = Consent.objects.create(
        identity=record_identity(held, at=at), purpose=named, is_given=is_given, wording=wording,
        holds_from=at, known_at=at, source=source or hand(), by=by,
    )  # fmt: skip
    said = f"Consent {'given' if is_given else 'withdrawn'}{how and f' ({how})'}: {named}."
    data: dict[str, Json] = {"purpose": named, "is_given": is_given}
    journal.write("leads.consented", at=at, via=via, lead_id=held.pk, by=by, said=said, data=data)
    attention.wake([held.pk], look_at=at, why="consented")
    return consent


def hand() -> Source:
    """The one source of what people say by hand."""
    source, _ = Source.objects.get_or_create(
        kind=SourceKind.HAND, defaults={"name": "By hand", "created_at": clock.now()}
    )
    return source


def record_identity(lead: Lead, *, at: datetime) -> Identity:
    """The lead's own identity, on which hangs what people say of it by hand."""
    identity, _ = Identity.objects.get_or_create(
        kind=IdentityKind.RECORD, value=str(lead.pk), defaults={"lead": lead, "created_at": at}
    )
    return identity


def _hold(lead: Lead) -> Lead:
    """The canonical lead, locked until the transaction ends."""
    return Lead.objects.get(pk=merging.lock_roots_of([lead.pk])[0])


def _tell(lead: Lead, told: Mapping[str, Json], *, by: User | None, at: datetime) -> set[str]:
    """Write facts said by hand, on the lead's own identity; the names that changed."""
    address = _address(told)
    if address:
        _own_email(lead, address, at)
    entry = Entry(
        EntryKind.FACTS, hand().pk, "", at, at, email=address or None, traits=dict(told),
        by_id=None if by is None else by.pk,
    )  # fmt: skip
    settled = Settled.of_one(record_identity(lead, at=at).pk, lead.pk)
    changed, stale = write_down([entry], settled, [lead.pk], at=at)
    cards.refresh_free_cards(stale, at=at)
    return {
        name if kind == "lead" else f"company.{name}"
        for (kind, _), names in changed.items()
        for name in names
        if name != "email_domain"
    }


def _address(told: Mapping[str, Json]) -> str:
    address = told.get("email")
    if address is None or address == "":
        return ""
    if not isinstance(address, str) or not _ADDRESS.match(address.strip()) or len(address) > 254:
        raise Refused(f"{address!r} is not an e-mail address.")
    return address.strip().lower()


def _own_email(lead: Lead, address: str, at: datetime) -> None:
    identity, _ = Identity.objects.select_related("lead").get_or_create(
        kind=IdentityKind.EMAIL, value=address, defaults={"lead": lead, "created_at": at}
    )
    if identity.lead.canonical_id != lead.pk:
        other = Lead.objects.get(pk=identity.lead.canonical_id)
        raise Refused(f"{address} belongs to {other} already; merge the two instead.")


def _listed(names: set[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in sorted(names))
