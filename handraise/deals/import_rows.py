"""One line of a file of deals, read by the names of its columns; what cannot be read is refused
with a sentence that says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar

from django.utils import timezone

from handraise.capture.imports.faults import FileFault
from handraise.deals.actions import Terms, checked_terms
from handraise.deals.decide import (
    Bought,
    Outcome,
    Period,
    Refused,
    checked_purchase,
    read_amount,
)
from handraise.deals.models import LostReason, PipelineStage
from handraise.deals.queries import day_of, lost_reasons, stages
from handraise.kit.cells import restored
from handraise.kit.fold import fold
from handraise.leads.models import Identity, Lead
from handraise.team.models import User

T = TypeVar("T")

# The headers under which each column is looked for, the surest first.
HEADERS: dict[str, tuple[str, ...]] = {
    "id": ("external id", "deal id", "opportunity id", "record id", "id"),
    "name": ("deal name", "opportunity name", "deal", "opportunity", "name"),
    "email": ("contact email", "lead email", "email", "e mail"),
    "user_id": ("user id", "contact id"),
    "amount": ("amount", "deal amount", "value"),
    "currency": ("currency", "currency code"),
    "stage": ("stage", "deal stage", "status"),
    "expected_close": ("expected close", "expected close date", "close date"),
    "opened_at": ("opened at", "opened", "created at", "created", "create date"),
    "closed_at": ("closed at", "closed", "closed on"),
    "lost_reason": ("lost reason", "closed lost reason"),
    "owner": ("owner", "owner email"),
    "note": ("note", "notes", "description"),
    "paid": ("paid", "period", "recurring"),
    "margin": ("margin",),
    "starts_on": ("starts on", "starts", "start date"),
    "ends_on": ("ends on", "ends", "end date"),
}
_PERIODS = {
    "": Period.ONCE, "once": Period.ONCE, "one time": Period.ONCE, "month": Period.MONTH,
    "monthly": Period.MONTH, "year": Period.YEAR, "yearly": Period.YEAR, "annual": Period.YEAR,
}  # fmt: skip
_CLOSED = {"closed won": Outcome.WON, "won": Outcome.WON, "closed lost": Outcome.LOST,
           "lost": Outcome.LOST}  # fmt: skip


def columns(header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands. Raises FileFault when one is missing that is needed."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(" ".join(re.sub(r"[^0-9a-z]+", " ", fold(name)).split()), place)
    found = {
        column: places[next(name for name in names if name in places)]
        for column, names in HEADERS.items()
        if any(name in places for name in names)
    }
    if "id" not in found:
        raise FileFault(
            "No column names each deal (external id, deal id or id). Without one, a second run "
            "would double every deal."
        )
    if "stage" not in found or not found.keys() & {"email", "user_id"}:
        raise FileFault("The file needs the columns stage, and email or user id.")
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What one line says of a deal. `digest` is of everything that it says."""

    external_id: str
    lead: Lead
    terms: Terms
    stage: PipelineStage
    owner: User | None
    opened_at: datetime
    closed_at: datetime | None
    reason: LostReason | None
    bought: Bought | None
    digest: str


