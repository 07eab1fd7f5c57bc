"""Who a row is about: ids cleaned by the same rules as those of tracking calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handraise.capture.imports.columns import Cells, Columns
from handraise.capture.imports.faults import RowFault
from handraise.capture.imports.mapping import IdentityColumns
from handraise.capture.imports.values import Id, Wrong, clean
from handraise.capture.validate import ID_CHARS, folded_email, is_nobody


@dataclass(frozen=True, slots=True)
class Identified:
    """At least one is set. The strongest is the first of e-mail, user id, anonymous id."""

    user_id: str | None
    email: str | None
    anonymous_id: str | None


def identifier(identity: IdentityColumns, columns: Columns) -> Callable[[Cells], Identified]:
    """A function from a row to its person. It raises RowFault for a row about nobody."""
    user_id = _id_reader(identity.user_id, columns)
    anonymous_id = _id_reader(identity.anonymous_id, columns)
    email = _email_reader(identity.email, columns)

    def identify(cells: Cells) -> Identified:
        found = Identified(user_id(cells), email(cells), anonymous_id(cells))
        if found.user_id is not None and (address := folded_email(found.user_id)):
            found = Identified(None, found.email or address, found.anonymous_id)
        if not (found.user_id or found.email or found.anonymous_id):
            named = [
                name
                for part in (identity.user_id, identity.email, identity.anonymous_id)
                if part
                for name in part.column
                if columns.has(name)
            ]
            raise RowFault(f"nobody is named in {' or '.join(map(repr, named))}", "nobody")
        return found

    return identify


def _id_reader(part: Id | None, columns: Columns) -> Callable[[Cells], str | None]:
    if part is None:
        return lambda _: None
    get, prefix = columns.getter(part.column), part.prefix

    def read(cells: Cells) -> str | None:
        text = clean(get(cells))
        # With a prefix, a plain 0 is a row's number and not a program's way to say nobody.
        if not text or (is_nobody(text) and not (prefix and text.isdigit())):
            return None
        if len(prefix + text) > ID_CHARS:
            raise RowFault(
                f"column {part.column[0]!r}: the id has more than {ID_CHARS} characters", "id"
            )
        return prefix + text

    return read


def _email_reader(part: Id | None, columns: Columns) -> Callable[[Cells], str | None]:
    if part is None:
        return lambda _: None
    get = columns.getter(part.column)

    def read(cells: Cells) -> str | None:
        text = clean(get(cells))
        if not text or is_nobody(text):
            return None
        email = folded_email(text)
        if email is None and part.when_wrong is Wrong.REFUSE:
            raise RowFault(
                f"column {part.column[0]!r}: {text[:60]!r} is not an e-mail address", "email"
            )
        return email

    return read
