"""The version, read from the changelog so that the changelog cannot be forgotten."""

import re
from pathlib import Path


def _read() -> str:
    text = (Path(__file__).resolve().parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## (\d+\.\d+\.\d+)", text, re.MULTILINE)
    if found is None:
        raise RuntimeError("CHANGELOG.md names no version.")
    return found.group(1)


VERSION = _read()
