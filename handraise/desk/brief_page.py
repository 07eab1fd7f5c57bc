"""A frozen brief made ready for the page. Nothing is looked up: what was sent is what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handraise.agreement.queries import document_of
from handraise.desk.queue import Clock, in_words, waiting
from handraise.handover.frozen import found_out, rows
from handraise.handover.models import Handover
from handraise.handover.queries import may_answer
from handraise.team.models import User

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three scores with its strongest reasons first."""

    name: str
    score: float | None
    reasons: list[Row]


@dataclass(frozen=True, slots=True)
class Brief:
    """What the page of one handover shows. `clock` is None once it has ended."""

    handover: Handover
    lead: Row
    why_now: str
    why_you: str
    clock: Clock | None
    time_left: str
    kinds: list[Kind]
    activities: list[Row]
    content: list[Row]
    pages: list[Row]
    mails: list[Row]
    best_time: str
    suggested: Row
    found_out: Row
    facts: list[Row]
    company_facts: list[Row]
    colleagues: list[Row]
    consents: list[Row]
    earlier: list[Row]
    unknown: list[str]
    version: int
    may_answer: bool
    passed: Row


CONTENT_SHOWN = 6
TOO_LITTLE = 0.05  # points that would be printed as 0
_SHOWN_ELSEWHERE = {"name", "first_name", "last_name", "email", "email_domain", "phone", "title"}


def brief_page(handover: Handover, user: User, *, at: datetime) -> Brief:
    """The brief of this handover, with instants read and the reasons of each score in order."""
    raw = handover.brief
    is_open = handover.ended_at is None
    clock = waiting(handover, at=at).clock if is_open else None
    kinds = _kinds_of_events(handover.version)
    return Brief(
        handover=handover,
        lead=raw.get("lead", {"name": str(handover.lead)}),
        why_now=raw.get("why_now", ""),
        why_you=str(raw.get("why_you") or handover.route.get("sentence", "")),
        clock=clock,
        time_left=in_words(clock.left) if clock else "",
        kinds=list(_kinds(raw)),
        activities=[{**row, "kind": kinds.get(row["name"], "")} for row in rows(raw, "activities")],
        content=rows(raw, "content")[:CONTENT_SHOWN],
        pages=rows(raw, "pages"),
        mails=rows(raw, "mails"),
        best_time=raw.get("best_time", ""),
        suggested=raw.get("suggested") or {},
        found_out=found_out(raw),
        facts=[row for row in rows(raw, "facts") if row.get("name") not in _SHOWN_ELSEWHERE],
        company_facts=[
            row
            for row in rows(raw, "company_facts")
            if str(row.get("name", "")).removeprefix("company.") not in {"name", "domain"}
        ],
        colleagues=rows(raw, "colleagues"),
        consents=rows(raw, "consents"),
        earlier=rows(raw, "earlier_handovers"),
        unknown=[str(name) for name in raw.get("unknown", [])],
        version=handover.version,
        may_answer=is_open and may_answer(user, handover),
        passed=raw.get("passed") or {},
    )


def _kinds_of_events(version: int) -> dict[str, str]:
    """For each event that one kind of signal alone reads, that kind: the colour of its dot."""
    document = document_of(version)
    interest = {signal.event for signal in document.interest}
    intent = {signal.event for signal in document.intent}
    return dict.fromkeys(interest - intent, "interest") | dict.fromkeys(intent - interest, "intent")


def _kinds(raw: Row) -> Iterator[Kind]:
    contributions, scores = raw.get("contributions", {}), raw.get("scores", {})
    for name in ("fit", "interest", "intent"):
        counted = [
            row for row in rows(contributions, name) if abs(row.get("points") or 0) >= TOO_LITTLE
        ]
        yield Kind(name, scores.get(name), counted[:5])
