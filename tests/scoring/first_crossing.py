"""The first crossing once more and readable: the reference scorer at every instant of a world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handraise.agreement.document import Behaviour, Document, dids
from tests.scoring.reference import Reference, Scored, Told, World

MICROSECOND = timedelta(microseconds=1)


class TooNearError(Exception):
    """The criterion hangs on a number within 1e-9 of its threshold."""


@dataclass
class Crossings:
    """Asks of one lead at a time; `world` holds all of them."""

    document: Document
    world: World
    begin: datetime
    end: datetime
    zone: str
    hindsight: bool

    def first(self, lead: int) -> datetime | None:
        """The first instant of all at which the lead qualifies. Raises TooNearError."""
        mine = self._of(lead)
        for at in self.instants(lead):
            if self._qualifies(mine, lead, at):
                return at
        return None

    def qualifies(self, lead: int, at: datetime) -> bool:
        return self._qualifies(self._of(lead), lead, at)

    def scored(self, lead: int, at: datetime) -> Scored:
        return self._scored(self._of(lead), lead, at)

    def instants(self, lead: int) -> list[datetime]:
        """Every instant in the period at which anything happens, is told or ends."""
        found = {at for at in _instants(self._of(lead), self._windows()) if self.begin < at}
        return [self.begin, *sorted(at for at in found if at < self.end)]

    def between(self, lead: int) -> Iterator[datetime]:
        """Just before each of these instants, and in the middle before it."""
        instants = self.instants(lead)
        for before, at in zip(instants, [*instants[1:], self.end], strict=True):
            if at - before > 2 * MICROSECOND:
                yield before + (at - before) / 2
                yield at - MICROSECOND

    def _qualifies(self, world: World, lead: int, at: datetime) -> bool:
        scored = self._scored(world, lead, at)
        if scored.near & {"mql.when", "mql.needs", "mql.never"}:
            raise TooNearError
        truths = scored.truths
        passes = truths["mql.when"] is True and truths["mql.needs"] is True
        return passes and truths["mql.never"] is not True

    def _scored(self, world: World, lead: int, at: datetime) -> Scored:
        known_by = None if self.hindsight else at
        return Reference(self.document, world, at, known_by, self.zone).score(lead)

    def _of(self, lead: int) -> World:
        """What there is of this lead alone, unless colleagues count."""
        if self.document.company is not None:
            return self.world
        told = {
            name: [row for row in getattr(self.world, name) if row.owner == lead]
            for name in ("facts", "memberships", "consents", "moves")
        }
        did = [one for one in self.world.activities if one.lead == lead]
        return replace(self.world, leads=[lead], activities=did, **told)

    def _windows(self) -> set[timedelta]:
        signals = [one for one in self.document.signals if isinstance(one, Behaviour)]
        windows = {one.within for one in signals} | {
            60 * one.half_life for one in signals if one.half_life
        }
        for condition in (self.document.mql.when, self.document.mql.never):
            windows |= {did.within for did in dids(condition)} if condition else set()
        return {window for window in windows if window is not None}


def _instants(world: World, windows: set[timedelta]) -> Iterator[datetime]:
    for one in world.activities:
        yield from (one.occurred_at, one.known_at)
        yield from (one.occurred_at + window for window in windows)
        yield from (verdict.known_at for verdict in one.judgements)
    told: Sequence[Sequence[Told]] = (
        world.facts, world.company_facts, world.memberships, world.consents, world.moves,
    )  # fmt: skip
    for rows in told:
        for row in rows:
            yield from (row.holds_from, row.known_at)
            if row.withdrawn_at is not None:
                yield row.withdrawn_at


__all__ = ["MICROSECOND", "Crossings", "TooNearError"]
