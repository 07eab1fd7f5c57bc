"""Double opt-in: ask the mailbox whether the person who typed its address is its owner."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from handraise.consent.decide import (
    ASKED_AGAIN_AFTER,
    CONFIRM_WITHIN,
    LONGEST_WORDS,
    MOST_ASKED_A_DAY,
    Refused,
    folded,
)
from handraise.consent.links import confirmation_url
from handraise.consent.models import Confirmation, Purpose
from handraise.consent.queries import suppressed
from handraise.kit.fold import fold
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.merging import lock_roots_of
from handraise.leads.models import Lead, Source
from handraise.post.actions import post_mail
from handraise.post.decide import address as mail_address
from handraise.team.models import User


@transaction.atomic
def ask_confirmation(
    lead: Lead, *, address: str, purpose: str, topics: Collection[str] = (), wording: str,
    by: User | None, at: datetime, via: Via, source: Source | None = None,
) -> Confirmation | None:  # fmt: skip
    """Post the confirming mail; consent is given only when its link is used.

    Asked twice within minutes it is one mail. None, with a line of the journal, where no mail may
    go: the address is suppressed, or was asked too often today. Whoever filled in the form is told
    the same in every case, so that nobody learns anything about an address. Raises Refused.
    """
    spec, told = folded(address), _purpose(purpose)
    mail_address(spec)
    if "\x00" in wording or len(wording) > LONGEST_WORDS:
        raise Refused(f"The words have at most {LONGEST_WORDS} characters, and no NUL.")
    root = lock_roots_of([lead.pk])[0]
    asked = Confirmation.objects.filter(address=spec, asked_at__lte=at)
    again = asked.filter(
        lead__canonical=root, purpose=told.code, asked_at__gt=at - ASKED_AGAIN_AFTER,
        confirmed_at=None,
    )  # fmt: skip
    if (there := again.order_by("-asked_at").first()) is not None:
        return there
    against = suppressed([spec], at=at).get(spec)
    if against is not None or (
        asked.filter(asked_at__gt=at - timedelta(days=1)).count() >= MOST_ASKED_A_DAY
    ):
        why = against.why if against else f"{spec} was asked {MOST_ASKED_A_DAY} times today."
        journal.write(
            "consent.not_asked", at=at, via=via, lead_id=root, by=by,
            said=f"No confirming mail was sent. {why}", data={"purpose": told.code},
        )  # fmt: skip
        return None
    made = Confirmation.objects.create(
        lead_id=root, address=spec, purpose=told.code, topics=list(topics), wording=wording,
        source=source, by=by, asked_at=at, expires_at=at + CONFIRM_WITHIN,
    )  # fmt: skip
    _post(made, told, at=at)
    journal.write(
        "consent.asked", at=at, via=via, lead_id=root, by=by,
        said=f"{spec} was asked to confirm {told}.",
        data={"purpose": told.code, "confirmation": made.pk},
    )  # fmt: skip
    return made


def _purpose(code: str) -> Purpose:
    found = Purpose.objects.filter(code=fold(code), retired_at=None).first()
    if found is None:
        raise Refused(f"No purpose in use is called {code[:60]!r}. See Settings, Consent.")
    return found


def _post(made: Confirmation, purpose: Purpose, *, at: datetime) -> None:
    context = {
        "purpose": purpose, "confirmation": made, "url": confirmation_url(made),
        "house": settings.ADDRESS.partition("://")[2], "days": CONFIRM_WITHIN.days,
    }  # fmt: skip
    post_mail(
        to=[made.address], subject=f"Please confirm: {purpose.name}",
        text=render_to_string("consent/confirming_mail.txt", context),
        html=render_to_string("consent/confirming_mail.html", context),
        sender=None, about=f"confirmation:{made.pk}", once=f"confirmation:{made.pk}", at=at,
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip
