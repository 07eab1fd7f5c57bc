"""A mapping guessed from a header, for files that come without one. People see and edit it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import islice
from typing import Any

from handraise.capture.decide import ImportKind
from handraise.capture.imports.faults import MappingFault, RowFault
from handraise.capture.imports.mapping import Mapping
from handraise.capture.imports.reading import Row, Sheet
from handraise.capture.imports.values import instant_reader, number
from handraise.capture.imports.writing import checked
from handraise.capture.validate import folded_email
from handraise.kit.fold import fold

_SAMPLE = 200
_FACTS = {
    "email": ("email", "e mail", "mail", "email address", "e mail address"),
    "first_name": ("first name", "firstname", "given name", "vorname", "prenom"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname", "nom"),
    "name": ("name", "full name", "fullname", "contact name", "lead name"),
    "title": ("title", "job title", "jobtitle", "position", "role", "job"),
    "phone": ("phone", "phone number", "phone1", "telephone", "tel", "mobile", "telefon"),
    "city": ("city", "town", "suburb", "ort", "stadt", "ville"),
    "country": ("country", "country region", "land", "pays"),
    "source": ("source", "lead source", "origin", "utm source"),
    "campaign": ("campaign", "campaign name", "utm campaign"),
    "company.name": ("company", "company name", "account", "account name", "organization",
                     "organisation", "firma", "employer"),
    "company.domain": ("company domain", "domain"),
    "company.website": ("web", "website", "company website", "url", "homepage"),
    "company.industry": ("industry", "sector", "branche", "company industry"),
    "company.employees": ("employees", "company size", "number of employees", "headcount",
                          "no of employees"),
    "company.country": ("company country", "office location"),
}  # fmt: skip
_USER_ID = ("user id", "userid", "lead id", "contact id", "customer id", "person id", "prospect id",
            "external id", "id", "rec id", "row id", "mql id", "lead number",
            "record id")  # fmt: skip
_ANONYMOUS_ID = ("anonymous id", "anonymousid", "client id", "clientid", "visitor id", "cookie id",
                 "session id")  # fmt: skip
_INSTANT = ("occurred at", "timestamp", "time", "event time", "date", "datetime", "created",
            "created at", "created date", "create date", "first contact date", "won date",
            "close date", "closed at", "signup date", "received at")  # fmt: skip
_EVENT = ("event", "event name", "activity", "action", "event type", "name")
_URL = ("url", "page url", "page", "page location", "address")
_AGENT = ("user agent", "useragent", "browser user agent")
_STAGE = ("stage", "deal stage", "status", "outcome", "converted", "lead status", "result")
_STAGES = {
    "CUSTOMER": ("won", "closed won", "customer", "converted", "1", "yes", "true"),
    "OPPORTUNITY": ("opportunity", "engaging", "proposal", "negotiation", "open"),
    "SALES_QUALIFIED": ("sql", "sales qualified"),
    "SALES_ACCEPTED": ("sal", "sales accepted", "accepted"),
    "MARKETING_QUALIFIED": ("mql", "marketing qualified", "prospecting"),
    "DISQUALIFIED": ("lost", "closed lost", "disqualified", "unqualified"),
    "NURTURE": ("nurture", "recycled"),
}
_DAY_FORMATS = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%d/%m/%Y", "%Y/%m/%d")


def suggest(sheet: Sheet, kind: ImportKind) -> Mapping:
    """The best guess from column names and the first rows. Raises MappingFault when the file has
    no column that could say who its rows are about, or lacks what this kind needs."""
    rows = [row.cells for row in islice(sheet.records(), _SAMPLE) if isinstance(row, Row)]
    names = _Names(sheet.header)
    value: dict[str, Any] = {"kind": kind.value, "identity": _identity(names, sheet, rows)}
    match kind:
        case ImportKind.LEADS:
            value |= _instant(names, sheet, rows) | {"facts": _facts(names, sheet, rows)}
        case ImportKind.ACTIVITIES:
            value |= _activity(names, sheet, rows)
        case ImportKind.OUTCOMES:
            value |= _instant(names, sheet, rows) | {"outcome": _outcome(names, sheet, rows)}
    return checked(value)


class _Names:
    """Columns by their plain names; each is given out once."""

    def __init__(self, header: Sequence[str]) -> None:
        self._left: dict[str, str] = {}
        for column in header:
            spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-./:]+", " ", column)
            self._left.setdefault(fold(spaced), column)

    def take(self, wanted: Iterable[str]) -> str | None:
        return next((self._left.pop(name) for name in wanted if name in self._left), None)

    def rest(self) -> list[str]:
        return list(self._left.values())


def _identity(names: _Names, sheet: Sheet, rows: list[list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    email = names.take(_FACTS["email"]) or _column_of_emails(sheet, rows)
    if email:
        found["email"] = {"column": email}
    for key, wanted in (("user_id", _USER_ID), ("anonymous_id", _ANONYMOUS_ID)):
        if column := names.take(wanted):
            found[key] = {"column": column}
            cells = _cells(sheet, rows, column)
            if key == "user_id" and cells and all(cell.isdigit() for cell in cells):
                # Plain numbers of one file are not those of another.
                found[key]["prefix"] = f"{sheet.path.stem[:40]}-"
    if not found:
        raise MappingFault(
            ["No column says who the rows are about: name an e-mail or an id under identity."]
        )
    return found


def _column_of_emails(sheet: Sheet, rows: list[list[str]]) -> str | None:
    for column in sheet.header:
        cells = _cells(sheet, rows, column)
        if cells and sum(folded_email(cell) is not None for cell in cells) > 0.8 * len(cells):
            return column
    return None


def _cells(sheet: Sheet, rows: list[list[str]], column: str) -> list[str]:
    place = sheet.header.index(column)
    return [cell for row in rows if (cell := row[place].strip())]


def _instant(names: _Names, sheet: Sheet, rows: list[list[str]]) -> dict[str, Any]:
    while column := names.take(_INSTANT):
        cells = _cells(sheet, rows, column)
        if not cells:
            continue
        for formats in ((), *((form,) for form in _DAY_FORMATS)):
            if _all_read(cells, formats):
                return {"occurred_at": {"column": column, "formats": list(formats)}}
    return {}


def _all_read(cells: list[str], formats: Sequence[str]) -> bool:
    read = instant_reader(formats, UTC)
    try:
        for cell in cells:
            read(cell)
    except RowFault:
        return False
    return True


def _facts(names: _Names, sheet: Sheet, rows: list[list[str]]) -> dict[str, Any]:
    found = {column: {"name": fact, **_type(sheet, rows, column)}
             for fact, wanted in _FACTS.items() if (column := names.take(wanted))}  # fmt: skip
    for column in names.rest():
        name = re.sub(r"[^a-z0-9]+", "_", fold(column)).strip("_")[:120]
        if name and _cells(sheet, rows, column):
            found[column] = {"name": name, **_type(sheet, rows, column)}
    return found


def _type(sheet: Sheet, rows: list[list[str]], column: str) -> dict[str, str]:
    """A number where every cell is one and none has a leading zero, as in zip codes."""
    cells = _cells(sheet, rows, column)
    if not cells or any(re.match(r"[+-]?0\d", cell) or cell.startswith("+") for cell in cells):
        return {}
    try:
        for cell in cells:
            number(cell)
    except RowFault:
        return {}
    return {"type": "number", "when_wrong": "unknown"}


def _activity(names: _Names, sheet: Sheet, rows: list[list[str]]) -> dict[str, Any]:
    found = _instant(names, sheet, rows)
    agent = names.take(_AGENT)
    event = names.take(_EVENT)
    url = names.take(_URL)
    if event:
        found["event"] = {"column": event}
    elif url:
        found["event"] = {"constant": "page"}
    for key, column in (("url", url), ("user_agent", agent)):
        if column:
            found[key] = column
    objects = [column for column in names.rest() if _is_json(_cells(sheet, rows, column))]
    if objects:
        found["json"] = objects
    others = [column for column in names.rest() if column not in objects]
    found["properties"] = {column: {"name": re.sub(r"[^a-z0-9]+", "_", fold(column)).strip("_")
                                    or column} for column in others}  # fmt: skip
    return found


def _is_json(cells: list[str]) -> bool:
    return bool(cells) and all(cell.startswith("{") and cell.endswith("}") for cell in cells)


def _outcome(names: _Names, sheet: Sheet, rows: list[list[str]]) -> dict[str, Any]:
    column = names.take(_STAGE)
    if column is None:
        return {"stage": "CUSTOMER"}
    values = {}
    for cell in dict.fromkeys(_cells(sheet, rows, column)):
        stages = [stage for stage, words in _STAGES.items() if fold(cell) in words]
        values[cell] = stages[0] if stages else "none"
    return {"column": column, "values": values or {"won": "CUSTOMER"}}
