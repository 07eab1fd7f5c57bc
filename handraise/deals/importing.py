"""Deals told by a file of another system: new ones opened, told ones changed, none doubled.

What a file tells happened elsewhere, so it does not ask the agreement: a lead with an open deal
becomes an opportunity and one with a won deal a customer, by a move without a version, as with
imported outcomes. Lost deals move nobody. A line that says the same as when it was read last
changes nothing, so that what people did since stays.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from django.db import transaction

from handraise.capture.imports import open_sheet
from handraise.capture.imports.reading import Damaged, Row
from handraise.deals.actions import hold_deal, step, tell
from handraise.deals.decide import Outcome, Refused
from handraise.deals.import_rows import Reader, Told
from handraise.deals.models import Deal
from handraise.deals.pipeline import keep
from handraise.deals.purchases import write_purchase
from handraise.kit.cells import neutral
from handraise.leads import journal, moves
from handraise.leads.decide import PATH, SourceKind, Stage, Via
from handraise.leads.models import Lead, Source
from handraise.qualification.actions import hold
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


class Done(StrEnum):
    """What became of one line."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken, and why; `cells` as they came, or the raw line in one cell."""

    line: int
    why: str
    cells: list[str]


@dataclass(slots=True)
class Tally:
    """What a file brought."""

    header: tuple[str, ...]
    counts: dict[Done, int] = field(default_factory=lambda: dict.fromkeys(Done, 0))
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def read(self) -> int:
        return sum(self.counts.values())


class Out(Protocol):
    """Where text can be written."""

    def write(self, text: str, /) -> object: ...


