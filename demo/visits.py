"""What the invented leads do: sessions of pages and events, by the kind of lead they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from demo.invented import Firm, Person, person
from handraise.leads.entry import Entry, EntryKind, Json


class Sort(StrEnum):
    BUYER = "buyer"  # fits, becomes keen, asks
    LEARNER = "learner"  # fits, reads a lot, buys seldom
    PASSER = "passer"  # never says who it is
    STUDENT = "student"  # reads everything, will never buy
    RIVAL = "rival"  # works for a competitor
    LISTED = "listed"  # from a trade fair list, silent
    CRAWLER = "crawler"  # a machine


RUSH = 14  # people who ask for a demo in the last hours before the instant
MIX = {
    Sort.BUYER: 0.13, Sort.LEARNER: 0.29, Sort.PASSER: 0.33, Sort.STUDENT: 0.07,
    Sort.RIVAL: 0.015, Sort.LISTED: 0.155, Sort.CRAWLER: 0.01,
}  # fmt: skip
_SOURCES = (
    ("organic search", 34), ("direct", 18), ("newsletter", 14), ("paid search", 13),
    ("referral", 9), ("trade fair", 7), ("social", 5),
)  # fmt: skip
_READS = (
    "/", "/blog/peak-season-planning", "/blog/driver-hours", "/blog/spreadsheets-to-routes",
    "/blog/fuel-costs", "/customers/halden", "/about", "/careers", "/docs/getting-started",
)  # fmt: skip
_PRODUCT = ("/product", "/product/route-planner", "/product/driver-app", "/product/integrations")
_PRICING = ("/pricing", "/pricing/compare", "/pricing/calculator")
_GUIDES = ("The dispatcher's handbook", "Peak season checklist", "Ten routes to lower fuel costs")
_WEBINARS = ("Peak season, planned", "Driver hours without tears", "From spreadsheet to route plan")
_DEMO_WORDS = (
    "Need to replace our spreadsheet routing before peak season.",
    "We run 40 trucks and plan by hand. Can you show us the driver app?",
    "Looking for route planning that talks to our warehouse system.",
    "Our planner retires in spring; we want something in place by then.",
)


@dataclass
class Visitor:
    """One invented lead and what it will turn out to be worth to sales."""

    number: int
    sort: Sort
    born: datetime
    who: Person | None
    source: str
    worth: float  # 0..1: how good a conversation with sales would go
    entries: list[Entry] = field(default_factory=list)
    said: int = 0

    @property
    def anonymous_id(self) -> str:
        return f"visitor-{self.number:05d}"


def visitors(random: Random, firms: list[Firm], *, count: int, since: datetime, until: datetime,
             web: int, fair: int) -> list[Visitor]:  # fmt: skip
    """`count` visitors with all their entries between the two instants, growing over the year.

    `web` and `fair` are the ids of the sources that the entries come from.
    """
    span = (until - since).total_seconds()
    made = []
    for number in range(1, count + 1):
        sort = random.choices(list(MIX), list(MIX.values()))[0]
        born = since + timedelta(seconds=span * random.betavariate(1.5, 1.05))
        if number > count - RUSH:
            sort, born = Sort.BUYER, until - timedelta(hours=random.uniform(2, 20))
        visitor = Visitor(number, sort, born, _who(random, number, sort, firms), "", 0.0)
        visitor.source = (
            "trade fair" if sort is Sort.LISTED else random.choices(*zip(*_SOURCES, strict=True))[0]
        )
        visitor.worth = _worth(random, visitor)
        _live(random, visitor, until=until, web=web, fair=fair)
        made.append(visitor)
    return made


def _who(random: Random, number: int, sort: Sort, firms: list[Firm]) -> Person | None:
    if sort in {Sort.PASSER, Sort.CRAWLER}:
        return None
    if sort is Sort.STUDENT:
        return person(random, number, None, decides=False, title="Student")
    if sort is Sort.RIVAL:
        rival = Firm("Routely", "routely.example", "Software", 180, "Germany")
        return person(random, number, rival, decides=False, title="Product Manager")
    firm = None if random.random() < 0.07 else random.choice(firms)
    return person(
        random, number, firm, decides=random.random() < (0.62 if sort is Sort.BUYER else 0.3)
    )


def _worth(random: Random, visitor: Visitor) -> float:
    """Fit and keenness with luck mixed in: points explain much of it, never all."""
    base = {Sort.BUYER: 0.62, Sort.LEARNER: 0.25, Sort.LISTED: 0.15}.get(visitor.sort, 0.02)
    firm = visitor.who.firm if visitor.who else None
    if firm is not None and 50 <= firm.employees <= 2000:
        base += 0.12
    if firm is not None and firm.industry == "Logistics":
        base += 0.08
    return min(0.97, max(0.0, random.gauss(base, 0.15)))


def _live(random: Random, visitor: Visitor, *, until: datetime, web: int, fair: int) -> None:
    clock = visitor.born
    if until - clock < timedelta(hours=20):
        _hurry(random, visitor, web)
        return
    if visitor.sort is Sort.LISTED:
        _says_who(visitor, clock, source=fair)
        if random.random() < 0.7:
            return
        clock += timedelta(days=random.uniform(3, 60))
    visits = {
        Sort.BUYER: random.randint(6, 16), Sort.LEARNER: random.randint(3, 14),
        Sort.PASSER: random.randint(1, 6), Sort.STUDENT: random.randint(6, 18),
        Sort.RIVAL: random.randint(5, 12), Sort.LISTED: random.randint(1, 5),
        Sort.CRAWLER: random.randint(20, 40),
    }[visitor.sort]  # fmt: skip
    for visit in range(visits):
        if clock >= until:
            return
        for entry in _visit(random, visitor, clock, visit, visits, web):
            if entry.occurred_at < until:
                visitor.entries.append(entry)
        clock = _next_visit(random, visitor, clock)


def _hurry(random: Random, visitor: Visitor, web: int) -> None:
    """One visit of somebody who came for an answer: this morning's inbox is made of these."""
    visitor.entries.extend(_visit(random, visitor, visitor.born, 1, 2, web))
    if visitor.who is None:
        return
    asked_at = visitor.born + timedelta(minutes=random.randint(20, 50))
    visitor.entries.append(_identified(visitor, asked_at, web))
    words = {"message": random.choice(_DEMO_WORDS)}
    visitor.entries.append(_did(visitor, "Demo Requested", asked_at, web, dict(words)))


