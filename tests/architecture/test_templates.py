"""The security policy forbids inline style and script, so no template may have any."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "handraise").glob("*/templates/**/*.html"))
INLINE = re.compile(
    r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|hx-on|<script(?![^>]*\ssrc=)""", re.I
)
ELSEWHERE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.I)


def test_there_are_templates() -> None:
    assert TEMPLATES


def test_no_template_has_inline_style_or_script() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in TEMPLATES
        for match in INLINE.finditer(file.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_no_template_loads_anything_from_elsewhere() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in TEMPLATES
        for match in ELSEWHERE.finditer(file.read_text(encoding="utf-8"))
    ]

    assert found == []
