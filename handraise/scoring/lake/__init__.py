"""The lake: what scoring reads, as Parquet files that DuckDB and Spark read alike.

`manifest.py` says which files count and needs no Django, `syncing.py` writes the lake,
`verifying.py` compares it with the database.
"""

from handraise.scoring.lake.manifest import (
    BusyLakeError,
    LakeError,
    Manifest,
    files_by_table,
    files_of,
    read_manifest,
)

__all__ = [
    "BusyLakeError", "LakeError", "Manifest", "files_by_table", "files_of", "read_manifest",
]  # fmt: skip
