"""Names of people and firms that do not exist.

Firms have `.example` domains. Private people need a free mailbox: theirs carry an underscore,
which that provider does not allow, so that no address can be anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

_NAMES = {
    key: text.split()
    for key, text in yaml.safe_load(
        Path(__file__).with_name("names.yaml").read_text(encoding="utf-8")
    ).items()
}
_TRADES = {
    "Logistics": ("Freight", "Logistics", "Cargo", "Haulage", "Transport"),
    "Wholesale": ("Trading", "Wholesale", "Supply"),
    "Food": ("Foods", "Dairy", "Bakeries"),
    "Construction": ("Build", "Timber", "Concrete"),
    "Retail": ("Stores", "Markets"),
    "Software": ("Software", "Systems"),
}
_COUNTRIES = ("Netherlands", "Germany", "Denmark", "Sweden", "Norway", "France", "United Kingdom")
_DECIDERS = (
    "VP Operations", "Head of Fleet", "Director of Logistics", "Operations Director", "COO",
    "Owner", "Head of Planning", "Managing Director",
)  # fmt: skip
_OTHERS = (
    "Dispatcher", "Planner", "Operations Manager", "Transport Coordinator", "IT Manager",
    "Procurement Specialist", "Fleet Analyst", "Warehouse Supervisor",
)  # fmt: skip


@dataclass(frozen=True)
class Firm:
    name: str
    domain: str
    industry: str
    employees: int
    country: str


@dataclass(frozen=True)
class Person:
    number: int
    first: str
    last: str
    email: str
    title: str
    phone: str
    firm: Firm | None

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


def firms(random: Random, count: int) -> list[Firm]:
    """`count` different firms; carriers first, as befits who Tideline speaks to."""
    found: dict[str, Firm] = {}
    while len(found) < count:
        weights = (55, 14, 10, 8, 8, 5)
        industry = random.choices(list(_TRADES), weights)[0]
        name = f"{random.choice(_NAMES['firm'])} {random.choice(_TRADES[industry])}"
        if name in found:
            name = f"{name} {random.choice(('North', 'South', 'East', 'West', 'Group', 'Co'))}"
        domain = f"{name.lower().replace(' ', '-')}.example"
        size = int(min(9000, max(3, random.lognormvariate(4.9, 1.2))))
        found.setdefault(name, Firm(name, domain, industry, size, random.choice(_COUNTRIES)))
    return list(found.values())


def person(
    random: Random, number: int, firm: Firm | None, *, decides: bool, title: str = ""
) -> Person:
    first, last = random.choice(_NAMES["first"]), random.choice(_NAMES["last"])
    local = f"{first}.{last}".lower()
    email = f"{local}.{number}@{firm.domain}" if firm else f"demo_{local}_{number}@gmail.com"
    chosen = title or random.choice(_DECIDERS if decides else _OTHERS)
    phone = f"+31 10 555 {random.randrange(10_000):04d}"
    return Person(number, first, last, email, chosen, phone, firm)
