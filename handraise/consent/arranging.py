"""Verbs of purposes and topics: a setting of marketing. What is retired stays for what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from handraise.consent.decide import (
    LONGEST_NAME,
    LONGEST_WORDS,
    MOST_PURPOSES,
    MOST_TOPICS,
    SHIPPED,
    Basis,
    Refused,
    code_for,
)
from handraise.consent.models import Purpose, Topic, Wording
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.post.decide import one_line
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Terms:
    """What a purpose says of itself."""

    name: str
    explained: str = ""
    wording: str = ""
    basis: Basis = Basis.CONSENT
    needs_confirmation: bool = True
    confirming: str = ""


def ship() -> None:
    """Put the shipped purposes in where there are none yet."""
    if Purpose.objects.exists():
        return
    for place, one in enumerate(SHIPPED):
        made = Purpose.objects.create(
            code=one.code, name=one.name, explained=one.explained, wording=one.wording,
            basis=one.basis, needs_confirmation=one.needs_confirmation, place=place,
        )  # fmt: skip
        Wording.objects.create(purpose=made, number=1, text=one.wording)
        Topic.objects.bulk_create(
            Topic(purpose=made, code=code, name=name, place=below)
            for below, (code, name) in enumerate(one.topics)
        )


@transaction.atomic
def add_purpose(terms: Terms, *, code: str = "", by: User, at: datetime, via: Via) -> Purpose:
    """A new purpose, called by its folded name unless a code is given. Raises Refused."""
    require(by, Permission.NURTURE)
    told = _checked(terms)
    if Purpose.objects.count() >= MOST_PURPOSES:
        raise Refused(f"There are at most {MOST_PURPOSES} purposes.")
    made = Purpose(code=code_for(code or told.name), place=Purpose.objects.count())
    _fill(made, told)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"There is a purpose with the code {made.code} already.") from None
    Wording.objects.create(purpose=made, number=1, text=made.wording, at=at, by=by)
    _note("consent.purpose_added", f"{by} added the purpose {made}.", made, by=by, at=at, via=via)
    return made


@transaction.atomic
def change_purpose(purpose: Purpose, terms: Terms, *, by: User, at: datetime, via: Via) -> Purpose:
    """Change what a purpose says. Other words are a new version of its wording. Raises Refused."""
    require(by, Permission.NURTURE)
    told = _checked(terms)
    held = _held(purpose)
    before = {name: getattr(held, name) for name in Terms.__slots__}
    _fill(held, told)
    after = {name: getattr(held, name) for name in Terms.__slots__}
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return held
    if "wording" in changed:
        held.number += 1
        Wording.objects.create(purpose=held, number=held.number, text=held.wording, at=at, by=by)
    held.save()
    said = f"{by} changed {', '.join(_SPOKEN.get(one, one) for one in changed)} of {held}."
    _note("consent.purpose_changed", said, held, by=by, at=at, via=via,
          was={name: before[name] for name in changed})  # fmt: skip
    return held


_SPOKEN = {
    "explained": "the explanation", "wording": "the wording", "name": "the name",
    "basis": "the ground", "needs_confirmation": "whether it must be confirmed",
    "confirming": "the words of the confirming mail",
}  # fmt: skip


@transaction.atomic
def retire_purpose(purpose: Purpose, *, by: User, at: datetime, via: Via) -> None:
    """From now on nobody is written to for it; what was said stays. Retiring twice is harmless."""
    require(by, Permission.NURTURE)
    held = _held(purpose)
    if held.retired_at is None:
        held.retired_at = at
        held.save(update_fields=["retired_at"])
        said = f"{by} retired the purpose {held}."
        _note("consent.purpose_retired", said, held, by=by, at=at, via=via)


@transaction.atomic
def bring_back_purpose(purpose: Purpose, *, by: User, at: datetime, via: Via) -> None:
    """Use a retired purpose again, with all that was said for it. Twice is harmless."""
    require(by, Permission.NURTURE)
    held = _held(purpose)
    if held.retired_at is not None:
        held.retired_at = None
        held.save(update_fields=["retired_at"])
        said = f"{by} brought the purpose {held} back."
        _note("consent.purpose_returned", said, held, by=by, at=at, via=via)


@transaction.atomic
def add_topic(purpose: Purpose, name: str, *, by: User, at: datetime, via: Via) -> Topic:
    """A new topic; one that was retired under this name comes back. Raises Refused."""
    require(by, Permission.NURTURE)
    held = _held(purpose)
    called = one_line(name, "A name", LONGEST_NAME)
    code = code_for(called.replace("/", "-")).replace(" ", "-")
    there = held.topics.filter(code=code).first()
    if there is not None and there.retired_at is None:
        raise Refused(f"{held} has a topic {there} already.")
    if there is None and held.topics.count() >= MOST_TOPICS:
        raise Refused(f"A purpose has at most {MOST_TOPICS} topics.")
    if there is None:
        there = Topic(purpose=held, code=code, place=held.topics.count())
    there.name, there.retired_at = called, None
    there.save()
    said = f"{by} added the topic {there} to {held}."
    _note("consent.topic_added", said, held, by=by, at=at, via=via, topic=there.code)
    return there


@transaction.atomic
def rename_topic(topic: Topic, name: str, *, by: User, at: datetime, via: Via) -> None:
    """Call a topic otherwise; what leads chose stays. Raises Refused."""
    require(by, Permission.NURTURE)
    held = _held(topic.purpose)
    called = one_line(name, "A name", LONGEST_NAME)
    if not called:
        raise Refused("Give the topic a name.")
    found = held.topics.get(pk=topic.pk)
    if found.name != called:
        said = f"{by} renamed the topic {found} of {held} to {called}."
        held.topics.filter(pk=found.pk).update(name=called)
        _note("consent.topic_renamed", said, held, by=by, at=at, via=via, topic=found.code)


@transaction.atomic
def retire_topic(topic: Topic, *, by: User, at: datetime, via: Via) -> None:
    """From now on nobody is written to about it. Twice is harmless."""
    require(by, Permission.NURTURE)
    held = _held(topic.purpose)
    if held.topics.filter(pk=topic.pk, retired_at=None).update(retired_at=at):
        said = f"{by} retired the topic {topic} of {held}."
        _note("consent.topic_retired", said, held, by=by, at=at, via=via, topic=topic.code)


def _checked(terms: Terms) -> Terms:
    name = one_line(terms.name, "A name", LONGEST_NAME)
    if not name:
        raise Refused("Give the purpose a name.")
    texts = [terms.explained.strip(), terms.wording.strip(), terms.confirming.strip()]
    if any("\x00" in text for text in texts):
        raise Refused("A text has no NUL characters.")
    if any(len(text) > LONGEST_WORDS for text in texts):
        raise Refused(f"A text has at most {LONGEST_WORDS} characters.")
    basis = Basis(terms.basis)
    if basis is Basis.CONSENT and not texts[1]:
        raise Refused("Write the words that people agree to: they are kept as proof.")
    needs = terms.needs_confirmation and basis is Basis.CONSENT
    return Terms(name, texts[0], texts[1], basis, needs, texts[2])


def _fill(purpose: Purpose, terms: Terms) -> None:
    for name in Terms.__slots__:
        setattr(purpose, name, getattr(terms, name))


def _held(purpose: Purpose) -> Purpose:
    return Purpose.objects.select_for_update(no_key=True).get(pk=purpose.pk)


def _note(
    kind: str, said: str, purpose: Purpose, *, by: User, at: datetime, via: Via, **data: object
) -> None:
    journal.write(
        kind, at=at, via=via, by=by, said=said,
        data={"purpose": purpose.code, **data},  # type: ignore[dict-item]
    )  # fmt: skip
