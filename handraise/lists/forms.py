"""Forms: a saved list, its condition in rows or as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from handraise.agreement.condition_text import LONGEST, raw_condition, written
from handraise.agreement.faults import AgreementError
from handraise.lists.decide import LONGEST_NAME
from handraise.lists.models import SavedList
from handraise.lists.plain_rows import Row, RowFault, raw_of, rows_of

MOST_ROWS = 20
_EMPTY_ROWS = 2
_LONGEST_CELL = 500


class ListForm(forms.Form):
    """What a list is called, and who sees it."""

    name = forms.CharField(max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(
        required=False, label="Everybody sees it",
        help_text="A private list is seen by you alone.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conditional:
    """A condition as somebody is writing it: in rows, or as text when `rows` is None."""

    how: str
    rows: list[Row] | None
    text: str

    @property
    def as_text(self) -> str:
        """The condition as text. Raises RowFault for rows that say nothing."""
        return self.text if self.rows is None else written(raw_of(self.how, self.rows))

    @property
    def shown_rows(self) -> list[Row]:
        """The rows with some empty ones to fill in."""
        given = self.rows or []
        return [*given, *[Row()] * min(_EMPTY_ROWS, MOST_ROWS - len(given))]


def given(posted: QueryDict) -> Conditional:
    """What was sent: rows that say nothing are left out, too many and too long ones cut."""
    if posted.get("mode") == "text":
        # Line ends come as CRLF from a form; one character too many still says so.
        text = posted.get("text", "").replace("\r\n", "\n")[: LONGEST + 1]
        return Conditional("all", None, text)
    cells = (posted.getlist(name) for name in ("subject", "does", "value"))
    rows = [Row(*(cell[:_LONGEST_CELL] for cell in row)) for row in zip(*cells, strict=False)]
    kept = [row for row in rows if not row.is_empty][:MOST_ROWS]
    return Conditional(posted.get("how", "all"), kept, "")


def begun(asked: Mapping[str, Any]) -> Conditional:
    """A condition nobody has written yet."""
    return Conditional("all", None if asked.get("mode") == "text" else [], "")


def of_list(saved: SavedList) -> Conditional:
    """A saved condition: in rows where they can say it."""
    return as_rows(Conditional("all", None, saved.text)) or Conditional("all", None, saved.text)


def as_rows(condition: Conditional) -> Conditional | None:
    """The same in rows; None where rows cannot say it, or nobody can read it."""
    try:
        found = rows_of(raw_condition(condition.as_text)[0])
    except (AgreementError, RowFault):
        return None
    return None if found is None else Conditional(found[0], found[1], "")