class Reader:
    """Reads lines of one file against the stages, reasons and people that are here."""

    def __init__(self, header: Sequence[str], *, at: datetime) -> None:
        self.at = at
        self.places = columns(header)
        self.stages = {fold(stage.name): stage for stage in stages()}
        self.closing = {
            stage.outcome: stage for stage in self.stages.values() if stage.outcome != Outcome.OPEN
        }
        self.reasons = {fold(reason.name): reason for reason in lost_reasons()}
        self.people = {fold(user.email): user for user in User.objects.filter(is_active=True)}

    def read(self, cells: Sequence[str]) -> Told:
        """What this line says. Raises Refused."""
        given = {name: restored(cells[place].strip()) for name, place in self.places.items()}
        if "\x00" in "".join(given.values()) or any(map(_is_damaged, given.values())):
            raise Refused("It has characters that cannot be kept.")
        external_id = given["id"]
        if not 0 < len(external_id) <= 200:
            raise Refused("The deal has no id." if not external_id else "The id is too long.")
        stage = self._stage(given["stage"])
        terms, opened_at = _terms(given), self._instant(given, "opened_at") or self.at
        closed_at = self._closed_at(given, stage, opened_at)
        return Told(
            external_id, lead_of(given), terms, stage, self._owner(given), opened_at, closed_at,
            self._reason(given, stage), self._bought(given, terms, stage, closed_at),
            _digest(given),
        )  # fmt: skip

    def _stage(self, name: str) -> PipelineStage:
        known = self.stages.get(fold(name)) or self.closing.get(_CLOSED.get(fold(name), ""))
        if known is None:
            there = ", ".join(stage.name for stage in self.stages.values())
            raise Refused(f"There is no stage {name[:60]!r}: the pipeline has {there}.")
        return known

    def _owner(self, given: Mapping[str, str]) -> User | None:
        name = given.get("owner", "")
        if name and fold(name) not in self.people:
            raise Refused(f"Nobody with the e-mail {name[:100]!r} works here.")
        return self.people.get(fold(name))

    def _instant(self, given: Mapping[str, str], column: str) -> datetime | None:
        found = _read(given, column, _instant, "a day or an instant such as 2026-03-04")
        if found is not None and found > self.at:
            raise Refused(f"{column.replace('_', ' ').capitalize()} lies in the future.")
        return found

    def _closed_at(
        self, given: Mapping[str, str], stage: PipelineStage, opened_at: datetime
    ) -> datetime | None:
        if stage.outcome == Outcome.OPEN:
            return None
        closed_at = self._instant(given, "closed_at") or self.at
        if closed_at < opened_at:
            raise Refused("It was closed before it was opened.")
        return closed_at

    def _reason(self, given: Mapping[str, str], stage: PipelineStage) -> LostReason | None:
        if stage.outcome != Outcome.LOST:
            return None
        name = given.get("lost_reason", "")
        known = self.reasons.get(fold(name))
        if known is None:
            there = ", ".join(reason.name for reason in self.reasons.values())
            said = f"There is no reason {name[:60]!r}" if name else "It does not say why it is lost"
            raise Refused(f"{said}: there are {there}.")
        return known

    def _bought(
        self, given: Mapping[str, str], terms: Terms, stage: PipelineStage,
        closed_at: datetime | None,
    ) -> Bought | None:  # fmt: skip
        if stage.outcome != Outcome.WON or not terms.amount or closed_at is None:
            return None
        period = _PERIODS.get(fold(given.get("paid", "")))
        if period is None:
            raise Refused(f"{given['paid'][:40]!r} is not once, month or year.")
        starts_on = _read(given, "starts_on", date.fromisoformat, "a day such as 2026-03-04")
        ends_on = _read(given, "ends_on", date.fromisoformat, "a day such as 2026-03-04")
        return checked_purchase(
            Bought(terms.amount, terms.currency, period, starts_on or day_of(closed_at), ends_on,
                   _margin(given.get("margin", "")))
        )  # fmt: skip


def lead_of(given: Mapping[str, str]) -> Lead:
    """The lead of this user id, else of this e-mail. Raises Refused where there is none."""
    known = [
        (kind, value)
        for kind, value in (
            ("user_id", given.get("user_id", "")), ("email", given.get("email", "").lower()),
        )
        if value
    ]  # fmt: skip
    for kind, value in known:
        who = Identity.objects.filter(kind=kind, value=value).select_related("lead__canonical")
        found = who.first()
        if found is not None and found.lead.canonical.is_current:
            return found.lead.canonical
    if not known:
        raise Refused("It names no lead: neither an e-mail nor a user id.")
    named = " or ".join(f"{kind.replace('_', ' ')} {value[:100]!r}" for kind, value in known)
    raise Refused(f"No lead here has the {named}. Import leads first.")


def _terms(given: Mapping[str, str]) -> Terms:
    amount = given.get("amount", "")
    return checked_terms(
        Terms(
            given.get("name", "") or f"Deal {given['id']}",
            read_amount(amount) if amount else None,
            given.get("currency", ""),
            _read(given, "expected_close", date.fromisoformat, "a day such as 2026-03-04"),
            given.get("note", ""),
        )
    )


def _margin(text: str) -> Decimal | None:
    if not text:
        return None
    share = read_amount(text.removesuffix("%"))
    return share / 100 if text.endswith("%") else share


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if len(text) <= 10:
        found = datetime.combine(found.date(), time(12))  # a day: its noon lies in it everywhere
    if found.tzinfo is None:
        found = timezone.make_aware(found, timezone.get_default_timezone())
    return found


def _read(given: Mapping[str, str], column: str, read: Callable[[str], T], what: str) -> T | None:
    text = given.get(column, "")
    if not text:
        return None
    try:
        return read(text)
    except (ValueError, OverflowError):
        name = column.replace("_", " ").capitalize()
        raise Refused(f"{name}: {text[:40]!r} is not {what}.") from None


def _is_damaged(text: str) -> bool:
    """Whether it has bytes that were not readable in the file's encoding."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _digest(given: Mapping[str, str]) -> str:
    told = "\x1f".join(f"{name}={given[name]}" for name in sorted(given) if given[name])
    return hashlib.sha256(told.encode()).hexdigest()
