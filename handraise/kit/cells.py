"""Cells of tables that people open in a spreadsheet: text may not become a formula there."""

import re

_OPENS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d[\d., ]*(e[+-]?\d+)?", re.IGNORECASE)


def neutral(cell: str) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe before what opens a formula."""
    if cell.startswith(_OPENS_A_FORMULA) and not _PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def restored(cell: str) -> str:
    """A cell as it was before `neutral`, so that what was exported can be imported again."""
    if cell.startswith("'") and cell[1:].startswith(_OPENS_A_FORMULA):
        return cell[1:]
    return cell
