"""What can be wrong with a file, a mapping or a row, said as sentences."""

from __future__ import annotations


class FileFault(ValueError):
    """The file as a whole cannot be read as a table."""


class MappingFault(ValueError):
    """The mapping cannot be used, by itself or for this file. One sentence per fault."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class RowFault(ValueError):
    """One row cannot be taken. `reason` groups like faults, for counting."""

    def __init__(self, sentence: str, reason: str = "value") -> None:
        super().__init__(sentence)
        self.reason = reason


class ImportRefused(ValueError):
    """The import cannot be started, run or undone as things are."""