def _next_visit(random: Random, visitor: Visitor, clock: datetime) -> datetime:
    mean = 2.6 if visitor.sort is Sort.BUYER else 9.0
    later = clock + timedelta(days=random.expovariate(1 / mean))
    hour = random.choices(
        range(24), [1] * 6 + [3, 6, 9, 10, 10, 9, 7, 8, 9, 9, 8, 6, 4, 4, 4, 3, 2, 1]
    )
    return later.replace(hour=hour[0], minute=random.randrange(60), second=random.randrange(60))


def _visit(
    random: Random, visitor: Visitor, start: datetime, visit: int, visits: int, web: int
) -> Iterator[Entry]:
    """One session: pages, then whatever this sort of lead does at this point of its way."""
    clock = start
    done = visit / max(1, visits - 1)
    for path in _paths(random, visitor.sort, done):
        seconds = int(min(1500, random.lognormvariate(3.9, 0.9)))
        yield _did(visitor, "page", clock, web, {
            "path": path, "url": f"https://tideline.example{path}", "seconds": seconds,
            **({"referrer": visitor.source} if visit == 0 else {}),
        })  # fmt: skip
        clock += timedelta(seconds=seconds + 5)
    for name, properties in _acts(random, visitor, visit, done):
        if visitor.who is not None and name != "Social Followed":
            yield _identified(visitor, clock, web)
        clock += timedelta(seconds=random.randint(10, 90))
        yield _did(visitor, name, clock, web, properties)
        yield from _around(visitor, name, clock, web, is_first=visit == 0)


def _around(
    visitor: Visitor, name: str, at: datetime, web: int, *, is_first: bool
) -> Iterator[Entry]:
    """What belongs to an act: who comes to a webinar registered before, and some never come."""
    if name == "Webinar Attended" and not is_first:
        yield _did(visitor, "Webinar Registered", at - timedelta(days=5), web, {})
    elif name == "Content Downloaded" and visitor.number % 6 == 0:
        title = _WEBINARS[visitor.number % len(_WEBINARS)]
        yield _did(visitor, "Webinar Registered", at, web, {"title": title})
    elif name == "Video Playback Completed":
        yield _did(visitor, "Video Watched", at, web, {"percent": 100})


