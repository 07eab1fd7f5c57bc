"""Play a journey: whoever would have entered goes through its steps, a day at a time.

Everything is asked as it was known on that day. What is not known any more (who was in a list) is
asked as it is now; quiet hours move mails by hours, which a step of a day does not show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from handraise.agreement import queries as agreements
from handraise.agreement.conditions import Condition, Did
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import Stage
from handraise.lists.models import SavedList
from handraise.lists.queries import holds
from handraise.nurture import gathering, moving
from handraise.nurture.compiling import END, ENTER, Node, Plan
from handraise.nurture.decide import SALES, Ending
from handraise.nurture.document import Happening
from handraise.nurture.looking import DOOR
from handraise.nurture.moving import Goes, Leaves, Stays
from handraise.nurture.simulating.decide import Progress, Span, Tally
from handraise.nurture.simulating.mailing import Mailing
from handraise.scoring.happening import Happened, happened
from handraise.scoring.holding import holding

_MOVES = """
    SELECT face.canonical_id, move.after, move.known_at
    FROM leads_lead face JOIN leads_stagemove move ON move.lead_id = face.id
    WHERE face.canonical_id = ANY(%s::bigint[]) AND move.withdrawn_at IS NULL
      AND move.known_at <= %s
    ORDER BY move.known_at, move.at, move.id
