"""Many small files into few large ones, so that a lake that is synced often stays quick to read.

Files of about the same size are merged sixteen at a time, so each row is rewritten at most once
for each power of sixteen that the table has grown by.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from handraise.scoring.lake.manifest import LakeError, Part
from handraise.scoring.lake.tables import Table
from handraise.scoring.lake.writing import ROWS_A_FILE, Writer

MANY = 16


def compact(
    folder: Path, table: Table, parts: Sequence[Part], *, number: str
) -> tuple[list[Part], list[Part]]:
    """The parts that count from now on, and those that were merged into others."""
    sizes: dict[int, list[Part]] = {}
    for part in parts:
        if part.rows < ROWS_A_FILE // 2:
            sizes.setdefault(_size(part), []).append(part)
    merged = [part for alike in sizes.values() if len(alike) >= MANY for part in alike]
    if not merged:
        return list(parts), []
    with Writer(folder, table.name, table.columns, number=number, at_least_one=False) as writer:
        for part in merged:
            _pour(folder / part.path, writer)
    return [*(part for part in parts if part not in merged), *writer.parts], merged


def _size(part: Part) -> int:
    return (part.rows.bit_length() - 1) // 4


def _pour(path: Path, writer: Writer) -> None:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                writer.take(file.read_row_group(group))
    except OSError as error:
        raise LakeError(
            f"{path} is damaged ({error}): write the lake anew with `handraise lake sync --full`."
        ) from error
