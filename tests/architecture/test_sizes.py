"""Code stays of a size that can be read; exceptions stand here, and may only shrink."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
FILES_TOO_LONG: set[str] = set()
FUNCTIONS_TOO_LONG: set[str] = set()


def _files() -> Iterator[Path]:
    for folder in ("config", "handraise", "demo", "bench", "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            if "migrations" not in file.parts:
                yield file


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_no_file_is_longer_than_400_lines() -> None:
    long = {_name(file) for file in _files() if len(_lines(file)) > LONGEST_FILE}

    assert long == FILES_TOO_LONG


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{_name(file)}:{node.name}"
        for file in _files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    }

    assert long == FUNCTIONS_TOO_LONG


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
