"""The rows that were not taken, as a CSV file to mend and import again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from typing import Protocol

from handraise.capture.models import Import
from handraise.kit.cells import neutral


class Out(Protocol):
    """Where text can be written."""

    def write(self, text: str, /) -> object: ...


def write_error_file(importing: Import, out: Out) -> int:
    """Write header, then each refused row in the original columns with its line and why; how many.

    A record too damaged for its cells to be trusted stands whole in the last column, its own
    columns empty: nothing is shifted into a column where it does not belong.
    """
    count = -1
    for line in error_lines(importing):
        out.write(line)
        count += 1
    return count


def error_lines(importing: Import) -> Iterator[str]:
    """The same file, a record at a time; no cell of it is run by a spreadsheet."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    for row in error_rows(importing):
        writer.writerow(neutral(cell) for cell in row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def error_rows(importing: Import, *, limit: int | None = None) -> Iterator[list[str]]:
    """The same as cells, the header first, as they came."""
    header = importing.report.get("header", [])
    yield [*header, "line", "why", "as it came"]
    for refused in importing.refusals.order_by("line", "pk")[:limit].iterator(chunk_size=2_000):
        kept = json.loads(refused.row)
        is_whole = isinstance(kept, list) and len(kept) == len(header)
        cells = kept if is_whole else [""] * len(header)
        raw = "" if is_whole else kept if isinstance(kept, str) else json.dumps(kept)
        yield [*cells, str(refused.line), refused.why, raw]
