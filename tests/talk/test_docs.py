"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

from handraise.talk import decide

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/steps/talk.md").read_text(encoding="utf-8")
DEED = re.compile(r'(?:_line\(\s*"|journal\.write\(\s*"talk\.)([a-z_]+ed)"')


def test_every_journal_kind_is_on_the_page() -> None:
    files = (ROOT / "handraise/talk").glob("*.py")
    code = "".join(file.read_text(encoding="utf-8") for file in files)

    deeds = set(DEED.findall(code))

    assert len(deeds) > 10
    assert {deed for deed in deeds if f"`talk.{deed}`" not in PAGE} == set()


def test_every_table_and_kind_of_news_is_on_the_page() -> None:
    tables = [model._meta.db_table for model in apps.get_app_config("talk").get_models()]

    assert [name for name in tables if f"`{name}`" not in PAGE] == []
    assert [kind.code for kind in decide.kinds() if f"`{kind.code}`" not in PAGE] == []