"""
_BORN = "SELECT id, created_at FROM leads_lead WHERE id = ANY(%s::bigint[])"


@dataclass(slots=True)
class Token:
    """One lead on its way, as the engine's enrolment is: where it stands, since when, until when,
    for what. `due_at` None: only when what it awaits happens."""

    lead: int
    entered_at: datetime
    place: str = ENTER
    since: datetime = field(init=False)
    due_at: datetime | None = None
    awaits: str = ""
    is_back: bool = False

    def __post_init__(self) -> None:
        self.since = self.entered_at


@dataclass
class Play:
    """One journey, the leads that are played, and what is counted of them."""

    plan: Plan
    leads: Sequence[int]
    span: Span
    mailing: Mailing
    tally: Tally = field(default_factory=Tally)

    def run(self, progress: Progress) -> Tally:
        """Play it all. Raises Stopped (by `progress`), CompileError."""
        self._read()
        ticks = self.span.ticks()
        for number, at in enumerate(ticks):
            progress("Played", number, len(ticks))
            self._tick(at, is_first=number == 0)
        for token in self.inside.values():
            self.tally.inside[token.place] += 1
        return self.tally

    def _read(self) -> None:
        """What does not change from day to day, in a handful of statements."""
        agreed = agreements.published()
        self.agreed = None if agreed is None else agreed.document
        self.inside: dict[int, Token] = {}
        self.left: dict[int, datetime] = {}
        self.born = dict(rows_of(_BORN, [ids(self.leads)]))
        self.moves: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
        for lead, after, at in rows_of(_MOVES, [ids(self.leads), self.span.end]):
            self.moves[lead].append((at, after))
        self.done = self._done()
        enter = self.plan.document.enter
        self.listed = None if enter.list is None else _listed(enter.list, self.leads, self.span.end)

    def _done(self) -> dict[Happening, dict[int, list[Happened]]]:
        """Of each event that is waited for or lets in, what each lead did in all that time."""
        on = self.plan.document.enter.on
        awaited = [one for node in self.plan.nodes.values() if (one := _awaited(node)) is not None]
        wanted = list(dict.fromkeys([*([on] if on else []), *awaited]))
        dids = [Did(one.event, one.where, None, None, 1.0, None) for one in wanted]
        found: dict[Happening, dict[int, list[Happened]]] = {one: defaultdict(list)
                                                             for one in wanted}  # fmt: skip
        for act in happened(dids, document=self.agreed, lead_ids=self.leads, at=self.span.end):
            found[wanted[act.place]][act.lead_id].append(act)
        return found

    def _tick(self, at: datetime, *, is_first: bool) -> None:
        asking = self._knocking(at)
        truths = self._asked(asking | self.inside.keys(), at)
        self._stop(truths, at)
        self._enter(asking, truths, at, is_first=is_first)
        self._wake(at)
        self._advance(at)

    def _knocking(self, at: datetime) -> set[int]:
        """Who may enter today, if the conditions hold."""
        document = self.plan.document
        found = set()
        for lead in self.leads:
            if lead in self.inside or self.born[lead] > at:
                continue
            left = self.left.get(lead)
            if left is not None and (document.again is None or at < left + document.again):
                continue
            if self.listed is not None and lead not in self.listed:
                continue
            if document.enter.on is None or self._did_today(document.enter.on, lead, at):
                found.add(lead)
        return found

    def _did_today(self, on: Happening, lead: int, at: datetime) -> bool:
        since = max(self.span.begin, self.left.get(lead, self.span.begin), at - DOOR)
        return any(since < one.known_at <= at for one in self.done[on].get(lead, ()))

    def _asked(
        self, leads: Collection[int], at: datetime
    ) -> Mapping[int, Mapping[Condition, bool | None]]:
        document = self.plan.document
        conditions = [document.enter.when, document.goal, *(one.when for one in document.exits)]
        asked = list(dict.fromkeys(one for one in conditions if one is not None))
        held = holding(asked, document=self.agreed, lead_ids=sorted(leads), at=at)
        return {one.lead_id: dict(zip(asked, one.truths, strict=True)) for one in held}

    def _stage(self, lead: int, at: datetime) -> str:
        stage: str = Stage.LEAD
        for moved_at, after in self.moves.get(lead, ()):
            if moved_at > at:
                break
            stage = after
        return stage

    def _over(
        self, lead: int, truths: Mapping[Condition, bool | None], at: datetime
    ) -> Ending | None:
        """How the journey is over for this lead today, if it is."""
        document = self.plan.document
        if self._stage(lead, at) in SALES and not document.goes_on_with_sales:
            return Ending.SALES
        if document.goal is not None and truths.get(document.goal) is True:
            return Ending.GOAL
        is_out = any(truths.get(one.when) is True for one in document.exits)
        return Ending.EXIT if is_out else None

    def _stop(self, truths: Mapping[int, Mapping[Condition, bool | None]], at: datetime) -> None:
        for token in list(self.inside.values()):
            over = self._over(token.lead, truths.get(token.lead, {}), at)
            if over is not None:
                self._end(token, over, at)

    def _enter(
        self, leads: Collection[int], truths: Mapping[int, Mapping[Condition, bool | None]],
        at: datetime, *, is_first: bool,
    ) -> None:  # fmt: skip
        when = self.plan.document.enter.when
        for lead in sorted(leads):
            known = truths.get(lead, {})
            if when is not None and known.get(when) is not True:
                continue
            if self._over(lead, known, at) is not None:
                continue
            self.inside[lead] = Token(lead, at, due_at=at)
            self.tally.entered[self.span.week_of(at)] += 1
            self.tally.at_once += is_first and self.plan.document.enter.on is None

    def _wake(self, at: datetime) -> None:
        """Those for whom what they wait for has happened."""
        for token in self.inside.values():
            awaited = _awaited(self.plan.nodes[token.place]) if token.awaits else None
            done = self.done[awaited].get(token.lead, ()) if awaited is not None else ()
            if any(token.since <= one.known_at <= at and one.occurred_at >= token.entered_at
                   for one in done):  # fmt: skip
                token.awaits, token.due_at, token.is_back = "", at, True

    def _advance(self, at: datetime) -> None:
        """Everybody who is due, step after step, until they wait or leave."""
        moving_on = [one for one in self.inside.values() if one.due_at and one.due_at <= at]
        while moving_on:
            groups: dict[str, list[Token]] = defaultdict(list)
            for token in moving_on:
                groups[token.place].append(token)
            moving_on = [
                token for place, group in sorted(groups.items())
                for token in self._pass(self.plan.nodes[place], group, at)
            ]  # fmt: skip

    def _pass(self, node: Node, group: list[Token], at: datetime) -> list[Token]:
        """One step for all who stand at it; those who go on."""
        seen = gathering.seen(node, {one.lead for one in group}, at=at)
        if node.step is not None and node.step.send is not None:
            self._mail(node.step.send.message, group, at)
        going = []
        for token in group:
            known = replace(seen[token.lead], seed=f"simulated:{token.lead}")
            if token.is_back:
                outcome = moving.resume(node, known, at=at, awaits=token.awaits)
            else:
                outcome = moving.arrive(node, known, at=at)
            match outcome:
                case Stays(until=until, awaits=awaits):
                    token.due_at, token.awaits, token.is_back = until, awaits, True
                case Leaves(ending=ending, way=way):
                    self.tally.passed[node.id, way] += 1
                    self._end(token, ending, at)
                case Goes(way=way):
                    self.tally.passed[node.id, way] += 1
                    if self._go(token, node.ways[way], at):
                        going.append(token)
        return going

    def _go(self, token: Token, place: str, at: datetime) -> bool:
        if place == END:
            self._end(token, Ending.FINISHED, at)
            return False
        token.place, token.since, token.due_at = place, at, at
        token.awaits, token.is_back = "", False
        return True

    def _mail(self, message: str, group: Sequence[Token], at: datetime) -> None:
        leads = [one.lead for one in group]
        stages = {lead: Stage(self._stage(lead, at)) for lead in leads}
        for why in self.mailing.post(message, leads, stages, at=at).values():
            if why:
                self.tally.skipped[message, why] += 1
            else:
                self.tally.sent[message, self.span.week_of(at)] += 1
        self.tally.capped |= self.mailing.capped

    def _end(self, token: Token, ending: Ending, at: datetime) -> None:
        self.tally.ended[ending.value, token.place] += 1
        self.left[token.lead] = at
        del self.inside[token.lead]


def _awaited(node: Node) -> Happening | None:
    wait = node.step.wait if node.step is not None else None
    return wait.until if wait is not None and isinstance(wait.until, Happening) else None


def _listed(name: str, leads: Sequence[int], at: datetime) -> set[int]:
    saved = SavedList.objects.filter(name=name, is_shared=True).order_by("pk").first()
    return set() if saved is None else holds([saved.pk], leads, at=at)[saved.pk]


__all__ = ["Play"]
