"""Owns: bringing files in: reading, mapping, running, undoing.
Takes: CSV files and mappings.
Gives: entries to leads, stages reached to leads.moves.
Promises: every line of a file is taken, refused by name, or named as repaired; none is shifted.
"""

from handraise.capture.imports.error_file import write_error_file
from handraise.capture.imports.faults import FileFault, ImportRefused, MappingFault, RowFault
from handraise.capture.imports.mapping import Mapping
from handraise.capture.imports.previewing import Preview, preview
from handraise.capture.imports.reading import open_sheet
from handraise.capture.imports.running import run
from handraise.capture.imports.starting import start
from handraise.capture.imports.suggesting import suggest
from handraise.capture.imports.undoing import undo
from handraise.capture.imports.writing import read_mapping, written

__all__ = [
    "FileFault",
    "ImportRefused",
    "Mapping",
    "MappingFault",
    "Preview",
    "RowFault",
    "open_sheet",
    "preview",
    "read_mapping",
    "run",
    "start",
    "suggest",
    "undo",
    "write_error_file",
    "written",
]
