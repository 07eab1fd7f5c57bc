"""Verbs: what leads agree to, withdraw and choose; and the doors to confirming and suppressing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from handraise.consent.asking import ask_confirmation
from handraise.consent.decide import LONGEST_WORDS, How, Refused, folded
from handraise.consent.models import Leaving, Proof, Purpose, TopicChoice
from handraise.consent.queries import said_by
from handraise.consent.suppressing import lift, suppress
from handraise.kit.fold import fold
from handraise.leads import journal
from handraise.leads.actions import record_consent
from handraise.leads.decide import SourceKind, Via
from handraise.leads.merging import lock_roots_of
from handraise.leads.models import Consent, Lead, Source
from handraise.leads.queries import consents_of
from handraise.team.models import User

__all__ = [
    "Refused",
    "ask_confirmation",
    "choose",
    "give",
    "lift",
    "suppress",
    "withdraw",
    "withdraw_all",
]

PAGES = "Preference pages"


@transaction.atomic
def give(
    lead: Lead, *, purpose: str, topics: Collection[str] = (), wording: str, how: How,
    address: str = "", by: User | None, at: datetime, via: Via, source: Source | None = None,
) -> Consent | None:  # fmt: skip
    """Note that a lead agreed to a purpose, in the words that it was shown.

    With topics, to these: beside those it has, or to these alone where it had not agreed. Where
    the purpose must be confirmed and it was said on a form, the confirming mail is posted instead
    and there is no consent yet: None. Raises Refused.
    """
    told, chosen = known(purpose), _topics_of(known(purpose), topics)
    if told.needs_confirmation and how is How.FORM:
        ask_confirmation(
            lead, address=address, purpose=told.code, topics=chosen, wording=wording, by=by,
            at=at, via=via, source=source,
        )  # fmt: skip
        return None
    held = _hold(lead)
    before = said_by([held.pk], told.code, at)[held.pk]
    if chosen:
        had = before.topics if before.is_given else ()
        if had is not None:  # who has all of them does not get fewer by naming some
            choose(held, told, [*had, *chosen], how=how, by=by, at=at, via=via)
    return _record(held, told.code, True, wording, how, address, by=by, at=at, via=via,
                   source=source, number=_version(told, wording))  # fmt: skip


@transaction.atomic
def withdraw(
    lead: Lead, *, purpose: str, topics: Collection[str] = (), how: How, address: str = "",
    wording: str = "", by: User | None, at: datetime, via: Via, source: Source | None = None,
) -> Consent | None:  # fmt: skip
    """Note that a lead left a purpose, or only these topics of it (then None).

    Also where it never agreed: it objected. Said before, it is not written again (None). A purpose
    that is not known here is left all the same: nobody is kept because of a name.
    """
    held, code = _hold(lead), fold(purpose)
    before = said_by([held.pk], code, at)[held.pk]
    if topics:
        told = known(code)
        had = [topic.code for topic in told.topics.filter(retired_at=None)]
        kept = had if before.topics is None else before.topics
        left = [one for one in kept if one not in set(map(fold, topics))]
        choose(held, told, left, how=how, by=by, at=at, via=via)
        return None
    if before.is_given is False:
        return None
    return _record(held, code, False, wording, how, address, by=by, at=at, via=via,
                   source=source)  # fmt: skip


@transaction.atomic
def withdraw_all(
    lead: Lead, *, how: How, address: str = "", by: User | None, at: datetime, via: Via,
    source: Source | None = None,
) -> list[str]:  # fmt: skip
    """A lead wants none of our mails: every purpose is left but those of a contract, also what it
    never agreed to, what is not in use any more, and what will be made later; the codes left."""
    held = _hold(lead)
    codes = [one.code for one in Purpose.objects.all() if not one.is_of_contract]
    ours = set(Purpose.objects.values_list("code", flat=True))
    codes += [one.purpose for one in consents_of(held) if one.purpose not in ours]
    left = [
        code for code in codes
        if withdraw(held, purpose=code, how=how, address=address, by=by, at=at, via=via,
                    source=source)
    ]  # fmt: skip
    if left or not Leaving.objects.filter(lead__canonical=held.pk).exists():
        Leaving.objects.create(lead=held, how=how, at=at, by=by)
        journal.write(
            "consent.left", at=at, via=via, lead_id=held.pk, by=by,
            said=f"Wants none of our mails ({how.label}).",
        )  # fmt: skip
    return left


@transaction.atomic
def choose(
    lead: Lead, purpose: Purpose, topics: Collection[str], *, how: How, by: User | None,
    at: datetime, via: Via,
) -> bool:  # fmt: skip
    """Say which topics of a purpose a lead wants: these, and no others. False where it was so."""
    held = _hold(lead)
    wanted = _topics_of(purpose, topics)
    newest = TopicChoice.objects.filter(lead__canonical=held.pk, purpose=purpose.code, at__lte=at)
    before = newest.order_by("-at", "-id").first()
    if before is not None and sorted(before.topics) == sorted(wanted):
        return False
    TopicChoice.objects.create(
        lead=held, purpose=purpose.code, topics=wanted, how=how, at=at, by=by
    )
    names = [topic.name for topic in purpose.topics.all() if topic.code in wanted]
    journal.write(
        "consent.chosen", at=at, via=via, lead_id=held.pk, by=by,
        said=f"Topics of {purpose} chosen ({how.label}): {', '.join(names) or 'none'}.",
        data={"purpose": purpose.code, "topics": list(wanted)},
    )  # fmt: skip
    return True


def known(purpose: str) -> Purpose:
    """The purpose in use of this code. Raises Refused."""
    found = Purpose.objects.filter(code=fold(purpose), retired_at=None).first()
    if found is None:
        raise Refused(f"No purpose in use is called {purpose[:60]!r}. See Settings, Consent.")
    return found


def pages(*, at: datetime) -> Source:
    """The source of what people say on our public pages."""
    # Nothing forbids a second one, so two who come first at once do no harm.
    found = Source.objects.filter(kind=SourceKind.FORM, name=PAGES).order_by("pk").first()
    return found or Source.objects.create(kind=SourceKind.FORM, name=PAGES, created_at=at)


def _topics_of(purpose: Purpose, topics: Collection[str]) -> list[str]:
    """The codes of these topics, in the order of the purpose. Raises Refused."""
    asked = set(map(fold, topics))
    there = list(purpose.topics.values_list("code", flat=True))
    unknown = asked.difference(there)
    if unknown:
        raise Refused(f"{purpose} has no topic {min(unknown)[:60]!r}.")
    return [code for code in there if code in asked]


def _version(purpose: Purpose, wording: str) -> int | None:
    """Which version of the purpose's wording these words are, if one of them."""
    said = purpose.wordings.filter(text=wording.strip()).order_by("-number").first()
    return None if said is None else said.number


def _record(
    lead: Lead, code: str, is_given: bool, wording: str, how: How, address: str, *,
    by: User | None, at: datetime, via: Via, source: Source | None, number: int | None = None,
) -> Consent:  # fmt: skip
    if "\x00" in wording or len(wording) > LONGEST_WORDS:
        raise Refused(f"The words have at most {LONGEST_WORDS} characters, and no NUL.")
    consent = record_consent(
        lead, purpose=code, is_given=is_given, wording=wording, by=by, at=at, via=via,
        source=source, how=how.label,
    )  # fmt: skip
    Proof.objects.create(consent=consent, how=how, address=folded(address)[:254], number=number)
    return consent


def _hold(lead: Lead) -> Lead:
    """The canonical lead, locked until the transaction ends."""
    return Lead.objects.get(pk=lock_roots_of([lead.pk])[0])
