"""What a brief suggests to say and to send: the playbook that holds, rendered once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db import transaction

from handraise.agreement.document import Document
from handraise.enablement.queries import Situation, are_playbooks_in_use, suggestions_for
from handraise.qualification.decide import State
from handraise.qualification.queries import Answered, answers_of_many

log = structlog.get_logger()

UNREADABLE = {"fault": "What to say and send could not be read when this was offered."}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a script may say: why now, who speaks, and the facts that the brief has read."""

    why_now: str
    seller: str
    facts: msgspec.Raw
    company_facts: msgspec.Raw


def suggestions(
    offered: Mapping[int, Offered], *, document: Document, at: datetime
) -> dict[int, dict[str, Any]]:
    """For each canonical lead for which a playbook holds, what `suggestions_for` says.

    Never raises for what is wrong with a playbook: the offer is made, and says that it could not
    be read. One statement while there are no playbooks.
    """
    if not offered or not are_playbooks_in_use():
        return {}
    try:
        with transaction.atomic():  # an error of the database leaves the offer's work alone
            situations = _situations(offered, document, at)
            return suggestions_for(list(offered), document=document, at=at, situations=situations)
    except Exception as fault:  # whatever people wrote there, no lead waits for it
        log.warning("handover.playbooks_unreadable", leads=len(offered), error=str(fault))
        return dict.fromkeys(offered, UNREADABLE)


def _situations(
    offered: Mapping[int, Offered], document: Document, at: datetime
) -> dict[int, Situation]:
    answered = answers_of_many(list(offered), framework=document.sql.answers.framework, at=at)
    return {
        pk: Situation(
            one.why_now,
            one.seller,
            answers=_said(answered[pk]),
            facts=one.facts,
            company_facts=one.company_facts,
        )
        for pk, one in offered.items()
    }


def _said(answered: Sequence[Answered]) -> dict[str, str]:
    """The answers that still hold, by the keys of their questions."""
    return {
        one.question.key: one.answer.value or one.answer.text
        for one in answered
        if one.answer is not None and one.state is not State.STALE
    }


__all__ = ["Offered", "suggestions"]
