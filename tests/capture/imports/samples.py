"""Small mappings and the steps that every test of imports takes."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from handraise.capture.imports import read_mapping, run, start, write_error_file
from handraise.capture.models import Import
from handraise.leads.models import Lead
from handraise.leads.queries import facts_of
from handraise.team.models import User
from tests.personas import NOON

PEOPLE = """kind: leads
identity: {email: Email}
unknown_when: [Select]
facts:
  Name: name
  Size: {name: size, type: number}
"""
VISITS = """kind: activities
identity: {anonymous_id: Visitor}
occurred_at: When
event: {column: What, rename: {page_viewed: page}}
json: [Data]
url: Url
user_agent: Agent
"""
WON = """kind: outcomes
identity: {email: Email}
occurred_at: When
outcome: {column: Status, values: {won: CUSTOMER, lost: DISQUALIFIED, open: none}}
"""


VISITED = ["Visitor,When,What,Data,Url,Agent"] + [
    f"v{n % 4},2026-02-0{n % 9 + 1}T10:00:00Z,page_viewed,,https://shop.example/p/{n}?a=1,Mozilla/5.0"
    for n in range(20)
]


def brought(
    path: Path, mapping: str, by: User, at: datetime = NOON, *, again: bool = False
) -> Import:
    """The file, imported to its end."""
    read = read_mapping(mapping)
    return run(start(path, kind=read.kind, mapping=read, by=by, at=at, again=again).pk, at=at)


def fact(lead: Lead, name: str) -> object:
    return {found.name: found.value for found in facts_of(lead)}.get(name)


def errors_of(done: Import) -> list[str]:
    out = io.StringIO()
    write_error_file(done, out)
    return out.getvalue().splitlines()