def import_deals(
    path: Path,
    *,
    by: User,
    at: datetime,
    via: Via,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Bring in a CSV file of deals, line by line; each line is a transaction of its own.

    With `dry_run` nothing is written: the tally says what would become of each line. Raises
    FileFault when there is no such table, PermissionDenied.
    """
    require(by, Permission.IMPORT)
    sheet = open_sheet(path)
    reader = Reader(sheet.header, at=at)
    tally = Tally(sheet.header)
    run = _Run(path.name, by=by, at=at, via=via)
    seen: set[str] = set()
    for record in sheet.records():
        _take(record, reader, run, tally, seen, dry_run=dry_run)
        if progress is not None:
            progress(tally.read)
    if not dry_run:
        counts = {done.value: count for done, count in tally.counts.items()}
        said = f"{by.name} imported deals from {path.name}: {tally.read:,} lines."
        journal.write("deals.file_imported", at=at, via=via, by=by, said=said, data=counts)
    return tally


def _take(
    record: Row | Damaged, reader: Reader, run: _Run, tally: Tally, seen: set[str], *,
    dry_run: bool,
) -> None:  # fmt: skip
    try:
        if isinstance(record, Damaged):
            raise Refused(record.why)
        told = reader.read(record.cells)
        if told.external_id in seen:
            raise Refused(f"The deal {told.external_id!r} stands in the file twice.")
        seen.add(told.external_id)
        done = run.would_do(told) if dry_run else run.do(told)
    except Refused as refused:
        cells = [record.raw] if isinstance(record, Damaged) else record.cells
        tally.refusals.append(Refusal(record.line, str(refused), cells))
        done = Done.REFUSED
    tally.counts[done] += 1


class _Run:
    """One run over a file: who, when, and the source that its moves name."""

    def __init__(self, name: str, *, by: User, at: datetime, via: Via) -> None:
        self.name, self.by, self.at, self.via = name, by, at, via
        self._source: Source | None = None

    def would_do(self, told: Told) -> Done:
        """What `do` would answer. Raises Refused."""
        deal = Deal.objects.filter(external_id=told.external_id).select_related("lead").first()
        if deal is None:
            return Done.NEW
        if deal.told == told.digest:
            return Done.SAME
        _must_fit(deal, told)
        return Done.CHANGED

    @transaction.atomic
    def do(self, told: Told) -> Done:
        """Open the deal, or change it as told. Raises Refused."""
        lead = hold(told.lead)  # whoever else imports a deal of this lead waits
        known = Deal.objects.filter(external_id=told.external_id).first()
        done = self.would_do(told)
        if told.stage.outcome == Outcome.OPEN:
            keep(told.stage)
        if known is None:
            self._open(lead, told)
        elif done is Done.CHANGED:
            self._change(hold_deal(known), told)
        return done

    def _open(self, lead: Lead, told: Told) -> None:
        terms = told.terms
        deal = Deal.objects.create(
            lead=lead, company_id=lead.company_id, name=terms.name, amount=terms.amount,
            currency=terms.currency, expected_close=terms.expected_close, note=terms.note,
            stage=told.stage, stage_since=told.closed_at or told.opened_at,
            outcome=told.stage.outcome, owner=told.owner or self.by, opened_at=told.opened_at,
            closed_at=told.closed_at, lost_reason=told.reason, external_id=told.external_id,
            told=told.digest,
        )  # fmt: skip
        self._close(deal, lead, told)
        step(deal, None, by=self.by, at=deal.stage_since)
        tell("imported", deal, f"Imported the deal {deal.name} ({deal.stage.name}).",
             self.by, self.at, self.via)  # fmt: skip

    def _change(self, deal: Deal, told: Told) -> None:
        terms, before, was = told.terms, deal.stage, deal.outcome
        deal.name, deal.amount, deal.currency = terms.name, terms.amount, terms.currency
        deal.expected_close, deal.note = terms.expected_close, terms.note
        deal.owner, deal.told = told.owner or deal.owner, told.digest
        deal.revision += 1
        if before != told.stage:
            deal.stage, deal.outcome = told.stage, told.stage.outcome
            deal.stage_since, deal.lost_reason = told.closed_at or self.at, told.reason
            deal.closed_at = told.closed_at
            step(deal, before, by=self.by, at=deal.stage_since)
        deal.save()
        if was == Outcome.OPEN:
            self._close(deal, deal.lead.canonical, told)
        tell("imported", deal, f"An import changed the deal {deal.name} ({deal.stage.name}).",
             self.by, self.at, self.via)  # fmt: skip

    def _close(self, deal: Deal, lead: Lead, told: Told) -> None:
        """What was bought, and where the lead stands with this deal."""
        if told.bought is not None:
            write_purchase(deal, told.bought, by=self.by, at=told.closed_at or self.at)
        before, happened_at = Stage(lead.stage), told.closed_at or told.opened_at
        after = {Outcome.OPEN: Stage.OPPORTUNITY, Outcome.WON: Stage.CUSTOMER}.get(
            Outcome(deal.outcome)
        )
        if after is None or not _leads_on(before, after, happened_at > lead.stage_since):
            return
        move = moves.Move(
            lead.pk, before, after, None, f"Imported the deal {deal.name}.",
            source_id=self._source_id(), occurred_at=max(happened_at, lead.stage_since),
        )  # fmt: skip
        moves.write([move], at=self.at, by=self.by, via=self.via)

    def _source_id(self) -> int:
        if self._source is None:
            name = f"Deals of {self.name}"[:120]
            self._source = Source.objects.create(
                name=name, kind=SourceKind.IMPORT, created_at=self.at
            )
        return self._source.pk


def _leads_on(before: Stage, after: Stage, is_news: bool) -> bool:
    """Whether a lead goes on to a stage: forward on the path, or back to it by later news."""
    if before in PATH:
        return PATH.index(before) < PATH.index(after)
    return is_news


def _must_fit(deal: Deal, told: Told) -> None:
    if deal.lead.canonical_id != told.lead.pk:
        raise Refused(f"The deal {told.external_id!r} is with another lead here: {deal.lead}.")
    if deal.outcome != Outcome.OPEN and deal.outcome != told.stage.outcome:
        raise Refused(
            f"The deal {told.external_id!r} is {deal.outcome} here. Open it again on its page."
        )


def write_refused(tally: Tally, out: Out) -> int:
    """Write the refused lines in their own columns, with line and why, to mend and import again."""
    writer = csv.writer(out)
    writer.writerow(neutral(cell) for cell in (*tally.header, "line", "why", "as it came"))
    for row in _refused_rows(tally):
        writer.writerow(neutral(cell) for cell in row)
    return len(tally.refusals)


def _refused_rows(tally: Tally) -> Iterator[list[str]]:
    for refused in tally.refusals:
        is_whole = len(refused.cells) == len(tally.header)
        cells = refused.cells if is_whole else [""] * len(tally.header)
        raw = "" if is_whole else refused.cells[0]
        yield [*cells, str(refused.line), refused.why, raw]