def _paths(random: Random, sort: Sort, done: float) -> list[str]:
    count = random.randint(1, 4) if sort is Sort.PASSER else random.randint(2, 8)
    pricing = {Sort.BUYER: 0.08 + 0.35 * done, Sort.LEARNER: 0.05, Sort.RIVAL: 0.3}.get(sort, 0.02)
    product = {Sort.BUYER: 0.35, Sort.LEARNER: 0.2, Sort.RIVAL: 0.3}.get(sort, 0.12)
    pools = random.choices(
        (_PRICING, _PRODUCT, _READS), (pricing, product, 1 - pricing - product), k=count
    )
    return [random.choice(pool) for pool in pools]


def _acts(
    random: Random, visitor: Visitor, visit: int, done: float
) -> Iterator[tuple[str, dict[str, Json]]]:
    sort, keen = visitor.sort, visitor.worth
    if sort in {Sort.PASSER, Sort.CRAWLER}:
        return
    reads = {Sort.BUYER: 0.3, Sort.LEARNER: 0.27, Sort.STUDENT: 0.3, Sort.RIVAL: 0.15}.get(
        sort, 0.1
    )
    if random.random() < reads or (visit == 1 and sort in {Sort.BUYER, Sort.LEARNER}):
        yield "Content Downloaded", {"title": random.choice(_GUIDES), "type": "guide"}
    if random.random() < 0.12:
        yield "Newsletter Subscribed", {"list": "Planner's letter"}
    if random.random() < (0.13 if sort in {Sort.BUYER, Sort.LEARNER} else 0.06):
        yield (
            "Webinar Attended",
            {"title": random.choice(_WEBINARS), "minutes": random.randint(8, 45)},
        )
    if random.random() < 0.05:
        yield "Social Followed", {"network": "LinkedIn"}
    if random.random() < 0.09:
        yield (
            "Video Playback Completed",
            {"title": "Tideline demo in four minutes", "seconds": 240},
        )
    if sort is Sort.BUYER and random.random() < keen * done * 0.42:
        yield "Demo Requested", {"message": random.choice(_DEMO_WORDS)}
    if sort is Sort.BUYER and random.random() < keen * done * 0.18:
        yield "Trial Started", {"plan": random.choice(("Depot", "Fleet"))}
    if sort in {Sort.BUYER, Sort.LEARNER} and random.random() < 0.06 * done * keen * 2:
        yield "Product Added", {"product": "Route planner", "seats": random.randint(2, 40)}


def _says_who(visitor: Visitor, at: datetime, *, source: int) -> None:
    visitor.entries.append(_identified(visitor, at, source))


def _identified(visitor: Visitor, at: datetime, source: int) -> Entry:
    who = visitor.who
    if who is None:
        raise ValueError("A visitor without a name cannot say who it is.")
    traits: dict[str, Json] = {
        "email": who.email, "first_name": who.first, "last_name": who.last, "name": who.name,
        "title": who.title, "phone": who.phone, "source": visitor.source,
    }  # fmt: skip
    if visitor.sort is Sort.RIVAL:
        traits["is_competitor"] = True
    if who.firm is not None:
        traits |= {
            "company.name": who.firm.name, "company.domain": who.firm.domain,
            "company.employees": who.firm.employees, "company.industry": who.firm.industry,
            "company.country": who.firm.country, "country": who.firm.country,
        }  # fmt: skip
    from_list = visitor.sort is Sort.LISTED and not visitor.entries
    return Entry(
        kind=EntryKind.FACTS, source_id=source, message_id=_message(visitor), occurred_at=at,
        known_at=at, email=who.email, traits=traits,
        anonymous_id=None if from_list else visitor.anonymous_id,
    )  # fmt: skip


def _did(
    visitor: Visitor, name: str, at: datetime, source: int, properties: dict[str, Json]
) -> Entry:
    return Entry(
        kind=EntryKind.ACTIVITY, source_id=source, message_id=_message(visitor), occurred_at=at,
        known_at=at, anonymous_id=visitor.anonymous_id, name=name, properties=properties,
        bot="crawler in the user agent" if visitor.sort is Sort.CRAWLER else "",
    )  # fmt: skip


def _message(visitor: Visitor) -> str:
    visitor.said += 1
    return f"demo-{visitor.number}-{visitor.said}"
